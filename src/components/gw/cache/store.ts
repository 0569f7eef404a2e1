// Entries by key within limits of number and size, the least recently used go first; they can be found by tag and path. Knows no HTTP.

import type { PurgeSelector } from '../../../engine/ports.ts'

export interface StoreLimits {
  readonly maxItems: number
  readonly maxBytes: number
}

export interface Entry<T> {
  readonly value: T
  readonly storedAtMs: number
  readonly expiresAtMs: number
  readonly bytes: number
  readonly tags: readonly string[]
  /** What the client asked for. */
  readonly path: string
}

interface Varies {
  readonly names: readonly string[]
  readonly bytes: number
}

/** No body may take more than that of the limit, nor may what is known of keys. */
const MAX_SHARE = 1 / 8

export class CacheStore<T> {
  /** A Map keeps the order of insertion: what is used moves to its end. */
  readonly #entries = new Map<string, Entry<T>>()
  /** Names of request headers that tell the entries of one key apart. */
  readonly #varies = new Map<string, Varies>()
  #varyBytes = 0
  readonly #limits: () => StoreLimits
  #bytes = 0
  /** How often it was purged. */
  purges = 0

  /** `limits` are those of now: they are shared among workers. */
  constructor(limits: () => StoreLimits) {
    this.#limits = limits
  }

  get size(): number {
    return this.#entries.size
  }

  get maxBodyBytes(): number {
    return Math.floor(this.#limits().maxBytes * MAX_SHARE)
  }

  get(key: string): Entry<T> | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry
  }

  /** Says whether there is room for it. */
  set(key: string, entry: Entry<T>): boolean {
    this.#delete(key)
    const { maxItems, maxBytes } = this.#limits()
    if (entry.bytes > maxBytes) return false
    this.#entries.set(key, entry)
    this.#bytes += entry.bytes
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= maxItems && this.#bytes <= maxBytes) break
      this.#delete(oldest)
    }
    return true
  }

  /** What tells the entries of a key apart; empty for nothing. */
  variesOf(key: string): readonly string[] {
    return this.#varies.get(key)?.names ?? []
  }

  setVaries(key: string, names: readonly string[]): void {
    this.#forgetVaries(key)
    const bytes = names.reduce((sum, name) => sum + name.length, key.length)
    this.#varies.set(key, { names, bytes })
    this.#varyBytes += bytes
    const { maxItems } = this.#limits()
    for (const oldest of this.#varies.keys()) {
      // security: the newest stays, or its answer would be anybody's.
      if (oldest === key || (this.#varies.size <= maxItems && this.#varyBytes <= this.maxBodyBytes)) break
      this.#forgetVaries(oldest)
    }
  }

  #forgetVaries(key: string): void {
    this.#varyBytes -= this.#varies.get(key)?.bytes ?? 0
    this.#varies.delete(key)
  }

  /** Gives how many entries went. What is under way is not stored either. */
  purge({ tags, paths, isAll }: PurgeSelector): number {
    this.purges++
    let count = 0
    for (const [key, entry] of this.#entries) {
      if (!isAll && !paths.includes(entry.path) && !entry.tags.some((tag) => tags.includes(tag))) continue
      this.#delete(key)
      count++
    }
    return count
  }

  #delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#bytes -= entry.bytes
  }
}
