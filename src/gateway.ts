// From a typed configuration to something that answers requests, and back to nothing. Needs no process and no command line.

import { readFileSync } from 'node:fs'
import type { AgentConfig, GatewayConfig } from './config/types.ts'
import { compileAgent, type CompiledAgent } from './engine/compile/compile-agent.ts'
import { compileGateway, type CompiledGateway, type CompileInit } from './engine/compile/compile.ts'
import { loadOrder, withFallbacks } from './engine/compile/order.ts'
import { SYSTEM_CLOCK, type Clock, type Logger, type Offer } from './engine/compile/site.ts'
import type { ResourcePool, SharedMemory } from './engine/compile/shared-memory.ts'
import { expectedNames } from './engine/expected-names.ts'
import { loadEncodings } from './encodings/index.ts'
import type { LineSink } from './engine/line-sink.ts'
import { maskerOf } from './engine/secrets.ts'
import { followRedirects } from './http/client/redirects.ts'
import type { ProxyEnvironment } from './http/client/transport.ts'
import { createTransports } from './http/client/transports.ts'
import { tlsFiles } from './http/tls/tls-files.ts'
import { order } from './order.ts'
import type { PluginModules } from './plugins/loaded.ts'
import { NO_MODULES, type PluginHost, pluginHost } from './plugins/plugin-modules.ts'
import { pluginSettings } from './plugins/plugins-block.ts'

export interface GatewayInit extends Pick<CompileInit, 'observer' | 'onStack'> {
  readonly log: Logger
  readonly shared: SharedMemory
  readonly pool: ResourcePool
  /** What the gateway calls itself: `Version 0.1.0`. */
  readonly version: string
  /** Variables of the process: proxies for backend calls (`HTTP_PROXY` and the like) and what components look for. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly writeAccessLine: (line: string) => void
  /** Takes what scripts print. */
  readonly print: (text: string) => void
  /** Opens a file for lines of the log, or `stderr`; without it such lines are lost. */
  readonly openLines?: (target: string) => LineSink
  /** The machine's by default. */
  readonly clock?: Clock
  /** Which plugins must not be missing. */
  readonly pluginRules?: PluginRules
  /** Plugins that are there already; by default those of the folder that the file names. */
  readonly plugins?: PluginHost
}

export interface PluginRules {
  /** None of them may fail to load, whatever is written (`--strict`). */
  readonly isStrict: boolean
  /** Plugins that are served now: none of these may. */
  readonly served: ReadonlySet<string>
  /** Called for each plugin that was set up at a place. */
  readonly onServed: (name: string) => void
}

const NO_LINES: LineSink = { write() {}, end: () => Promise.resolve() }

/** Loads what the configuration uses and compiles it. Throws a ConfigError when it cannot be served. */
export function openGateway(config: GatewayConfig, init: GatewayInit): Promise<CompiledGateway> {
  return open(config, init, compileGateway)
}

/** The same for the pipe of one of its async agents alone. */
export function openAgent(config: GatewayConfig, agent: AgentConfig, init: GatewayInit): Promise<CompiledAgent> {
  return open({ ...config, endpoints: [], asyncAgents: [agent] }, init, (own) => compileAgent(agent, own))
}

/** Whatever is compiled and holds connections to backends. */
type Compiled = Pick<CompiledGateway, 'files' | 'retire'>

async function open<C extends Compiled>(config: GatewayConfig, init: GatewayInit, compile: (init: CompileInit) => Promise<C>): Promise<C> {
  const [loaded, encodings] = await Promise.all([loadOrder(order, config), loadEncodings(encodingsOf(config))])
  const environment = readProxies(init.environment)
  const transports = createTransports(config.transport, { log: init.log, environment, names: expectedNames(config) })
  const folder = folderHost(config, init.pluginRules)
  const offer: Offer<PluginHost> = { port: pluginHost, value: init.plugins ?? folder.host }
  try {
    const mask = maskerOf(config.secrets)
    const compiled = await compile({
      clock: SYSTEM_CLOCK,
      openLines: () => NO_LINES,
      ...init,
      ...(mask === null
        ? {}
        : {
            writeAccessLine: (line: string) => init.writeAccessLine(mask(line)),
            print: (text: string) => init.print(mask(text)),
            openLines: (target: string) => masked(init.openLines?.(target) ?? NO_LINES, mask),
          }),
      ...encodings,
      config,
      order: loaded,
      transport: transports.send,
      transportWith: (changes) => transports.sendWith(changes),
      client: followRedirects(transports.send, { sendBodyOnRedirect: true, hosts: [] }),
      readFile: readFileSync,
      offers: [offer],
    })
    return {
      ...compiled,
      files: new Set([...compiled.files, ...tlsFiles(config), ...config.secrets.files, ...folder.files()]),
      async retire() {
        try {
          await compiled.retire()
        } finally {
          await transports.close()
        }
      },
    }
  } catch (error) {
    await transports.close()
    throw error
  }
}

function masked(sink: LineSink, mask: (text: string) => string): LineSink {
  return { write: (lines) => sink.write(mask(lines)), end: () => sink.end() }
}

/** The modules of a configuration's folder: imported when somebody asks for a plugin, once. */
function folderHost({ service, extraConfig }: GatewayConfig, rules?: PluginRules): { host: PluginHost; files: () => Iterable<string> } {
  let modules: PluginModules | null = null
  let loading: Promise<PluginModules> | null = null
  const load = async (): Promise<PluginModules> => {
    const { loadPluginModules } = await import('./plugins/modules/load.ts')
    const { setupTimeoutMs, sha256 } = pluginSettings(extraConfig)
    modules = service.plugin === null ? NO_MODULES : await loadPluginModules({ ...service.plugin, setupTimeoutMs, sha256 })
    return modules
  }
  return {
    host: { isStrict: false, ...rules, load: () => (loading ??= load()) },
    files: () => modules?.files.keys() ?? [],
  }
}

/** Upper case wins, as in Go. */
function readProxies(environment: GatewayInit['environment']): ProxyEnvironment {
  const read = (name: string): string | undefined => environment[name] || environment[name.toLowerCase()]
  return { httpProxy: read('HTTP_PROXY'), httpsProxy: read('HTTPS_PROXY'), noProxy: read('NO_PROXY') }
}

/** Every encoding that the file names. */
export function encodingsOf(config: GatewayConfig): Set<string> {
  const names = new Set<string>()
  for (const endpoint of config.endpoints) names.add(endpoint.outputEncoding)
  for (const { backends } of [...config.endpoints, ...config.asyncAgents])
    for (const backend of withFallbacks(backends)) names.add(backend.encoding).add(backend.writtenEncoding)
  return names
}
