// Where scripts stand: around a handler (lua-endpoint) and around a pipe (lua-proxy, lua-backend).

import type { Readable } from 'node:stream'
import { discardBody, readUpTo } from '../../../engine/body.ts'
import { Data } from '../../../engine/data.ts'
import { GatewayError } from '../../../engine/errors.ts'
import type { FindClientIp } from '../../../engine/routing/client-ip.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { Body, Exchange, Layer, Handler, Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { DEFAULT_STRING_LENGTH as MAX_BODY_BYTES } from '../../../lua/machine.ts'
import { CONTEXT, ScriptContext } from './context.ts'
import { installCustomError } from './custom-error.ts'
import { installHttpResponse } from './http-response.ts'
import { installLuaList } from './lua-list.ts'
import { installLuaNil, installLuaTable } from './lua-table.ts'
import { type FillPath, REQUEST, ScriptRequest } from './request.ts'
import { RESPONSE, ScriptResponse } from './response.ts'
import { ScriptRun, type Tools } from './run.ts'
import type { Script } from './script.ts'
import type { GetScript } from './source-files.ts'

/** What `skip_next` puts in place of a call. */
const SKIPPED: PipeResponse = { data: Data.EMPTY, isComplete: false, error: null, statusCode: 0, headers: null, body: null }

const TOO_LONG = `the answer is longer than ${MAX_BODY_BYTES / 1024 / 1024} MB: a script that lets such answers pass must not name "body"`

const COMMON: Readonly<Record<string, (run: ScriptRun) => void>> = {
  luaTable: installLuaTable,
  luaNil: installLuaNil,
  luaList: installLuaList,
  custom_error: installCustomError,
  http_response: installHttpResponse,
}

/** What scripts have everywhere; by name what a script can reach of it. */
function commonFor({ mayRead }: Script): ((run: ScriptRun) => void)[] {
  return Object.entries(COMMON).flatMap(([name, install]) => (mayRead(name) ? [install] : []))
}

const installers = new WeakMap<Script, ReturnType<typeof commonFor>>()

/** perf: found out once for each script. */
function installCommon(run: ScriptRun): void {
  let known = installers.get(run.script)
  if (known === undefined) installers.set(run.script, (known = commonFor(run.script)))
  for (const install of known) install(run)
}

function isUnread({ length, inMemory }: Body): boolean {
  return length !== 0 && inMemory === null
}

export interface HandlerInit {
  readonly script: GetScript
  readonly tools: Tools
  /** The whole time of script and what it calls. */
  readonly timeoutMs: number
  /** What a failure of the script becomes; it is thrown. */
  readonly fail: (error: unknown) => unknown
  readonly findClientIp: FindClientIp
}

export function handlerWithScript({ script: getScript, tools, timeoutMs, fail, findClientIp }: HandlerInit): Layer<Handler> {
  async function runLater(script: Script | Promise<Script>, exchange: Exchange, next: Handler): Promise<void> {
    const scope = exchange.scope.child(timeoutMs)
    const { body } = exchange
    // security: a client that does not send its body would be waited for for ever.
    const takeBack = scope.onEnd((reason) => body.abandon?.(reason))
    try {
      const loaded = await script
      if (loaded.readsBody && isUnread(body)) await body.bytes(MAX_BODY_BYTES)
      await runPre(loaded, exchange, scope)
    } catch (error) {
      throw fail(error)
    } finally {
      takeBack()
      scope.close()
    }
    return next(exchange)
  }
  async function runPre(script: Script, exchange: Exchange, scope: Scope): Promise<void> {
    const context = openRun(script, exchange, scope)
    const { run } = context
    try {
      await run.execute(script.sources)
      await run.execute(script.pre)
      findClientAgain(context)
    } finally {
      run.close()
    }
  }
  function runNow(script: Script, exchange: Exchange): void {
    const scope = exchange.scope.child()
    scope.deadline = Math.min(scope.deadline, performance.now() + timeoutMs)
    const context = openRun(script, exchange, scope)
    const { run } = context
    try {
      void run.execute(script.sources)
      void run.execute(script.pre)
      findClientAgain(context)
    } catch (error) {
      throw fail(error)
    } finally {
      run.close()
      scope.close()
    }
  }
  function openRun(script: Script, exchange: Exchange, scope: Scope): ScriptContext {
    const run = new ScriptRun(script, tools, scope)
    installCommon(run)
    const context = new ScriptContext(run, exchange)
    run.setLoader('ctx', CONTEXT, context)
    return context
  }
  /** compat: who the client is stands in fields that a script may write. */
  function findClientAgain({ hasWrittenHeaders, exchange }: ScriptContext): void {
    if (hasWrittenHeaders) exchange.clientIp = findClientIp(exchange)
  }
  return (next) =>
    function runEndpointScript(exchange) {
      const script = getScript()
      // perf: most scripts wait for nothing.
      if (script instanceof Promise || script.mayWait || (script.readsBody && isUnread(exchange.body)))
        return runLater(script, exchange, next)
      runNow(script, exchange)
      return next(exchange)
    }
}

export interface PipeInit {
  readonly script: GetScript
  readonly tools: Tools
  readonly skipsNext: boolean
  readonly fillPath: FillPath
}

export function pipeWithScript({ script: getScript, tools, skipsNext, fillPath }: PipeInit): Layer<Pipe> {
  return (next) =>
    async function runPipeScript(request, scope) {
      const given = getScript()
      const script = given instanceof Promise ? await given : given
      if (script.readsBody && isUnread(request.body)) await request.body.bytes(MAX_BODY_BYTES)
      const run = new ScriptRun(script, tools, scope)
      const own = new ScriptRequest(run, request, fillPath)
      try {
        const asked = runBefore(run, own)
        const going: PipeRequest = asked instanceof Promise ? await asked : asked
        const response = skipsNext ? SKIPPED : await next(going, scope)
        // compat: a partial answer goes on as it is.
        return script.post === null || response.error !== null ? response : await runAfter(run, own, response)
      } finally {
        run.close()
      }
    }
}

/** perf: waits only where the script may. */
function runBefore(run: ScriptRun, own: ScriptRequest): PipeRequest | Promise<PipeRequest> {
  installCommon(run)
  run.setLoader('request', REQUEST, own)
  const { sources, pre } = run.script
  const loading = run.execute(sources)
  if (loading !== undefined) return loading.then(() => run.execute(pre)).then(() => own.toRequest())
  const running = run.execute(pre)
  return running === undefined ? own.toRequest() : running.then(() => own.toRequest())
}

async function runAfter(run: ScriptRun, own: ScriptRequest, response: PipeResponse): Promise<PipeResponse> {
  const { script } = run
  let { body } = response
  try {
    if (script.readsBody && body !== null && !Buffer.isBuffer(body)) body = await readAnswer(body, run)
    const seen = new ScriptResponse(run, { ...response, body })
    installCommon(run)
    run.setLoader('request', REQUEST, own)
    run.setLoader('response', RESPONSE, seen)
    await run.execute(script.post)
    return seen.toResponse()
  } catch (error) {
    discardBody(body)
    throw error
  }
}

/** All of an answer that streams. Rejects for more than a script may have in a string; the stream is left to the caller. */
async function readAnswer(stream: Readable, { tools }: ScriptRun): Promise<Buffer> {
  const bytes = await readUpTo(stream, MAX_BODY_BYTES)
  if (bytes !== null) return bytes
  tools.onStop(TOO_LONG)
  throw new GatewayError(`lua: ${TOO_LONG}`, { code: 'ERR_LUA_STOPPED' })
}
