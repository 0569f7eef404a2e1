// Where a validator gets the key of a token: a file, a URL for every request, a URL with a cache. Knows nothing of HTTP, files and tokens.

import type { Jwk } from './jwk.ts'
import { TokenError } from '../token/jws.ts'
import { type Clock, type KeyLoader, SharedDownload, type SharedDownloadInit } from './shared-download.ts'
import type { FailedKeys } from './failed-keys.ts'
import { quote } from '../../../../go/quote.ts'

export interface KeySource {
  /** The key of an id, at once if it is at hand. Throws or rejects with a TokenError when there is none. */
  get(id: string): Jwk | Promise<Jwk>
  /** The key of an id if no waiting is needed to know that it is still the one; null otherwise. */
  peek(id: string): Jwk | null
}

/** Tells what a key is looked up by. */
export type IdOf = (jwk: Jwk) => string

const MAX_SHOWN = 64

export function notFound(id: string): TokenError {
  return new TokenError(`key ${quote(id.slice(0, MAX_SHOWN))} not found in the key set`)
}

/** A failure to get keys is a reason to refuse a token, whatever it was. */
export function asTokenError(error: unknown): TokenError {
  return error instanceof TokenError ? error : new TokenError(error instanceof Error ? error.message : String(error))
}

/** The last of several keys with one id wins. */
export function indexKeys(keys: readonly Jwk[], idOf: IdOf): Map<string, Jwk> {
  return new Map(keys.map((key) => [idOf(key), key]))
}

/** Keys that never change: a file. They may still be on their way (a key service decrypts them). */
export class FixedKeys implements KeySource {
  #keys: ReadonlyMap<string, Jwk> | null = null
  readonly #ready: Promise<ReadonlyMap<string, Jwk>> | null

  constructor(keys: readonly Jwk[] | Promise<readonly Jwk[]>, idOf: IdOf) {
    if (keys instanceof Promise) {
      this.#ready = keys.then(
        (list) => (this.#keys = indexKeys(list, idOf)),
        (error: unknown) => {
          throw asTokenError(error)
        },
      )
      this.#ready.catch(() => {})
    } else {
      this.#ready = null
      this.#keys = indexKeys(keys, idOf)
    }
  }

  get(id: string): Jwk | Promise<Jwk> {
    if (this.#keys !== null) return needKey(this.#keys, id)
    return (this.#ready as Promise<ReadonlyMap<string, Jwk>>).then((keys) => needKey(keys, id))
  }

  peek(id: string): Jwk | null {
    return this.#keys?.get(id) ?? null
  }
}

function needKey(keys: ReadonlyMap<string, Jwk>, id: string): Jwk {
  const key = keys.get(id)
  if (key === undefined) throw notFound(id)
  return key
}

/** Asks for the set again for every request: a rotated key counts at once. */
export class UncachedKeys implements KeySource {
  readonly #loader: KeyLoader
  readonly #idOf: IdOf
  readonly #failed: FailedKeys | null
  readonly #clock: Clock
  #last: readonly Jwk[] | null = null
  #index: ReadonlyMap<string, Jwk> = new Map()

  constructor(loader: KeyLoader, idOf: IdOf, failed: FailedKeys | null, clock: Clock) {
    this.#loader = loader
    this.#idOf = idOf
    this.#failed = failed
    this.#clock = clock
  }

  get(id: string): Promise<Jwk> {
    if (this.#failed?.has(id, this.#clock()) === true) return Promise.reject(notFound(id))
    return this.#loader.load().then(({ keys }) => this.#find(keys, id))
  }

  peek(): null {
    return null
  }

  #find(keys: readonly Jwk[], id: string): Jwk {
    if (keys !== this.#last) {
      this.#index = indexKeys(keys, this.#idOf)
      this.#last = keys
    }
    return this.#index.get(id) ?? refuseFor(this.#failed, id, this.#clock())
  }
}

/**
 * Refuses an id that the set does not have, and notes it.
 *
 * A set that could not be had says nothing about the id: noted, a good key would be refused after the key server is back.
 */
function refuseFor(failed: FailedKeys | null, id: string, nowMs: number): never {
  failed?.add(id, nowMs)
  throw notFound(id)
}

export interface CachedKeysInit extends Omit<SharedDownloadInit, 'store'> {
  readonly idOf: IdOf
  readonly failed: FailedKeys | null
  /** How long a key may be used after its set was downloaded. */
  readonly maxAgeMs: number
}

interface Stored {
  readonly key: Jwk
  readonly storedAtMs: number
}

/** Downloads caused by unknown ids: ten a second, after a burst of twenty. */
const REFRESHES_PER_MS = 0.01
const MAX_REFRESHES = 20
const TOO_OFTEN = new TokenError('the key set was downloaded too often for unknown keys')

/**
 * Keeps keys for a while. What one worker downloads all of them use; while a download is under way known keys are
 * served as before. A key that the set no longer has stays good until its age is over, as in KrakenD.
 */
export class CachedKeys implements KeySource {
  readonly #init: CachedKeysInit
  readonly #download: SharedDownload
  #keys = new Map<string, Stored>()
  #loading: Promise<void> | null = null
  #tokens = MAX_REFRESHES
  #refilledAtMs: number

  constructor(init: CachedKeysInit) {
    this.#init = init
    this.#download = new SharedDownload({ ...init, store: (keys, storedAtMs) => this.#store(keys, storedAtMs) })
    this.#refilledAtMs = init.clock()
  }

  get(id: string): Jwk | Promise<Jwk> {
    const { failed, clock } = this.#init
    if (failed !== null && failed.has(id, clock())) throw notFound(id)
    const key = this.peek(id)
    if (key !== null) return key
    return this.#refresh().then(() => this.#find(id) ?? refuseFor(failed, id, clock()))
  }

  peek(id: string): Jwk | null {
    this.#download.adopt()
    return this.#find(id)
  }

  /** Before the first token: downloads the set unless another worker has just done so. */
  async fetchAhead(): Promise<void> {
    this.#download.adopt()
    const isThere = [...this.#keys.keys()].some((id) => this.#find(id) !== null)
    if (!isThere) await this.#refresh()
  }

  /** Downloads the set, or waits for whoever does. */
  #refresh(): Promise<void> {
    if (this.#loading !== null) return this.#loading
    if (!this.#mayRefresh()) return Promise.reject(TOO_OFTEN)
    this.#loading = this.#download.run().finally(() => {
      this.#loading = null
    })
    return this.#loading
  }

  #find(id: string): Jwk | null {
    const stored = this.#keys.get(id)
    if (stored === undefined) return null
    const ageMs = this.#init.clock() - stored.storedAtMs
    // A clock that was set back makes the age negative: such a key is fetched anew.
    return ageMs >= 0 && ageMs < this.#init.maxAgeMs ? stored.key : null
  }

  #store(keys: readonly Jwk[], storedAtMs: number): void {
    const { idOf, maxAgeMs, clock } = this.#init
    const nowMs = clock()
    for (const [id, stored] of this.#keys) if (nowMs - stored.storedAtMs >= maxAgeMs) this.#keys.delete(id)
    for (const key of keys) this.#keys.set(idOf(key), { key, storedAtMs })
  }

  #mayRefresh(): boolean {
    const nowMs = this.#init.clock()
    this.#tokens = Math.min(MAX_REFRESHES, this.#tokens + Math.max(0, nowMs - this.#refilledAtMs) * REFRESHES_PER_MS)
    this.#refilledAtMs = nowMs
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }
}
