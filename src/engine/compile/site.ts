// What a component sees while it is built: its place in the file, what it may share and for how long, and whom it may ask.

import type { BackendConfig, EndpointConfig, ExtraConfig, GatewayConfig, TransportOptions } from '../../config/types.ts'
import type { Data } from '../data.ts'
import type { LineSink } from '../line-sink.ts'
import { asError } from '../errors.ts'
import type { RouterOptions } from '../routing/router-options.ts'
import type { Call } from '../endpoint/call.ts'
import type { Decode, Exchange, Pipe, PipeResponse, Sender } from '../types.ts'
import type { Hosts, Port } from './component.ts'
import { backendLabel } from './labels.ts'
import type { ResourcePool, SharedMemory } from './shared-memory.ts'

/**
 * Levels as KrakenD's users know them from its log. A message may hold what clients and backends say: it is always one line,
 * control characters are escaped. `frames` are lines of the gateway's own that stand below it (`describeBug`).
 */
export interface Logger {
  debug(message: string, frames?: readonly string[]): void
  info(message: string, frames?: readonly string[]): void
  warning(message: string, frames?: readonly string[]): void
  error(message: string, frames?: readonly string[]): void
  critical(message: string, frames?: readonly string[]): void
}

/** The time, given and not taken: a test or a time-travelling tool has its own. */
export interface Clock {
  /** Milliseconds since 1970, as `Date.now`. */
  readonly now: () => number
  /** Milliseconds since 2026-01-01 with exact nanoseconds: the same in all threads, and not set back while a thread runs. */
  readonly steady: () => number
}

/** 2026-01-01: counting from here keeps nanoseconds in a double exact for years. */
const EPOCH_MS = 1_767_225_600_000
// perf: subtracted first, so that the sum below is small enough to keep its fractions.
const OFFSET_MS = performance.timeOrigin - EPOCH_MS

/** The machine's. */
export const SYSTEM_CLOCK: Clock = { now: () => Date.now(), steady: () => OFFSET_MS + performance.now() }

/** What a pipe is compiled for: an endpoint, an agent, a step of something larger. */
export interface PipePlace {
  /** `[ENDPOINT: /x]`: how lines of the log about it begin. */
  readonly label: string
  /** `GET /x`: the same in every worker and after a reload. */
  readonly id: string
  /** What telemetry calls it: `/x/:id`, or the name of the agent. */
  readonly name: string
  readonly timeoutMs: number
  readonly backends: readonly BackendConfig[]
  /** The blocks of its own level. */
  readonly extraConfig: ExtraConfig
  /** The endpoint it belongs to; null for whatever else has a pipe. */
  readonly endpoint: EndpointConfig | null
  /** Whether later steps may want status and header fields of what its backends answer; so they may of whatever stands in for one. */
  readonly tellsSteps?: boolean
}

/** What a gateway is given from outside, whatever its configuration says. */
export interface SiteInit {
  readonly config: GatewayConfig
  readonly log: Logger
  readonly clock: Clock
  readonly shared: SharedMemory
  readonly pool: ResourcePool
  /** The bare connection to backends, with the service's TLS and timeout settings and nothing around it. */
  readonly transport: Sender
  /** The same with some of these settings changed; the same changes share their connections. */
  readonly transportWith: (changes: Partial<TransportOptions>) => Sender
  /** The same for calls that belong to no backend: redirects are followed. */
  readonly client: Sender
  /** What `X-Krakend` and `User-Agent` say: `Version 0.1.0`. */
  readonly version: string
  /** The variables of the process: proxies, addresses of key services. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => Buffer
  /** Takes one request of the access log: its line and those of its errors, each with its line feed. */
  readonly writeAccessLine: (line: string) => void
  /** Takes what scripts print. */
  readonly print: (text: string) => void
  /** Opens a file for lines, or the standard error output (`stderr`). Throws what the system says. */
  readonly openLines: (target: string) => LineSink
  /** What the gateway offers under ports before anybody of it does. */
  readonly offers?: readonly Offer<unknown>[]
}

export interface Offer<T> {
  readonly port: Port<T>
  readonly value: T
}

/** What every part sees, whether it is built for a request or runs once per process. */
export interface SiteBase {
  readonly config: GatewayConfig
  /** `[ENDPOINT: /x]`, `[BACKEND: /b]` or `[SERVICE: Gin]`. Log lines begin with it: `${label}[Ratelimit] …`. */
  readonly label: string
  readonly log: Logger
  readonly clock: Clock
  readonly shared: SharedMemory
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What `X-Krakend` and `User-Agent` say: `Version 0.1.0`. */
  readonly version: string
  /** The bytes of a file that the configuration names; a reload that watches files watches it from then on. Throws what the file system says. */
  read(path: string): Buffer
}

/** What becomes of a backend's decoded answer. */
export type Manipulate = (data: Data | null) => Data | null

/** What a component sees while it is being built. */
export interface Site extends SiteBase {
  /** What the component's pipe belongs to; null at service level. */
  readonly place: PipePlace | null
  /** The endpoint it is built for; null at service level and where a pipe belongs to none. */
  readonly endpoint: EndpointConfig | null
  /** The backend it is built for; null at service and endpoint level. */
  readonly backend: BackendConfig | null
  /** The service's `router` options, as the router itself has them. */
  readonly router: RouterOptions
  /** A name of this place that is the same in every worker and after a reload; for `shared` and `pool`. */
  readonly id: string
  readonly transport: Sender
  /** A bare connection with other settings, for a backend that has its own; the same changes share their connections. */
  readonly transportWith: (changes: Partial<TransportOptions>) => Sender
  readonly client: Sender
  readonly writeAccessLine: (line: string) => void
  readonly print: (text: string) => void
  readonly openLines: (target: string) => LineSink
  /** Whether the same place has a block of that namespace. What it says is its component's business: ask a port. */
  has(namespace: string): boolean
  /** The one value of that key in this gateway, made on first use and dropped with the gateway. */
  readonly once: <T>(key: string, create: () => T) => T
  /** What is shared here outlives a reload and is given back when this configuration retires. */
  readonly pool: Pick<ResourcePool, 'share'>
  /** Offers something to the layers: components know ports, never each other. */
  provide<T>(port: Port<T>, value: T): void
  /** Everything that this gateway offers under a port. Nobody may offer more under it afterwards. */
  ask<T>(port: Port<T>): readonly T[]
  /** Runs the endpoint's pipe for an exchange: its request rules, its timeout, its proxy stack. Only for stage `endpoint`. */
  runPipe(exchange: Exchange): Promise<PipeResponse>
  /** The hosts of the place's backend, as its service discovery knows them. Only for stage `backend`. */
  hosts(): Hosts | Promise<Hosts>
  /** How the place's backend is decoded. Only for stage `backend`. */
  decode(): Decode
  /** Target, filters, mapping and group of the place's backend; null when there is nothing to do. Only for stage `backend`. */
  manipulate(): Manipulate | null
  /** Asks another endpoint of this gateway. Rejects before the start is complete, and where there is no such endpoint. */
  readonly call: Call
  /** The backends of a place as one pipe, merged or in sequence, without the layers that stand around them. */
  compileBackends(place: PipePlace): Promise<Pipe>
  /** Holds the start back until something is there; a rejection is logged and does not stop it. */
  waitFor(something: Promise<void>): void
  /** Runs when this configuration is no longer served and its last request has ended. */
  onRetire(release: () => void | Promise<void>): void
}

/** What only the compiler can give to the site of one place. */
export interface PlaceAbilities {
  readonly runPipe?: Site['runPipe']
  readonly hosts?: Site['hosts']
  readonly decode?: Site['decode']
  readonly manipulate?: Site['manipulate']
}

export interface SiteMaker {
  /** Service level, with the label that KrakenD's log has there. */
  service(label: string): Site
  place(place: PipePlace, backend: BackendConfig | null, abilities?: PlaceAbilities): Site
  /** Resolves when everything is there that components wait for. */
  ready(): Promise<void>
  /** Files that were read for this configuration. */
  readonly files: ReadonlySet<string>
  /** Runs what components asked for at the end, in reverse order, all of it; rejects with an AggregateError of what went wrong. */
  retire(): Promise<void>
}

export interface SiteMakerInit extends SiteInit {
  readonly router: RouterOptions
  readonly compileBackends: Site['compileBackends']
  readonly call: Call
}

/** Where in its path a backend's own place begins: `['endpoints', 0, 'backend', 1]`. */
const BACKEND_INDEX = 3

const NO_ABILITIES: Required<PlaceAbilities> = {
  runPipe: () => Promise.reject(new Error('only a layer of stage endpoint has a pipe to run')),
  hosts() {
    throw new Error('only a layer of stage backend has hosts')
  },
  decode() {
    throw new Error('only a layer of stage backend has something to decode')
  },
  manipulate() {
    throw new Error('only a layer of stage backend has something to manipulate')
  },
}

/** A store of values that exist once, by key. */
export function makeOnce(): Site['once'] {
  const values = new Map<string, unknown>()
  return <T>(key: string, create: () => T): T => {
    if (!values.has(key)) values.set(key, create())
    return values.get(key) as T
  }
}

export function makeSites(init: SiteMakerInit): SiteMaker {
  const { config } = init
  const offers = new Map<Port<unknown>, unknown[]>(init.offers?.map(({ port, value }) => [port, [value]]))
  const asked = new Set<Port<unknown>>()
  const awaited: Promise<void>[] = []
  const releases: (() => void | Promise<void>)[] = []
  const files = new Set<string>()
  const common = {
    ...init,
    once: makeOnce(),
    ask<T>(port: Port<T>): readonly T[] {
      asked.add(port)
      return (offers.get(port) ?? []) as T[]
    },
    provide<T>(port: Port<T>, value: T): void {
      if (asked.has(port)) throw new Error(`"${port.name}" was asked for before it was offered: the order of the components is wrong`)
      offers.set(port, [...(offers.get(port) ?? []), value])
    },
    pool: {
      share<T>(key: string, create: () => T, dispose: (value: T) => void | Promise<void>): T {
        releases.push(() => init.pool.release(key))
        return init.pool.share(key, create, dispose)
      },
    },
    read(path: string): Buffer {
      files.add(path)
      return init.readFile(path)
    },
    waitFor(something: Promise<void>): void {
      awaited.push(something.catch((error: unknown) => init.log.error(String(error))))
    },
    onRetire(release: () => void | Promise<void>): void {
      releases.push(release)
    },
  }
  return {
    files,
    service: (label) => ({
      ...common,
      ...NO_ABILITIES,
      place: null,
      endpoint: null,
      backend: null,
      label,
      id: label,
      has: (namespace) => config.extraConfig.has(namespace),
    }),
    place(place, backend, abilities) {
      const index = backend === null ? '' : ` backend ${backend.at.slice(BACKEND_INDEX).join('.')}`
      const label = backend === null ? place.label : backendLabel(backend)
      const blocks = backend === null ? place.extraConfig : backend.extraConfig
      return {
        ...common,
        ...NO_ABILITIES,
        ...abilities,
        place,
        endpoint: place.endpoint,
        backend,
        label,
        id: place.id + index,
        has: (namespace) => blocks.has(namespace),
      }
    },
    async ready() {
      await Promise.all(awaited)
    },
    async retire() {
      const failures: Error[] = []
      for (const release of releases.reverse()) {
        try {
          await release()
        } catch (error) {
          failures.push(asError(error))
        }
      }
      if (failures.length > 0) throw new AggregateError(failures, failures.map(({ message }) => message).join('; '))
    },
  }
}
