// A bucket for each of millions of clients, in memory that all workers see. Knows clients by their hash alone.

import type { SharedLock } from '../shared-lock.ts'
import type { BucketRule } from './bucket.ts'

/** Words of the header: a lock, whether the hash key is there, the hash key, how many live clients were forgotten. */
const LOCK = 0
const HAS_KEY = 1
const KEY = 2
const FORGOTTEN = 4
const HEADER_WORDS = 16

/** Words of a shard: its lock, its slots in use (a power of two), its clients. */
const SIZE = 1
const COUNT = 2
const SHARD_WORDS = 4
const FIRST_SIZE = 128

/** Words of an entry: hash (two words, 0 is empty), tokens, the second of its expiry, time of the last refill (a double). */
const ENTRY_WORDS = 6
const LO = 1
const TOKENS = 2
const EXPIRES = 3
const LAST_NS = 4

/** How much memory a table has; all users of the same memory must give the same numbers, both powers of two. */
export interface TableSize {
  readonly shards: number
  readonly slotsPerShard: number
}

/** Up to 3,145,728 clients in at most 96 MiB. */
export const DEFAULT_SIZE: TableSize = { shards: 512, slotsPerShard: 8192 }

/**
 * Sharded open addressing: a shard starts small, doubles while its clients fill three quarters of it, and lies at the
 * beginning of its region, so that memory is only touched as clients come. A full shard first drops what has expired;
 * if that is not enough it forgets the eighth that expires next (the least recently seen) and counts it.
 */
export class ClientTable {
  readonly #size: TableSize
  readonly #lock: SharedLock
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #unsigned: Uint32Array<SharedArrayBuffer>
  readonly #numbers: Float64Array<SharedArrayBuffer>
  readonly #entriesAt: number
  #scratch: Int32Array | null = null

  static byteLength({ shards, slotsPerShard }: TableSize): number {
    return 4 * (HEADER_WORDS + shards * SHARD_WORDS + shards * slotsPerShard * ENTRY_WORDS)
  }

  constructor(memory: SharedArrayBuffer, size: TableSize, lock: SharedLock) {
    this.#size = size
    this.#lock = lock
    this.#words = new Int32Array(memory)
    this.#unsigned = new Uint32Array(memory)
    this.#numbers = new Float64Array(memory)
    this.#entriesAt = HEADER_WORDS + size.shards * SHARD_WORDS
  }

  /** The secret that hashes are made with: that of the first who asks, the same for all workers. */
  hashKey(makeKey: () => readonly [number, number]): readonly [number, number] {
    const words = this.#words
    this.#lock.acquire(words, LOCK)
    if (words[HAS_KEY] === 0) {
      const [k0, k1] = makeKey()
      words[KEY] = k0
      words[KEY + 1] = k1
      words[HAS_KEY] = 1
    }
    const key = [words[KEY] as number, words[KEY + 1] as number] as const
    this.#lock.release(words, LOCK)
    return key
  }

  /** Clients that were forgotten before they expired, because their shard was full. */
  get forgotten(): number {
    return Atomics.load(this.#unsigned, FORGOTTEN)
  }

  /** Clients in the table, expired ones included. */
  get count(): number {
    let total = 0
    for (let shard = 0; shard < this.#size.shards; shard++) total += Atomics.load(this.#words, HEADER_WORDS + shard * SHARD_WORDS + COUNT)
    return total
  }

  /**
   * Takes a token from the bucket of a client, which is new when it was not seen for `ttlS` seconds.
   * Afterwards the rule's registers hold the bucket's state.
   */
  take(hi: number, lo: number, rule: BucketRule, nowNs: number, ttlS: number): boolean {
    const words = this.#words
    const shard = hi & (this.#size.shards - 1)
    const shardAt = HEADER_WORDS + shard * SHARD_WORDS
    this.#lock.acquire(words, shardAt)
    const nowS = Math.max(0, Math.floor(nowNs / 1e9))
    const at = this.#find(shard, hi, lo, nowS)
    const isNew = words[at] === 0 && words[at + LO] === 0
    if (isNew || (this.#unsigned[at + EXPIRES] as number) < nowS) {
      rule.tokens = rule.initialTokens
      rule.lastNs = nowNs
    } else {
      rule.tokens = Math.min(this.#unsigned[at + TOKENS] as number, rule.capacity)
      rule.lastNs = this.#numbers[(at + LAST_NS) >> 1] as number
    }
    const isTaken = rule.take(nowNs)
    this.#unsigned[at + TOKENS] = rule.tokens
    this.#unsigned[at + EXPIRES] = nowS + ttlS
    this.#numbers[(at + LAST_NS) >> 1] = rule.lastNs
    if (isNew) {
      words[at] = hi
      words[at + LO] = lo
      words[shardAt + COUNT] = (words[shardAt + COUNT] as number) + 1
    }
    this.#lock.release(words, shardAt)
    return isTaken
  }

  /** Where the entry is, or the empty slot where it shall be. */
  #find(shard: number, hi: number, lo: number, nowS: number): number {
    const shardAt = HEADER_WORDS + shard * SHARD_WORDS
    const at = this.#probe(shard, hi, lo)
    if (this.#words[at] !== 0 || this.#words[at + LO] !== 0) return at
    const size = this.#words[shardAt + SIZE] || Math.min(FIRST_SIZE, this.#size.slotsPerShard)
    if (((this.#words[shardAt + COUNT] as number) + 1) * 4 <= size * 3) return at
    this.#rebuild(shard, size, nowS)
    return this.#probe(shard, hi, lo)
  }

  #probe(shard: number, hi: number, lo: number): number {
    const words = this.#words
    const mask = (words[HEADER_WORDS + shard * SHARD_WORDS + SIZE] || Math.min(FIRST_SIZE, this.#size.slotsPerShard)) - 1
    const base = this.#entriesAt + shard * this.#size.slotsPerShard * ENTRY_WORDS
    let slot = lo & mask
    for (;;) {
      const at = base + slot * ENTRY_WORDS
      const known = words[at + LO] as number
      if ((known === lo && words[at] === hi) || (known === 0 && words[at] === 0)) return at
      slot = (slot + 1) & mask
    }
  }

  /** Drops what has expired, then doubles the shard, or forgets an eighth of it when it cannot grow. */
  #rebuild(shard: number, size: number, nowS: number): void {
    const words = this.#words
    const shardAt = HEADER_WORDS + shard * SHARD_WORDS
    const base = this.#entriesAt + shard * this.#size.slotsPerShard * ENTRY_WORDS
    const scratch = (this.#scratch ??= new Int32Array(this.#size.slotsPerShard * ENTRY_WORDS))
    let live = this.#collect(base, size, scratch, nowS)
    const isCrowded = live * 8 > size * 5
    if (isCrowded && size === this.#size.slotsPerShard) {
      Atomics.add(words, FORGOTTEN, live >> 3)
      live = forgetOldest(scratch, live, live >> 3)
    }
    const newSize = isCrowded ? Math.min(size * 2, this.#size.slotsPerShard) : size
    words.fill(0, base, base + Math.max(size, newSize) * ENTRY_WORDS)
    words[shardAt + SIZE] = newSize
    words[shardAt + COUNT] = live
    for (let from = 0; from < live * ENTRY_WORDS; from += ENTRY_WORDS) {
      const at = this.#probe(shard, scratch[from] as number, scratch[from + LO] as number)
      for (let i = 0; i < ENTRY_WORDS; i++) words[at + i] = scratch[from + i] as number
    }
  }

  /** Copies the entries that expire at `second` or later; says how many. */
  #collect(base: number, size: number, scratch: Int32Array, second: number): number {
    const words = this.#words
    let count = 0
    for (let at = base; at < base + size * ENTRY_WORDS; at += ENTRY_WORDS) {
      if ((words[at] === 0 && words[at + LO] === 0) || (this.#unsigned[at + EXPIRES] as number) < second) continue
      for (let i = 0; i < ENTRY_WORDS; i++) scratch[count * ENTRY_WORDS + i] = words[at + i] as number
      count++
    }
    return count
  }
}

/** Removes the `n` of `count` entries that expire first; says how many are left. */
function forgetOldest(entries: Int32Array, count: number, n: number): number {
  const seconds = new Uint32Array(count)
  for (let i = 0; i < count; i++) seconds[i] = (entries[i * ENTRY_WORDS + EXPIRES] as number) >>> 0
  const limit = seconds.slice().sort()[n] as number
  // Some of those that expire in the same second go as well, until there are n.
  let atLimit = n - seconds.reduce((sum, second) => sum + (second < limit ? 1 : 0), 0)
  let kept = 0
  for (let i = 0; i < count; i++) {
    const second = seconds[i] as number
    if (second < limit || (second === limit && atLimit-- > 0)) continue
    entries.copyWithin(kept * ENTRY_WORDS, i * ENTRY_WORDS, (i + 1) * ENTRY_WORDS)
    kept++
  }
  return kept
}
