// The keys of one named issuer: fetched when a token first needs them, kept, and fetched again for a key that nobody knew. Knows nothing of HTTP.

import type { Jwk } from '../keys/jwk.ts'
import { indexKeys, type IdOf, type KeySource, notFound } from '../keys/key-sources.ts'
import { TokenError } from '../token/jws.ts'
import { SharedDownload, type SharedDownloadInit } from '../keys/shared-download.ts'

export interface IssuerKeysInit extends Omit<SharedDownloadInit, 'store'> {
  readonly idOf: IdOf
  /** How long a set is used before it is fetched again. */
  readonly maxAgeMs: number
  /** Unknown keys cause one download in that time. */
  readonly cooldownMs: number
  /** `MISS_BYTES` that all workers see. */
  readonly misses: SharedArrayBuffer
  /** Hears that an old set is used on, because a new one cannot be had. */
  readonly onStale: (error: unknown) => void
}

export const MISS_BYTES = Float64Array.BYTES_PER_ELEMENT
/** After a download that failed. security: whoever sends tokens must not make the gateway try without end. */
const PAUSE_MS = 1000

/** The last good set stays until there is a better one; what a new one does not have is gone at once. */
export class IssuerKeys implements KeySource {
  readonly #init: IssuerKeysInit
  readonly #download: SharedDownload
  /** When a download was last made for an unknown key, by all workers; 0 for never. */
  readonly #missedAtMs: Float64Array
  #index: ReadonlyMap<string, Jwk> | null = null
  #freshFromMs = 0
  #freshUntilMs = 0
  #failedAtMs = -Infinity
  #failure: unknown = new TokenError('there are no keys')
  #loading: Promise<void> | null = null

  constructor(init: IssuerKeysInit) {
    this.#init = init
    this.#missedAtMs = new Float64Array(init.misses)
    this.#download = new SharedDownload({ ...init, store: (keys, storedAtMs) => this.#store(keys, storedAtMs) })
  }

  get(id: string): Jwk | Promise<Jwk> {
    return this.peek(id) ?? this.#seek(id)
  }

  peek(id: string): Jwk | null {
    this.#download.adopt()
    return this.#isFresh() ? (this.#index?.get(id) ?? null) : null
  }

  async #seek(id: string): Promise<Jwk> {
    this.#loading ??= this.#plan()
    if (this.#loading !== null) await this.#loading
    if (this.#index === null) throw this.#failure
    const key = this.#index.get(id)
    if (key === undefined) throw notFound(id)
    return key
  }

  /** A download that is due; it never rejects. */
  #plan(): Promise<void> | null {
    if (this.#isFresh()) return this.#mayMiss() ? this.#load(() => this.#forgiveMiss()) : null
    const sinceMs = this.#init.clock() - this.#failedAtMs
    if (this.#index === null && sinceMs >= 0 && sinceMs < PAUSE_MS) return null
    return this.#load(() => this.#keepOld())
  }

  async #load(onFailure: () => void): Promise<void> {
    try {
      await this.#download.run()
    } catch (error) {
      this.#failedAtMs = this.#init.clock()
      this.#failure = error
      onFailure()
      if (this.#index !== null) this.#init.onStale(error)
    } finally {
      this.#loading = null
    }
  }

  #keepOld(): void {
    this.#freshFromMs = this.#failedAtMs
    this.#freshUntilMs = this.#failedAtMs + Math.max(PAUSE_MS, this.#init.cooldownMs)
  }

  /** A server that is away for a moment does not keep a new key out for the whole time. */
  #forgiveMiss(): void {
    this.#missedAtMs[0] = this.#failedAtMs - Math.max(0, this.#init.cooldownMs - PAUSE_MS)
  }

  /** Whether a good set may be fetched again for a key that it does not have. Whoever may has used it up. */
  #mayMiss(): boolean {
    const nowMs = this.#init.clock()
    const sinceMs = nowMs - (this.#missedAtMs[0] as number)
    if (sinceMs >= 0 && sinceMs < this.#init.cooldownMs) return false
    this.#missedAtMs[0] = nowMs
    return true
  }

  /** A clock that was set back makes a set old. */
  #isFresh(): boolean {
    if (this.#index === null) return false
    const nowMs = this.#init.clock()
    return nowMs >= this.#freshFromMs && nowMs < this.#freshUntilMs
  }

  #store(keys: readonly Jwk[], storedAtMs: number): void {
    this.#index = indexKeys(keys, this.#init.idOf)
    this.#freshFromMs = storedAtMs
    this.#freshUntilMs = storedAtMs + this.#init.maxAgeMs
  }
}
