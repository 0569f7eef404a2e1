// What components and the engine's own steps declare: their blocks, their place in the order, and how they are built.

import type { Static, TSchema } from 'typebox'
import type { BackendConfig, Dialect, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import type { Issue } from '../../schema/issue.ts'
import { isOwnNamespace } from '../../schema/own-keys.ts'
import { perList } from '../per-list.ts'
import type { Handler, Layer, Pipe, Sender } from '../types.ts'
import type { OpenedPort } from './opened-ports.ts'
import type { AgentSite, ProcessSite } from './process-site.ts'
import type { Site } from './site.ts'

export type { AgentSite, ProcessFacts, ProcessSite } from './process-site.ts'
export type { Clock, Logger, Manipulate, PipePlace, Site, SiteBase } from './site.ts'
export type { ResourcePool, SharedMemory, WorkerChannel } from './shared-memory.ts'

/** Where a layer stands: the keys of `src/order.ts`, outermost first. */
export type Stage = 'server' | 'routed' | 'router' | 'endpoint' | 'proxy' | 'backend' | 'executor' | 'transport'

/** The function that a stage's layers wrap. */
export interface StageFunctions {
  server: Handler
  routed: Handler
  router: Handler
  endpoint: Handler
  proxy: Pipe
  backend: Pipe
  executor: Sender
  transport: Sender
}

/** Whose `extra_config` a block stands in. */
export type Level = 'service' | 'endpoint' | 'agent' | 'backend'

/**
 * What KrakenD does when the block is wrong:
 * `skip` the component is off · `deny` every request of that place is answered 401 ·
 * `default` the block counts as `{}` · `stop` the gateway does not start.
 */
export type WhenInvalid = 'skip' | 'deny' | 'default' | 'stop'

/** What KrakenD does with an option of a wrong type in a block that is read as a map: it counts as absent, or for some the start stops. */
export type WhenWrongType = 'ignore' | { readonly stop: readonly string[] }

/**
 * How KrakenD reads the block: `struct` keys in any case, one wrong type makes the whole block wrong;
 * `map` keys exactly, an option of a wrong type counts as absent, numbers are truncated to integers.
 * `exact` our own namespaces (`_gw/…`) unless they say else: whatever is not understood makes the whole block wrong, and that stops the start.
 */
export type Reading = 'struct' | 'map' | 'exact'

/** The block that is checked. */
export interface CheckedBlock<X = unknown> {
  /** As it stands in the file. */
  readonly raw: unknown
  /** What the block of its extras says; null without one. */
  readonly extras: X | null
  readonly dialect: Dialect
  /** The one value of that key for all blocks that are checked together, made on first use. */
  readonly once: Site['once']
  /** What the block stands in; null where a block is checked alone. */
  readonly place: CheckedPlace | null
  /** Whether a file that the configuration names can be read. */
  readonly readable: (path: string) => boolean
  /** What blocks of the same endpoint say in their `identityHeaders`. */
  readonly identityHeaders: () => readonly string[]
  /** What is in such a file; null where nobody can tell, and for what is no regular file, which may be read only once. */
  readonly contentOf: (path: string) => Buffer | null
}

/** Where a block stands, for checks that look at what is around it. */
export interface CheckedPlace {
  readonly config: GatewayConfig
  /** Null at the service, at an agent and its backends. */
  readonly endpoint: EndpointConfig | null
  readonly backend: BackendConfig | null
}

/** Options of ours beside a block of KrakenD's, in a namespace that KrakenD ignores. They stand at the same place of the file. */
export interface Extras<E extends TSchema> {
  readonly namespace: string
  readonly options: E
  readonly reading: Reading
  /** `stop`: a wrong block, or one without the main block beside it, stops the start; `skip`: it counts as absent. */
  readonly whenInvalid: 'skip' | 'stop'
  check?(options: Static<E>, block: CheckedBlock): readonly Issue[]
}

/** A block of `extra_config` and how it is read. */
export interface BlockDeclaration<O extends TSchema, E extends TSchema = TSchema> {
  readonly namespace: string
  readonly options: O
  readonly reading: Reading
  readonly whenInvalid: WhenInvalid
  readonly whenWrongType: WhenWrongType
  /** KrakenD's log line for a wrong block, where people grep for it; `detail` says what is wrong. */
  readonly explainInvalid?: (label: string, detail: string) => string
  /** How urgent that line is: an error, unless KrakenD only warns. */
  readonly invalidLevel?: 'warning'
  /**
   * Protects something (auth, validation, limits): a wrong block is an error of `check` and stops `run --strict`. `partly`: some of its
   * options do, or a misread one opens more than was meant; only `--strict` refuses it.
   */
  readonly restricting: boolean | 'partly'
  /** Header fields of the endpoint's requests that say who the client is, because this block puts that there or believes what stands there. */
  identityHeaders?(options: Static<O>): readonly string[]
  /**
   * What the types of the options cannot say: patterns that do not compile, names that nobody knows. Asked for when a file
   * is checked and before a start, never while serving; `build` does not rely on it. Paths begin inside the block;
   * with `--strict` an error refuses the file, else it is a warning unless its code is `wrong-type`.
   */
  check?(options: Static<O>, block: CheckedBlock<Static<E>>): readonly Issue[]
  /** Ports that it opens, of a block of the service. */
  opens?(options: Static<O>, extras: Static<E> | null): readonly OpenedPort[]
  readonly extras?: Extras<E>
}

/** What a `build` gives: null where there is nothing to do, a promise where something must be there first. */
export type Built<T> = T | null | Promise<T | null>

/** A layer of one stage, made for each place of the file that has its block. */
export interface ComponentDeclaration<S extends Stage, O extends TSchema, E extends TSchema = TSchema> extends BlockDeclaration<O, E> {
  readonly kind: 'layer'
  readonly stage: S
  /** How it is called in the printed order, in traces and in `explain`: the namespace unless it says else. */
  readonly name: string
  /** It answers itself: what stands below is not reached. */
  readonly answers: boolean
  /** Stages `backend` and `executor`: it writes the call of one backend from what it is given, and asks nobody: whoever explains a call runs it. */
  readonly writesCall: boolean
  /** Gives the layer, or null when the options switch it off. Throws a ConfigError to stop the start. `extras` is null without that block. */
  build(options: Static<O>, site: Site, extras: Static<E> | null): Built<Layer<StageFunctions[S]>>
}

/** A step of the engine itself: asked at every place of its stage, whatever blocks stand there. */
export interface StepDeclaration<S extends Stage> {
  readonly kind: 'step'
  readonly stage: S
  readonly name: string
  /** As a component's. */
  readonly writesCall: boolean
  /** Gives the layer, or null where there is nothing to do. */
  build(site: Site): Built<Layer<StageFunctions[S]>>
}

/** Something that exists once per compiled gateway. Layers get at it through a port. */
export interface ServiceDeclaration<O extends TSchema, E extends TSchema = TSchema> extends BlockDeclaration<O, E> {
  readonly kind: 'service'
  /** Runs before any layer is built: give layers what they may ask for with `site.provide`, release with `site.onRetire`. */
  build(options: Static<O>, site: Site, extras: Static<E> | null): void | Promise<void>
}

/** Something that runs once per process, whatever the number of workers: a listener, a consumer, an exporter. */
export interface ProcessDeclaration<O extends TSchema, E extends TSchema = TSchema> extends BlockDeclaration<O, E> {
  readonly kind: 'process'
  /** What else of the configuration it is made of. */
  reads?(config: GatewayConfig): unknown
  /** Starts it. A part whose options, and whatever it `reads`, did not change survives a reload; else it is stopped, and started anew. */
  start(options: Static<O>, site: ProcessSite, extras: Static<E> | null): Built<Running>
}

/** What brings messages to async agents: the block in an agent says from where. Runs once per process for each agent that has it. */
export interface DriverDeclaration<O extends TSchema, E extends TSchema = TSchema> extends BlockDeclaration<O, E> {
  readonly kind: 'driver'
  /** Starts it, and returns at once: a broker that cannot be reached holds nothing up. */
  start(options: Static<O>, site: AgentSite, extras: Static<E> | null): Built<Running>
}

/** A part of the process that runs. */
export interface Running {
  /** Resolves when nothing of it is left. */
  stop(): void | Promise<void>
  /** How long that may take, in milliseconds; 2 seconds by default. */
  readonly stopWithinMs?: number
  /** Something that it needs could not be had, a port for one: the next reload starts it anew, whatever its block says. */
  readonly isIncomplete?: boolean
}

/** Finds the hosts of backends with a certain `sd`. */
export interface DiscoveryDeclaration {
  readonly kind: 'discovery'
  /** The value of `sd`. */
  readonly name: string
  /** Starts looking, and gives the hosts as they are known at the moment of each call. */
  watch(backend: BackendConfig, site: Site): Hosts | Promise<Hosts>
}

/** A host that requests may go to. */
export interface Host {
  /** `http://127.0.0.1:8081`, with whatever else the file or the discovery says: user information, a base path. */
  readonly url: string
  /** Its share among the hosts of the list; 1 where nobody says else. */
  readonly weight: number
}

/** Hosts as they are now: a fixed list, or what service discovery found last. The list is another object only after a change. */
export type Hosts = () => readonly Host[]

/** Hosts that all get the same share; of one list, which most backends share, the same. */
export const equalHosts: (urls: readonly string[]) => readonly Host[] = perList((urls: readonly string[]) =>
  urls.map((url) => ({ url, weight: 1 })),
)

type Optional<D, K extends keyof D> = Omit<D, K | 'kind' | 'extras'> & Partial<Pick<D, K>>
type WithExtras<E extends TSchema> = { readonly extras?: Omit<Extras<E>, 'reading' | 'whenInvalid'> & Partial<Extras<E>> }
/** A `build` whose result is known in particular: whether it is a promise, for one. */
export interface Building<O extends TSchema, E extends TSchema, B> {
  build(options: Static<O>, site: Site, extras?: Static<E> | null): B
}
type BlockDefaults = 'reading' | 'whenInvalid' | 'whenWrongType' | 'restricting'

const BLOCK_DEFAULTS = { reading: 'map', whenInvalid: 'skip', whenWrongType: 'ignore', restricting: false } as const
/** KrakenD's silence about what it does not understand is not for our own keys. */
const OWN_DEFAULTS = { ...BLOCK_DEFAULTS, reading: 'exact', whenInvalid: 'stop' } as const

function defaultsOf({ namespace }: Pick<AnyBlock, 'namespace'>): typeof BLOCK_DEFAULTS | typeof OWN_DEFAULTS {
  return isOwnNamespace(namespace) ? OWN_DEFAULTS : BLOCK_DEFAULTS
}

/** Declares a layer of one stage under one namespace. */
export function component<S extends Stage, O extends TSchema, B extends Built<Layer<StageFunctions[S]>>, E extends TSchema = TSchema>(
  declaration: Optional<Omit<ComponentDeclaration<S, O, E>, 'build'>, BlockDefaults | 'name' | 'answers' | 'writesCall'> &
    WithExtras<E> &
    Building<O, E, B>,
): ComponentDeclaration<S, O, E> & Building<O, E, B> {
  const layer = { kind: 'layer', ...defaultsOf(declaration), name: declaration.namespace, answers: false, writesCall: false } as const
  return { ...layer, ...declaration, ...extrasOf(declaration) } as ComponentDeclaration<S, O, E> & Building<O, E, B>
}

/** Declares a step of the engine. */
export function step<S extends Stage>(declaration: Optional<StepDeclaration<S>, 'writesCall'>): StepDeclaration<S> {
  return { kind: 'step', writesCall: false, ...declaration }
}

/** Declares a block that the engine's steps read, each what it needs of it. */
export function block<O extends TSchema>(declaration: Optional<BlockDeclaration<O>, BlockDefaults>): BlockDeclaration<O> {
  return { ...defaultsOf(declaration), ...declaration }
}

/** Declares something that exists once per gateway. */
export function service<O extends TSchema, E extends TSchema = TSchema>(
  declaration: Optional<ServiceDeclaration<O, E>, BlockDefaults> & WithExtras<E>,
): ServiceDeclaration<O, E> {
  return { kind: 'service', ...defaultsOf(declaration), ...declaration, ...extrasOf(declaration) } as ServiceDeclaration<O, E>
}

/** Declares something that runs once per process. */
export function supervise<O extends TSchema, E extends TSchema = TSchema>(
  declaration: Optional<ProcessDeclaration<O, E>, BlockDefaults> & WithExtras<E>,
): ProcessDeclaration<O, E> {
  return { kind: 'process', ...defaultsOf(declaration), ...declaration, ...extrasOf(declaration) } as ProcessDeclaration<O, E>
}

/** Declares what brings messages to async agents. */
export function driver<O extends TSchema, E extends TSchema = TSchema>(
  declaration: Optional<DriverDeclaration<O, E>, BlockDefaults> & WithExtras<E>,
): DriverDeclaration<O, E> {
  return { kind: 'driver', ...defaultsOf(declaration), ...declaration, ...extrasOf(declaration) } as DriverDeclaration<O, E>
}

/** Declares a service discovery. */
export function discovery(declaration: Omit<DiscoveryDeclaration, 'kind'>): DiscoveryDeclaration {
  return { kind: 'discovery', ...declaration }
}

function extrasOf<E extends TSchema>({ extras }: WithExtras<E>): { extras: Extras<E> } | null {
  return extras === undefined ? null : { extras: { ...defaultsOf(extras), ...extras } }
}

/* oxlint-disable typescript/no-explicit-any -- a list of declarations with different options has no other type */
export type AnyComponent<S extends Stage = Stage> = { [K in S]: ComponentDeclaration<K, any, any> }[S]
export type AnyService = ServiceDeclaration<any, any>
export type AnyProcess = ProcessDeclaration<any, any>
export type AnyDriver = DriverDeclaration<any, any>
export type AnyBlock = BlockDeclaration<any, any>
/* oxlint-enable typescript/no-explicit-any */
export type AnyLayer<S extends Stage = Stage> = AnyComponent<S> | { [K in S]: StepDeclaration<K> }[S]

/** The name of something that one component offers and others use. Make it once, at module level, in `ports.ts`. */
export interface Port<T> {
  readonly name: string
  /** Never set: carries the type. */
  readonly type?: T
}

/** A configuration that cannot be served: the start stops with this message. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'ConfigError'
  }
}

/** One place that cannot be built while the others are served. KrakenD 2.x answers 500 there, 1.x leaves the route out. */
export class UnservablePlace extends ConfigError {}

/** A component has not what it needs, such as keys or a port. compat: KrakenD ends with a word in the log and exit code 1; elsewhere it panics. */
export class StartGivenUp extends ConfigError {}
