// What a cache does: fresh entries at once, stale ones while they are refreshed, one call for equal misses. Knows neither keys nor answers.

import { CANCELED } from '../../../engine/errors.ts'
import type { Scope } from '../../../engine/scope.ts'
import { digest } from './key.ts'
import type { CacheStore, Entry } from './store.ts'

export interface Keep {
  readonly ttlMs: number
  readonly bodyBytes: number
  /** What it takes beside its body. */
  readonly otherBytes: number
  readonly varies: readonly string[]
}

/** What came of asking. */
export interface Fetched<T> {
  readonly value: T
  /** How it may be kept; null when it may not. */
  readonly keep: Keep | null
  /** Whether an older answer is better. */
  readonly isFailure: boolean
  /** A stream that only one can read: whoever else waited asks himself. */
  readonly isExclusive: boolean
}

export interface Asked<T> {
  /** The same for requests that may have the same answer, apart from what `headerOf` tells. */
  readonly key: string
  readonly headerOf: (name: string) => string
  readonly tags: () => readonly string[]
  readonly path: string
  readonly scope: Scope
  readonly fetch: (scope: Scope) => Promise<Fetched<T>>
}

export interface Result<T> {
  readonly value: T
  /** After RFC 9211: `hit; ttl=42`, `fwd=miss; stored`. */
  readonly status: string
  /** Seconds since it was stored; null for what was not. */
  readonly ageS: number | null
  /** Whether it came of this request's own call. */
  readonly isOwn: boolean
}

export interface CacheRules {
  readonly staleWhileRevalidateMs: number
  readonly staleIfErrorMs: number
  readonly coalesces: boolean
  readonly readMs: () => number
}

interface Outcome<T> {
  readonly fetched: Fetched<T> | null
  readonly error: unknown
  readonly isStored: boolean
}

/** A call that some wait for. */
interface Flight<T> {
  readonly scope: Scope
  readonly outcome: Promise<Outcome<T>>
  waiting: number
  /** Nobody has to wait for it. */
  readonly isBackground: boolean
}

export class AnswerCache<T> {
  readonly #store: CacheStore<T>
  readonly #rules: CacheRules
  readonly #flights = new Map<string, Flight<T>>()

  constructor(store: CacheStore<T>, rules: CacheRules) {
    this.#store = store
    this.#rules = rules
  }

  async ask(asked: Asked<T>): Promise<Result<T>> {
    const { readMs, staleWhileRevalidateMs, coalesces } = this.#rules
    const key = this.#fullKey(asked)
    const entry = this.#store.get(key)
    const nowMs = readMs()
    if (entry !== undefined && nowMs < entry.expiresAtMs + staleWhileRevalidateMs) {
      if (nowMs >= entry.expiresAtMs && !this.#flights.has(key)) this.#start(key, asked, true)
      return hit(entry, nowMs, timeLeft(entry, nowMs))
    }
    const running = coalesces ? this.#flights.get(key) : undefined
    const flight = running ?? this.#start(key, asked, false)
    const { fetched, error, isStored } = await wait(flight, asked.scope)
    if ((fetched === null || fetched.isFailure) && entry !== undefined && nowMs < entry.expiresAtMs + this.#rules.staleIfErrorMs)
      return hit(entry, nowMs, 'hit; detail=stale-if-error')
    if (fetched === null) throw error
    if (running !== undefined && fetched.isExclusive)
      return { value: (await asked.fetch(asked.scope)).value, status: 'fwd=miss', ageS: null, isOwn: true }
    const how = running !== undefined ? '; collapsed' : isStored ? '; stored' : ''
    return { value: fetched.value, status: `fwd=${entry === undefined ? 'miss' : 'stale'}${how}`, ageS: null, isOwn: running === undefined }
  }

  /** What is kept and fresh; null without it. Asks nobody. */
  find(asked: Pick<Asked<T>, 'key' | 'headerOf'>): Result<T> | null {
    const entry = this.#store.get(this.#fullKey(asked))
    const nowMs = this.#rules.readMs()
    return entry === undefined || nowMs >= entry.expiresAtMs ? null : hit(entry, nowMs, timeLeft(entry, nowMs))
  }

  #fullKey({ key, headerOf }: Pick<Asked<T>, 'key' | 'headerOf'>): string {
    const names = this.#store.variesOf(key)
    return names.length === 0 ? key : digest([key, ...names.map((name) => `${name}: ${headerOf(name)}`)])
  }

  #start(key: string, asked: Asked<T>, isBackground: boolean): Flight<T> {
    const scope = asked.scope.detached()
    const { purges } = this.#store
    const outcome = asked.fetch(scope).then(
      (fetched): Outcome<T> => ({ fetched, error: null, isStored: this.#keep(asked, fetched, purges) }),
      (error: unknown): Outcome<T> => ({ fetched: null, error, isStored: false }),
    )
    const flight: Flight<T> = { scope, outcome, waiting: 0, isBackground }
    this.#flights.set(key, flight)
    void outcome.then(({ fetched }) => {
      if (this.#flights.get(key) === flight) this.#flights.delete(key)
      // A stream that passes goes on within it.
      if (fetched?.isExclusive !== true) scope.close()
    })
    return flight
  }

  #keep(asked: Asked<T>, { keep, value }: Fetched<T>, purges: number): boolean {
    // What was asked for before a purge may be what was purged.
    if (keep === null || keep.ttlMs <= 0 || this.#store.purges !== purges) return false
    if (keep.bodyBytes > this.#store.maxBodyBytes) return false
    const tags = asked.tags()
    const bytes = keep.bodyBytes + keep.otherBytes + asked.path.length + tags.reduce((sum, tag) => sum + tag.length, 0)
    if (keep.varies.length > 0) this.#store.setVaries(asked.key, keep.varies)
    const nowMs = this.#rules.readMs()
    const entry = { value, storedAtMs: nowMs, expiresAtMs: nowMs + keep.ttlMs, bytes, tags, path: asked.path }
    return this.#store.set(this.#fullKey(asked), entry)
  }
}

function hit<T>(entry: Entry<T>, nowMs: number, status: string): Result<T> {
  return { value: entry.value, status, ageS: Math.max(0, Math.floor((nowMs - entry.storedAtMs) / 1000)), isOwn: false }
}

function timeLeft<T>({ expiresAtMs }: Entry<T>, nowMs: number): string {
  return `hit; ttl=${Math.ceil((expiresAtMs - nowMs) / 1000)}`
}

/** Each waits within its own time; the call ends when nobody is left. */
function wait<T>(flight: Flight<T>, scope: Scope): Promise<Outcome<T>> {
  flight.waiting++
  return new Promise((resolve, reject) => {
    const forget = scope.onEnd((reason) => {
      if (--flight.waiting === 0 && !flight.isBackground) flight.scope.end(CANCELED)
      reject(reason)
    })
    void flight.outcome.then((outcome) => {
      if (outcome.fetched?.isExclusive === true) scope.onEnd((reason) => flight.scope.end(reason))
      forget()
      resolve(outcome)
    })
  })
}
