// Components `modifier/lua-endpoint`, `modifier/lua-proxy` and `modifier/lua-backend`: scripts that look at requests and responses,
// change them or refuse them. Knows nothing of the other layers.

import { component, type CheckedBlock, type Site } from '../../../engine/compile/component.ts'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { compileClientIp } from '../../../engine/routing/client-ip.ts'
import { compilePath } from '../../../engine/steps/request-builder.ts'
import { hasTypedNumbers } from '../../../engine/steps/static.ts'
import type { Handler, Layer, Pipe } from '../../../engine/types.ts'
import { describeFileError } from '../../../go/file-error.ts'
import { textOfBytes } from '../../../lua/bytes.ts'
import { LuaSyntaxError } from '../../../lua/errors.ts'
import type { Host } from '../../../lua/host.ts'
import type { Issue } from '../../../schema/issue.ts'
import { checkScript } from './check-script.ts'
import { failureOf } from './failure.ts'
import { handlerWithScript, pipeWithScript } from './layers.ts'
import { type LuaOptions, luaOptions } from './options.ts'
import type { FillPath } from './request.ts'
import type { Tools } from './run.ts'
import { compileScript, NO_PROGRAM, runs, type Script } from './script.ts'
import { findWrongChecksum, type GetScript, liveScript, MissingSource, readSources } from './source-files.ts'

const common = {
  options: luaOptions,
  restricting: true,
  explainInvalid: (label: string) => `${label}[Lua] wrong extra config`,
} as const

const endpointLevel = {
  ...common,
  namespace: 'modifier/lua-endpoint',
  check: (options: LuaOptions, block: CheckedBlock): Issue[] => checkScript(options, true, block),
} as const

const pipeLevel = { ...common, check: (options: LuaOptions, block: CheckedBlock): Issue[] => checkScript(options, false, block) } as const

/** At service level: every request but the health check. compat: whatever a script asks for, its failure is a 500. */
export const serviceLua = component({
  ...endpointLevel,
  stage: 'router',
  build: (options, site) =>
    aroundHandler(options, site, (error) => {
      logFailure(site, error)
      return new GatewayError(error.message, { code: 'ERR_LUA' })
    }),
})

/** At one endpoint. compat: the answer to a failure has a status and a type, never a text. */
export const endpointLua = component({
  ...endpointLevel,
  stage: 'endpoint',
  build: (options, site) =>
    aroundHandler(options, site, (error) => {
      if (!error.hasOwnStatus) logFailure(site, error)
      const { code, statusCode, contentType } = error
      return new GatewayError(error.message, { code, statusCode, headers: contentType === null ? [] : [['Content-Type', contentType]] })
    }),
})

export const proxyLua = component({
  ...pipeLevel,
  stage: 'proxy',
  namespace: 'modifier/lua-proxy',
  build: (options, site) => aroundPipe(options, site, null),
})

export const backendLua = component({
  ...pipeLevel,
  stage: 'backend',
  namespace: 'modifier/lua-backend',
  build: (options, site) => aroundPipe(options, site, compilePath(site.backend?.urlPattern ?? '')),
})

function logFailure(site: Site, error: Error): void {
  site.log.error(`${site.label}[Lua] ${error.message}`)
}

function aroundHandler(options: LuaOptions, site: Site, failWith: (error: GatewayError) => GatewayError): Layer<Handler> | null {
  const script = prepare({ ...options, post: '', skip_next: false }, site)
  if (script === null) return null
  return handlerWithScript({
    script,
    tools: toolsOf(options, site),
    timeoutMs: site.endpoint?.timeoutMs ?? site.config.service.timeoutMs,
    fail: (error) => (error instanceof GatewayError ? failWith(error) : error),
    findClientIp: compileClientIp(site.router, site.config.quirks),
  })
}

function aroundPipe(options: LuaOptions, site: Site, fillPath: FillPath): Layer<Pipe> | null {
  const script = prepare(options, site)
  if (script === null) return null
  return pipeWithScript({ script, tools: toolsOf(options, site), skipsNext: options.skip_next, fillPath })
}

/** Null where there is nothing to run, or a wrong checksum switches the script off. */
function prepare(options: LuaOptions, site: Site): GetScript | null {
  const ready = options.live ? liveScript(options) : loadScript(options, site)
  if (ready !== null) site.log.debug(`${site.label}[Lua] Middleware is now ready`)
  return ready
}

function loadScript(options: LuaOptions, site: Site): GetScript | null {
  const texts = readSources(options, (path) => site.read(path))
  if (texts instanceof MissingSource) {
    site.log.error(
      `${site.label}[Lua] Opening the source file: ${describeFileError(texts.cause, texts.path)}: every request is answered 500`,
    )
    return () => Promise.reject(texts)
  }
  const checksum = findWrongChecksum(options, texts)
  if (checksum !== null) {
    site.log.error(`${site.label}[Lua] ${checksum}: the script is off`)
    return null
  }
  const script = compileScript(texts, options)
  if (!runs(script, options)) {
    site.log.warning(`${site.label}[Lua] ${NO_PROGRAM}: the script is off`)
    return null
  }
  tellMistakes(script, site)
  return () => script
}

/** compat: requests fail when the mistake's turn comes; here the log of the start says it, too. */
function tellMistakes(script: Script, site: Site): void {
  for (const part of [script.sources, script.pre, script.post]) {
    if (part instanceof LuaSyntaxError) site.log.error(`${site.label}[Lua] ${asError(failureOf(part, script, part, () => {})).message}`)
  }
}

function toolsOf(options: LuaOptions, site: Site): Tools {
  return {
    openLibs: options.allow_open_libs,
    host: hostOf(site),
    client: site.client,
    userAgent: `KrakenD ${site.version}`,
    typesNumbers: site.place !== null && hasTypedNumbers(site.place),
    onStop: (reason) => site.log.error(`${site.label}[Lua] stopped: ${reason}`),
  }
}

/** `print` goes to standard output, without waiting for whoever reads it. */
function hostOf({ print, environment, clock }: Site): Host {
  return {
    write: (text) => print(textOfBytes(text)),
    getEnvironment: (name) => environment[name],
    now: clock.now,
  }
}
