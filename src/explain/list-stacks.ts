// Which layers a configuration has, in order: it is compiled as for serving, with nothing behind it. No name is looked up, nobody is called.

import type { EndpointConfig, GatewayConfig } from '../config/types.ts'
import { encodingsOf } from '../gateway.ts'
import { loadEncodings } from '../encodings/index.ts'
import { compileGateway } from '../engine/compile/compile.ts'
import { ConfigError, type Stage } from '../engine/compile/component.ts'
import { loadOrder, type LoadedOrder } from '../engine/compile/order.ts'
import { SYSTEM_CLOCK, type Logger, type Site } from '../engine/compile/site.ts'
import type { NamedLayer } from '../engine/compile/layers.ts'
import { GatewayError } from '../engine/errors.ts'
import { standIns } from '../engine/ports.ts'
import { order } from '../order.ts'
import type { LoadedPlugin } from '../plugins/loaded.ts'
import { hostOf, pluginHost } from '../plugins/plugin-modules.ts'
import type { Kind } from '../plugins/types.ts'
import { createResourcePool, createSharedMemory } from '../runtime/shared.ts'
import { standInFor } from './stand-ins.ts'

export interface Stacks {
  /** The layers of a stage, outermost first: at a backend by its index, or, for null, around all of them. */
  readonly layersAt: (stage: Stage, backend: number | null) => readonly NamedLayer<never>[] | undefined
  readonly order: LoadedOrder
  /** Why the gateway would not start; null when it would. */
  readonly problem: string | null
}

const SILENT: Logger = { debug() {}, info() {}, warning() {}, error() {}, critical() {} }
/** In the place of any answer. */
export const OFFLINE = new GatewayError('nobody is asked while a configuration is explained', { code: 'ERR_OFFLINE' })
const refuse = (): Promise<never> => Promise.reject(OFFLINE)

/** security: explaining runs no code of others. Every name that a file uses is a plugin that passes everything on. */
const PLUGIN_STAND_INS = { port: pluginHost, value: hostOf({ plugins: [], find: standIn, problems: [], files: new Map() }) }

function standIn(kind: Kind, name: string): LoadedPlugin {
  const setup = () => (_request: unknown, next: () => unknown) => next()
  return { name, kinds: new Set([kind]), file: name, params: [], protects: false, description: '', options: null, setup }
}

/** Those of the service and of one endpoint. `readFile` gives what components read: scripts, keys. */
export async function listStacks(endpoint: EndpointConfig, whole: GatewayConfig, readFile: (path: string) => Buffer): Promise<Stacks> {
  const config: GatewayConfig = { ...whole, endpoints: [endpoint], asyncAgents: [] }
  const [loaded, encodings] = await Promise.all([loadOrder(order, config), loadEncodings(encodingsOf(config))])
  const stacks = new Map<string, readonly NamedLayer<never>[]>()
  const keyOf = (stage: Stage, backend: number | null): string => `${stage} ${backend}`
  const layersAt: Stacks['layersAt'] = (stage, backend) => stacks.get(keyOf(stage, backend))
  try {
    const gateway = await compileGateway({
      ...encodings,
      config,
      // a discovery would ask name servers
      order: { ...loaded, discoveries: [] },
      log: SILENT,
      clock: SYSTEM_CLOCK,
      shared: createSharedMemory(),
      pool: createResourcePool(),
      transport: refuse,
      transportWith: () => refuse,
      client: refuse,
      version: '',
      environment: {},
      writeAccessLine() {},
      openLines: () => ({ write() {}, end: () => Promise.resolve() }),
      print() {},
      offers: [PLUGIN_STAND_INS, { port: standIns, value: standInFor }],
      readFile,
      onStack: (stage: Stage, site: Site, layers) => {
        const key = keyOf(stage, site.backend === null ? null : Number(site.backend.at.at(-1)))
        if (!stacks.has(key)) stacks.set(key, layers)
      },
    })
    await gateway.retire()
    return { layersAt, order: loaded, problem: null }
  } catch (error) {
    if (!(error instanceof ConfigError) && !(error instanceof Error && 'syscall' in error)) throw error
    return { layersAt, order: loaded, problem: error.message }
  }
}
