// What a component declares and what it sees while it is built. Knows no component.

import type { Static, TSchema } from 'typebox'
import type { BackendConfig, Dialect, EndpointConfig, GatewayConfig } from '../../config/types.ts'
import type { Issue } from '../../schema/issue.ts'
import type { Exchange, Handler, Layer, Pipe, PipeResponse, Sender } from '../types.ts'

/** Where a component's layer stands; the order within a stage is that of the registry. */
export type Stage = 'server' | 'router' | 'endpoint' | 'proxy' | 'backend' | 'sender'

export interface StageFunctions {
  server: Handler
  router: Handler
  endpoint: Handler
  proxy: Pipe
  backend: Pipe
  sender: Sender
}

/**
 * What KrakenD does when the block is wrong:
 * `skip` the component is off · `deny` every request of that place is answered 401 ·
 * `default` the block counts as `{}` · `stop` the gateway does not start.
 */
export type WhenInvalid = 'skip' | 'deny' | 'default' | 'stop'

/**
 * How KrakenD reads the block: `struct` keys in any case, one wrong type makes the whole block wrong;
 * `map` keys exactly, an option of a wrong type counts as absent, numbers are truncated to integers.
 */
export type Reading = 'struct' | 'map'

/** The block that is checked, as it stands in the file. */
export interface CheckedBlock {
  readonly raw: unknown
  readonly dialect: Dialect
}

/**
 * What the types of the options cannot say: patterns that do not compile, names that nobody knows. Asked for when a file
 * is checked and before a start, never while serving; `build` does not rely on it. Paths begin inside the block;
 * with `--strict` an error refuses the file, else it is a warning unless its code is `wrong-type`.
 */
export type Check<O> = (options: O, block: CheckedBlock) => readonly Issue[]

/** A block of `extra_config` and how it is read. */
export interface BlockDeclaration<O extends TSchema> {
  readonly namespace: string
  readonly options: O
  readonly reading: Reading
  readonly whenInvalid: WhenInvalid
  /** KrakenD's log line for a wrong block, where people grep for it; `detail` says what is wrong. */
  readonly explainInvalid?: (label: string, detail: string) => string
  /** Protects something (auth, validation, limits): a wrong block is an error of `check` and stops `run --strict`. */
  readonly restricting: boolean
  readonly check?: Check<Static<O>>
}

export interface ComponentDeclaration<S extends Stage, O extends TSchema> extends BlockDeclaration<O> {
  readonly kind: 'layer'
  readonly stage: S
  /** Whether `build` is asked although the namespace is absent (options are then `{}` with defaults). */
  readonly always: boolean
  /** Gives the layer, or null when the options switch it off. Throws a ConfigError to stop the start. */
  build(options: Static<O>, site: Site): Layer<StageFunctions[S]> | null
}

export interface ServiceDeclaration<O extends TSchema> extends BlockDeclaration<O> {
  readonly kind: 'service'
  /** Runs once per compiled gateway, before any layer is built: give layers what they may ask for with `site.provide`, release with `site.onRetire`. */
  build(options: Static<O>, site: Site): void
}

/** Finds the hosts of backends with a certain `sd`. */
export interface DiscoveryDeclaration {
  readonly kind: 'discovery'
  /** The value of `sd`. */
  readonly name: string
  /** Starts looking, and gives the hosts as they are known at the moment of each call. */
  watch(backend: BackendConfig, site: Site): () => readonly string[]
}

/** Declares a service discovery. */
export function discovery(declaration: Omit<DiscoveryDeclaration, 'kind'>): DiscoveryDeclaration {
  return { kind: 'discovery', ...declaration }
}

type Optional<D, K extends keyof D> = Omit<D, K | 'kind'> & Partial<Pick<D, K>>

/** Declares a layer of one stage under one namespace. */
export function component<S extends Stage, O extends TSchema>(
  declaration: Optional<ComponentDeclaration<S, O>, 'reading' | 'whenInvalid' | 'restricting' | 'always'>,
): ComponentDeclaration<S, O> {
  return { kind: 'layer', reading: 'map', whenInvalid: 'skip', restricting: false, always: false, ...declaration }
}

/** Declares something that exists once per gateway. Layers get at it through a port. */
export function service<O extends TSchema>(
  declaration: Optional<ServiceDeclaration<O>, 'reading' | 'whenInvalid' | 'restricting'>,
): ServiceDeclaration<O> {
  return { kind: 'service', reading: 'map', whenInvalid: 'skip', restricting: false, ...declaration }
}

// oxlint-disable-next-line typescript/no-explicit-any -- a list of declarations with different options has no other type
export type AnyComponent = { [S in Stage]: ComponentDeclaration<S, any> }[Stage] | ServiceDeclaration<any> | DiscoveryDeclaration

/** Levels as KrakenD's users know them from its log. */
export interface Logger {
  debug(message: string): void
  info(message: string): void
  warning(message: string): void
  error(message: string): void
  critical(message: string): void
}

/** Memory that every worker of this machine sees. */
export interface SharedMemory {
  /**
   * The zeroed memory of that name, made on first use. The same name gives the same memory in every worker and in
   * the next configuration after a reload, as long as the size is the same.
   */
  buffer(name: string, byteLength: number): SharedArrayBuffer
}

/** Things that outlive a reload: counted, disposed of when no configuration uses them any more. */
export interface ResourcePool {
  share<T>(key: string, create: () => T, dispose: (value: T) => void): T
  /** Gives one use back. */
  release(key: string): void
}

/** What a component sees while it is being built. */
export interface Site {
  readonly config: GatewayConfig
  /** The endpoint it is built for; null at service level. */
  readonly endpoint: EndpointConfig | null
  /** The backend it is built for; null at service and endpoint level. */
  readonly backend: BackendConfig | null
  /** `[ENDPOINT: /x]`, `[BACKEND: /b]` or `[SERVICE: Gin]`. Log lines begin with it: `${label}[Ratelimit] …`. */
  readonly label: string
  /** A name of this place that is the same in every worker and after a reload; for `shared` and `pool`. */
  readonly id: string
  readonly log: Logger
  readonly shared: SharedMemory
  /** What is shared here is given back when this configuration retires. */
  readonly pool: Pick<ResourcePool, 'share'>
  /** The bare connection to backends, with the service's TLS and timeout settings and nothing around it. */
  readonly transport: Sender
  /** What `X-Krakend` and `User-Agent` say: `Version 0.1.0`. */
  readonly version: string
  /** The variables of the process: proxies, addresses of key services. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Offers something to the layers: components know ports, never each other. */
  provide<T>(port: Port<T>, value: T): void
  /** Everything that services of this gateway offer under a port. */
  ask<T>(port: Port<T>): readonly T[]
  /** Runs the endpoint's pipe for an exchange: its request rules, its timeout, its proxy stack. Only for stage `endpoint`. */
  readonly runPipe: (exchange: Exchange) => Promise<PipeResponse>
  /** Holds the start back until something is there; a rejection is logged and does not stop it. */
  waitFor(something: Promise<void>): void
  /** Runs when this configuration is no longer served and its last request has ended. */
  onRetire(release: () => void | Promise<void>): void
}

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
