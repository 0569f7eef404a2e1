// The shape of `src/order.ts`: lists of layers by stage, and what of them a configuration uses.

import type { AgentConfig, BackendConfig, EndpointConfig, ExtraConfig, GatewayConfig } from '../../config/types.ts'
import type {
  AnyBlock,
  AnyComponent,
  AnyDriver,
  AnyLayer,
  AnyProcess,
  AnyService,
  DiscoveryDeclaration,
  Level,
  Stage,
  StepDeclaration,
} from './component.ts'

/** A declaration that is imported only when a configuration has its namespace. */
export interface Lazy<D> {
  readonly namespace: string
  /** The namespace of its extras, which must be known before it is loaded. */
  readonly extras: string | null
  load(): Promise<D>
}

/** What is configured by a block of its own. */
export type AnyConfigured = AnyComponent | AnyService | AnyProcess | AnyDriver

export interface LazyDiscovery {
  readonly sd: string
  load(): Promise<DiscoveryDeclaration>
}

type Layers = { readonly [S in Stage]: readonly (StepDeclaration<S> | Lazy<AnyComponent<S>>)[] }

/** The whole order of a gateway: what `src/order.ts` holds. */
export interface Order extends Layers {
  /** Once per process. */
  readonly process: readonly Lazy<AnyProcess>[]
  /** Once per compiled gateway, before any layer. */
  readonly services: readonly Lazy<AnyService>[]
  /** What brings messages to async agents: of several blocks in one agent the first of this list counts. */
  readonly drivers: readonly Lazy<AnyDriver>[]
  readonly discoveries: readonly LazyDiscovery[]
  /** Blocks that the engine's own steps read. */
  readonly blocks: Readonly<Record<Level, readonly AnyBlock[]>>
}

/** The same for one configuration: everything it uses is there. */
export interface LoadedOrder {
  readonly layers: { readonly [S in Stage]: readonly AnyLayer<S>[] }
  readonly services: readonly AnyService[]
  readonly discoveries: readonly DiscoveryDeclaration[]
}

export const STAGES: readonly Stage[] = ['server', 'routed', 'router', 'endpoint', 'proxy', 'backend', 'executor', 'transport']

const SERVICE: readonly Level[] = ['service']
const AGENT: readonly Level[] = ['agent']

/** Where in the file the blocks of a stage's components stand. */
export const LEVELS: Readonly<Record<Stage, readonly Level[]>> = {
  server: ['service'],
  routed: ['service'],
  router: ['service'],
  endpoint: ['endpoint'],
  proxy: ['endpoint', 'agent'],
  backend: ['backend'],
  executor: ['backend'],
  transport: ['backend'],
}

/** A line of the order for a component: `load` imports it. */
export function lazy<D>(namespace: string, load: () => Promise<D>, extras: string | null = null): Lazy<D> {
  return { namespace, extras, load }
}

/** Every namespace that means something. */
export function knownNamespaces(order: Order): string[] {
  const own = Object.values(order.blocks).flatMap((blocks) => blocks.map(({ namespace }) => namespace))
  return [
    ...new Set([...own, ...lazyEntries(order).flatMap(({ entry }) => [entry.namespace, ...(entry.extras === null ? [] : [entry.extras])])]),
  ]
}

/** Every component of the order with the levels of its block: once per process, once per gateway, the layers, outermost first, then the agents' drivers. */
export function lazyEntries(order: Order): { entry: Lazy<AnyConfigured>; levels: readonly Level[] }[] {
  const once = [...order.process, ...order.services].map((entry) => ({ entry, levels: SERVICE }))
  const layers = STAGES.flatMap((stage) => order[stage].flatMap((entry) => ('load' in entry ? { entry, levels: LEVELS[stage] } : [])))
  return [...once, ...layers, ...order.drivers.map((entry) => ({ entry, levels: AGENT }))]
}

/** One place of a file that has blocks. */
export interface BlockPlace {
  readonly level: Level
  readonly blocks: ExtraConfig
  readonly config: GatewayConfig | EndpointConfig | BackendConfig | AgentConfig
  /** Where its `extra_config` stands: a path of the file. */
  readonly at: readonly (string | number)[]
}

/** Every place of a configuration, from the service to the last backend. */
export function placesOf(config: GatewayConfig): BlockPlace[] {
  const places: BlockPlace[] = [{ level: 'service', blocks: config.extraConfig, config, at: [] }]
  const add = (level: Level, owner: EndpointConfig | AgentConfig): void => {
    places.push({ level, blocks: owner.extraConfig, config: owner, at: owner.at })
    for (const backend of withFallbacks(owner.backends))
      places.push({ level: 'backend', blocks: backend.extraConfig, config: backend, at: backend.at })
  }
  for (const endpoint of config.endpoints) add('endpoint', endpoint)
  for (const agent of config.asyncAgents) add('agent', agent)
  return places
}

/** Every backend, each followed by that of its `_gw/fallback`. */
export function withFallbacks(backends: readonly BackendConfig[]): BackendConfig[] {
  return backends.flatMap((backend) => (backend.fallback === null ? [backend] : [backend, backend.fallback]))
}

/** A block that something reads, and the levels where it does. */
export interface DeclaredBlock {
  readonly declaration: AnyBlock
  readonly levels: readonly Level[]
}

/** Every declaration that has a word in the blocks of a configuration, the engine's own among them. */
export async function loadDeclarations(order: Order, config: GatewayConfig): Promise<DeclaredBlock[]> {
  const used = usedNamespaces(config)
  const own = Object.entries(order.blocks).flatMap(([level, blocks]) =>
    blocks.map((declaration): DeclaredBlock => ({ declaration, levels: [level as Level] })),
  )
  const wanted = lazyEntries(order).filter(({ entry }) => isUsed(entry, used))
  const loaded = await Promise.all(
    wanted.map(async ({ entry, levels }): Promise<DeclaredBlock> => ({ declaration: await entry.load(), levels })),
  )
  return [...own, ...loaded]
}

/** Loads what the configuration uses of the order. */
export async function loadOrder(order: Order, config: GatewayConfig): Promise<LoadedOrder> {
  const used = usedNamespaces(config)
  const sds = new Set(placesOf(config).map(({ config: owner }) => ('sd' in owner ? owner.sd : '')))
  const loadAll = (entries: Order[Stage]): Promise<AnyLayer[]> =>
    Promise.all(
      entries
        .filter((entry) => !('load' in entry) || isUsed(entry, used))
        .map((entry): Promise<AnyLayer> => ('load' in entry ? entry.load() : Promise.resolve(entry))),
    )
  const [services, discoveries, stages] = await Promise.all([
    Promise.all(order.services.filter((entry) => isUsed(entry, used)).map((entry) => entry.load())),
    Promise.all(order.discoveries.filter(({ sd }) => sds.has(sd)).map((entry) => entry.load())),
    Promise.all(STAGES.map((stage) => loadAll(order[stage]))),
  ])
  const layers: unknown = Object.fromEntries(STAGES.map((stage, index) => [stage, stages[index]]))
  return { services, discoveries, layers: layers as LoadedOrder['layers'] }
}

/** Loads what the configuration runs once per process. */
export function loadProcessParts(order: Order, config: GatewayConfig): Promise<AnyProcess[]> {
  const used = new Set(config.extraConfig.keys())
  return Promise.all(order.process.filter((entry) => isUsed(entry, used)).map((entry) => entry.load()))
}

/** The driver of an agent; null where nothing in the agent is one. */
export async function loadDriver(order: Order, { extraConfig }: AgentConfig): Promise<AnyDriver | null> {
  const used = new Set(extraConfig.keys())
  return (await order.drivers.find((entry) => isUsed(entry, used))?.load()) ?? null
}

function usedNamespaces(config: GatewayConfig): Set<string> {
  return new Set(placesOf(config).flatMap(({ blocks }) => [...blocks.keys()]))
}

function isUsed(entry: Lazy<unknown>, used: ReadonlySet<string>): boolean {
  return used.has(entry.namespace) || (entry.extras !== null && used.has(entry.extras))
}
