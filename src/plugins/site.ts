// What a plugin's `setup` gets: its place, its log, other endpoints and hosts, and what it shares and for how long.

import type { Site as EngineSite } from '../engine/compile/component.ts'
import { CANCELED } from '../engine/errors.ts'
import { Scope } from '../engine/scope.ts'
import { settlesWithin } from '../engine/settles-within.ts'
import { pluginMemory, type PluginMemory } from './counters/counters.ts'
import { callEndpoint, fetchFrom } from './outgoing.ts'
import { placeOf } from './place-of.ts'
import { describePluginError } from './plugin-error.ts'
import type { Kind } from './types.ts'
import type { CallInput, CallOptions, CallResult, Counter, FetchInit, Place, Site, SiteLog } from './site-types.ts'
import type { PluginResponse } from './types.ts'

export interface PluginSiteInit {
  readonly name: string
  readonly kind: Kind
  /** As in log lines: `[ENDPOINT: /x]`. */
  readonly label: string
  /** Frozen. */
  readonly block: Readonly<Record<string, unknown>>
  readonly maxBody: number
}

/** Longer than that nobody waits for what a plugin closes. */
const CLOSE_MS = 5000

export class PluginSite implements Site {
  readonly name: string
  readonly kind: Kind
  readonly label: string
  readonly block: Readonly<Record<string, unknown>>
  readonly version: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly place: Place
  readonly log: SiteLog
  readonly shared: Site['shared']
  readonly #site: EngineSite
  readonly #maxBody: number
  readonly #scope = Scope.root()
  readonly #memory: PluginMemory
  readonly #closers: (() => void | Promise<void>)[] = []

  constructor(site: EngineSite, { name, kind, label, block, maxBody }: PluginSiteInit) {
    this.name = name
    this.kind = kind
    this.label = label
    this.block = block
    this.version = site.version.replace(/^Version /, '')
    this.environment = Object.freeze({ ...site.environment })
    this.place = placeOf(site)
    this.log = logOf(site.log, `${label}[PLUGIN: ${name}]`)
    this.#memory = pluginMemory(site.shared, name)
    this.shared = { buffer: (key, byteLength) => this.#memory.buffer(key, byteLength) }
    this.#site = site
    this.#maxBody = maxBody
  }

  call(name: string, input: CallInput = {}, options: CallOptions = {}): Promise<CallResult> {
    return callEndpoint(this.#site.call, this.#scope, name, input, options)
  }

  fetch(url: string, init: FetchInit = {}): Promise<PluginResponse> {
    const { transport, version } = this.#site
    return fetchFrom({ transport, scope: this.#scope, maxBody: this.#maxBody, userAgent: `KrakenD ${version}` }, url, init)
  }

  once<T>(key: string, create: () => T, dispose?: (value: Awaited<T>) => void | Promise<void>): T {
    const values = this.#site.once(`plugin values of ${this.name}`, () => new Map<string, unknown>())
    if (values.has(key)) return values.get(key) as T
    const value = create()
    values.set(key, value)
    if (value instanceof Promise)
      value.catch(() => {
        if (values.get(key) === value) values.delete(key)
      })
    if (dispose !== undefined)
      this.#site.onRetire(async () => {
        if (values.get(key) === value) await dispose(await value)
      })
    return value
  }

  counter(name: string): Counter {
    return this.#memory.counter(name)
  }

  read(path: string): Uint8Array {
    return this.#site.read(path)
  }

  onClose(fn: () => void | Promise<void>): void {
    this.#closers.push(fn)
  }

  get signal(): AbortSignal {
    return this.#scope.signal
  }

  /** The configuration has served its last request, or the plugin was never ready. Never rejects. */
  async close(): Promise<void> {
    this.#scope.end(CANCELED)
    const closers = this.#closers.splice(0).reverse()
    if (closers.length === 0) return
    if (!(await settlesWithin(CLOSE_MS, this.#runAll(closers)))) this.log.warning('was still closing after 5 s and is left alone')
  }

  async #runAll(closers: readonly (() => void | Promise<void>)[]): Promise<void> {
    for (const close of closers) {
      try {
        await close()
      } catch (error) {
        this.log.error(`failed to close: ${describePluginError(error).text}`)
      }
    }
  }
}

function logOf(log: EngineSite['log'], label: string): SiteLog {
  return Object.freeze({
    debug: (text) => log.debug(`${label} ${text}`),
    info: (text) => log.info(`${label} ${text}`),
    warning: (text) => log.warning(`${label} ${text}`),
    error: (text) => log.error(`${label} ${text}`),
    critical: (text) => log.critical(`${label} ${text}`),
  } satisfies SiteLog)
}
