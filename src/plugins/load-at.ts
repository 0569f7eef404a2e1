// The plugins of a block become handlers at their place: found, checked, set up, or what the file says where that fails.

import { ConfigError, type Site } from '../engine/compile/component.ts'
import { GatewayError } from '../engine/errors.ts'
import { showExchange } from '../engine/ports.ts'
import { Scope } from '../engine/scope.ts'
import type { Handler, Layer } from '../engine/types.ts'
import { formatPath } from '../schema/issue.ts'
import type { AnyHandler } from './around.ts'
import type { AnyPair } from './around-pairs.ts'
import type { BuiltIn } from './built-in/declare.ts'
import { findBuiltIn } from './built-in/find.ts'
import { deepFreeze } from './client.ts'
import { type PluginEntry, readEntries } from './entries.ts'
import { inTime } from './in-time.ts'
import { findPlugin, type FoundPlugin, type Kind, type LoadedPlugin, type OptionProblem, type PluginModules } from './loaded.ts'
import { explainMissing } from './modules/explain-missing.ts'
import { consequenceOf } from './on-load-error.ts'
import { lackingParams } from './params.ts'
import { describePluginError } from './plugin-error.ts'
import { type PluginHost, pluginsOf } from './plugin-modules.ts'
import { pluginSettings, type PluginSettings } from './plugins-block.ts'
import { PluginSite } from './site.ts'

/** A plugin that is ready, with one of these. */
export interface ReadyPlugin {
  readonly name: string
  readonly handler: AnyHandler | null
  readonly pair: AnyPair | null
  /** Around the router: one that the gateway brings along. */
  readonly layer: Layer<Handler> | null
}

/** In the order of the file. Where one is rejected, every request of the place is: the others do not matter. */
export interface LoadedPlace {
  readonly plugins: readonly ReadyPlugin[]
  readonly settings: PluginSettings
  readonly rejection: GatewayError | null
}

export interface LoadInit {
  readonly kind: Kind
  /** As it stands in the file. */
  readonly block: unknown
  /** How lines of the log about missing plugins begin. */
  readonly label: string
  /** KrakenD's word for the same: an ERROR at the service, a WARNING elsewhere. */
  readonly missingLevel: 'error' | 'warning'
  /** Whether nothing behind an unknown name is loaded (version 2). */
  readonly endsAtUnknown: boolean
}

/** Why a plugin is not there. */
class LoadFailure extends Error {
  readonly isUnknown: boolean
  readonly protects: boolean
  /** Whatever the file says, the start stops. */
  readonly isFatal: boolean

  constructor(message: string, { isUnknown = false, protects = false, isFatal = false } = {}) {
    super(message)
    this.isUnknown = isUnknown
    this.protects = protects
    this.isFatal = isFatal
  }
}

/** Throws a ConfigError where a plugin that must not be missing is. */
export async function loadAt(site: Site, init: LoadInit): Promise<LoadedPlace> {
  const { kind, block, label } = init
  const { quirks, extraConfig } = site.config
  const settings = pluginSettings(extraConfig)
  const plugins: ReadyPlugin[] = []
  let rejection: GatewayError | null = null
  const entries = readEntries(`plugin/${kind}`, block, quirks.listsPlugins)
  if (entries.length === 0) return { plugins, settings, rejection }
  const host = pluginsOf(site)
  for (const entry of entries) {
    try {
      const builtIn = findBuiltIn(kind, entry.name, quirks)
      const ready =
        builtIn === null
          ? await setUp(entry, await loadModules(host, site), settings, site, init)
          : setUpBuiltIn(await builtIn.load(), entry, site, kind)
      if (ready !== null) plugins.push(ready)
      host.onServed?.(entry.name)
    } catch (error) {
      if (!(error instanceof LoadFailure)) throw error
      const consequence = consequenceFor(error, entry, settings, host, site, kind)
      const text = `${site.label}[PLUGIN: ${entry.name}] ${error.message}`
      if (consequence === 'exit') throw new ConfigError(text)
      if (consequence === 'reject') {
        site.log.warning(`${text}: every request is answered 500`)
        rejection ??= new GatewayError(`the plugin "${entry.name}" could not be loaded`, { code: 'ERR_PLUGIN_LOAD' })
      } else if (error.isUnknown) site.log[init.missingLevel](`${label} No plugin registered as ${entry.name}`)
      else site.log[init.missingLevel](`${text}: served without it`)
      // compat: KrakenD 1.x injects nothing after a name that it does not know.
      if (error.isUnknown && init.endsAtUnknown) break
    }
  }
  return { plugins, settings, rejection }
}

function consequenceFor(
  { protects, isFatal }: LoadFailure,
  { name, onLoadError }: PluginEntry,
  settings: PluginSettings,
  host: PluginHost,
  { config }: Site,
  kind: Kind,
): ReturnType<typeof consequenceOf> {
  if (isFatal) return 'exit'
  return consequenceOf({
    namespace: `plugin/${kind}`,
    listsPlugins: config.quirks.listsPlugins,
    entry: onLoadError,
    fallback: config.service.plugin?.onLoadDefaultError ?? '',
    service: settings.onLoadError,
    protects,
    isServed: host.served?.has(name) === true,
    isStrict: host.isStrict,
  })
}

/** Nothing is imported for what the gateway brings along. */
async function loadModules(host: PluginHost, site: Site): Promise<PluginModules> {
  showExchange(site)
  const modules = await host.load()
  refuseTampered(modules)
  tellTotals(site, modules)
  return modules
}

/** security: what is run is not what was listed. */
function refuseTampered({ problems }: PluginModules): void {
  const wrong = problems.find(({ code, severity }) => code === 'plugin-integrity' && severity === 'error')
  if (wrong !== undefined) throw new ConfigError(`${wrong.file}: ${wrong.message}`)
}

const LOADERS: readonly [Kind, string][] = [
  ['http-client', 'Executor'],
  ['http-server', 'Handler'],
  ['req-resp-modifier', 'Modifier'],
  ['middleware', 'Middleware'],
]

/** KrakenD's lines, once per configuration. */
function tellTotals(site: Site, { plugins }: PluginModules): void {
  site.once('plugin totals', () => {
    for (const [kind, name] of LOADERS) {
      const total = plugins.filter(({ kinds }) => kinds.has(kind)).length
      site.log.info(`[SERVICE: ${name} Plugin] Total plugins loaded: ${total}`)
    }
    return true
  })
}

/** Null where the plugin itself says that there is nothing to do. */
async function setUp(
  entry: PluginEntry,
  modules: PluginModules,
  settings: PluginSettings,
  site: Site,
  { kind }: LoadInit,
): Promise<ReadyPlugin | null> {
  const { plugin, part } = find(modules, kind, entry.name, site.config.quirks.needsProtectingPlugins)
  checkParams(plugin, site)
  const options = await readPluginOptions(plugin, entry)
  const block = deepFreeze(structuredClone(entry.block))
  const own = new PluginSite(site, { name: plugin.name, kind, label: site.label, block, maxBody: settings.maxBody })
  try {
    const given = await inSetupTime(() => plugin.setup(options, own), settings.setupTimeoutMs)
    const ready = given === null ? null : readyPlugin(entry.name, given, part)
    site.onRetire(() => own.close())
    return ready
  } catch (error) {
    await own.close()
    const text = error instanceof LoadFailure ? error.message : describePluginError(error).text
    throw new LoadFailure(`could not be loaded: ${text}`, { protects: plugin.protects })
  }
}

function setUpBuiltIn(builtIn: BuiltIn, entry: PluginEntry, site: Site, kind: Kind): ReadyPlugin {
  const { problems, build } = builtIn.prepare(entry.options)
  if (problems.length > 0) throw wrongOptions(entry, problems, builtIn.protects)
  return { name: entry.name, handler: null, ...build(site, kind) }
}

function find(modules: PluginModules, kind: Kind, name: string, needsProtection: boolean): FoundPlugin {
  const found = findPlugin(modules, kind, name)
  if (found !== null) return found
  const { message, hint, protects, isForbidden } = explainMissing(modules, kind, name, needsProtection)
  throw new LoadFailure(hint === '' ? message : `${message} (${hint})`, { isUnknown: true, protects, isFatal: isForbidden })
}

/** What a plugin counts on that no endpoint has is a mistake of the file, not of the plugin. */
function checkParams({ params, name }: LoadedPlugin, { endpoint }: Site): void {
  const missing = lackingParams(params, endpoint?.writtenPath ?? null)
  if (missing.length > 0)
    throw new LoadFailure(`needs the parameter {${missing.join('}, {')}} in the path of its endpoint (plugin "${name}")`, { isFatal: true })
}

async function readPluginOptions({ options: schema, protects }: LoadedPlugin, entry: PluginEntry): Promise<unknown> {
  if (schema === null) return deepFreeze(structuredClone(entry.options))
  const { value, problems } = await schema.read(structuredClone(entry.options))
  if (problems.length === 0) return deepFreeze(value)
  throw wrongOptions(entry, problems, protects)
}

function wrongOptions({ optionsPath }: PluginEntry, problems: readonly OptionProblem[], protects: boolean): LoadFailure {
  const texts = problems.map(({ path, message }) => `${formatPath([...optionsPath, ...path])} ${message}`.trimStart())
  return new LoadFailure(`wrong options: ${texts.join(', ')}`, { protects })
}

/** `setup` may wait for what it needs, but not for ever. */
async function inSetupTime(setup: () => unknown, ms: number): Promise<unknown> {
  const time = Scope.root().child(ms)
  let isLate = false
  try {
    return await inTime(Promise.resolve(setup()), time, () => (isLate = true))
  } catch (error) {
    throw isLate ? new LoadFailure(`setup takes longer than ${ms} ms`) : error
  } finally {
    time.close()
  }
}

function readyPlugin(name: string, given: unknown, part: FoundPlugin['part']): ReadyPlugin {
  if (given === undefined) throw new LoadFailure('setup returned nothing')
  if (typeof given === 'function') {
    if (part !== null) throw new LoadFailure(`it is a function, which has no ${part} part of its own: write its name without "-${part}"`)
    return { name, handler: given as AnyHandler, pair: null, layer: null }
  }
  const parts = typeof given === 'object' ? (given as { readonly request?: unknown; readonly response?: unknown }) : {}
  const { request = null, response = null } = parts
  const isPair = [request, response].every((one) => one === null || typeof one === 'function') && (request ?? response) !== null
  if (!isPair) throw new LoadFailure('setup gave no handler: neither a function nor an object with request or response')
  const pair = {
    request: part === 'response' ? null : (bound(request, given) as AnyPair['request']),
    response: part === 'request' ? null : (bound(response, given) as AnyPair['response']),
  }
  if (pair.request === null && pair.response === null) throw new LoadFailure(`it has no ${part} part`)
  return { name, handler: null, pair, layer: null }
}

/** As a method of its pair, where there is one. */
function bound(part: unknown, pair: unknown): unknown {
  return typeof part === 'function' ? part.bind(pair) : null
}
