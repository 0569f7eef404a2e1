// A downloaded key set in memory that all workers see, and the ids that were looked for in vain. Knows nothing of threads, HTTP and keys.

import { createHash } from 'node:crypto'

/** Bytes of shared memory for one key set; a larger set is kept by each worker alone. */
export const KEY_SET_BYTES = 128 * 1024
const HEADER_BYTES = 32
const LOADING = 0
const VERSION = 1
const LENGTH = 2
const STORED_AT = 2
const LOADING_SINCE = 3

export interface Snapshot {
  /** Grows with every published set. */
  readonly version: number
  readonly storedAtMs: number
  readonly bytes: Buffer
}

/**
 * One slot for the newest set. Whoever may load (`tryBegin`) downloads for all; the others wait for it.
 * A reader never sees half a set: the version is odd while it is being written.
 */
export class SharedKeySet {
  readonly #words: Int32Array
  readonly #times: Float64Array
  readonly #bytes: Buffer

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory, 0, 4)
    this.#times = new Float64Array(memory, 0, 4)
    this.#bytes = Buffer.from(memory, HEADER_BYTES)
  }

  get version(): number {
    return Atomics.load(this.#words, VERSION)
  }

  /** True when this worker is to load. A load that began more than `limitMs` ago is given up for lost. */
  tryBegin(nowMs: number, limitMs: number): boolean {
    const isFree = Atomics.compareExchange(this.#words, LOADING, 0, 1) === 0
    const isLost = !isFree && Math.abs(nowMs - (this.#times[LOADING_SINCE] as number)) > limitMs
    if (isFree || isLost) this.#times[LOADING_SINCE] = nowMs
    return isFree || isLost
  }

  /** Ends what `tryBegin` began and wakes those who wait. */
  end(): void {
    Atomics.store(this.#words, LOADING, 0)
    Atomics.notify(this.#words, LOADING)
  }

  /** Resolves when nobody loads any more, or after `limitMs`. */
  async waitForEnd(limitMs: number): Promise<void> {
    await Atomics.waitAsync(this.#words, LOADING, 1, limitMs).value
  }

  /** Makes a set visible to all. A set that is too large is not: false. */
  publish(bytes: Buffer, storedAtMs: number): boolean {
    const version = this.version
    if (bytes.length > this.#bytes.length || version % 2 === 1) return false
    if (Atomics.compareExchange(this.#words, VERSION, version, version + 1) !== version) return false
    this.#times[STORED_AT] = storedAtMs
    Atomics.store(this.#words, LENGTH, bytes.length)
    bytes.copy(this.#bytes)
    Atomics.store(this.#words, VERSION, version + 2)
    return true
  }

  /** The newest set, or null when there is none or when it is just being replaced. */
  read(): Snapshot | null {
    const version = this.version
    if (version === 0 || version % 2 === 1) return null
    const storedAtMs = this.#times[STORED_AT] as number
    const bytes = Buffer.from(this.#bytes.subarray(0, Atomics.load(this.#words, LENGTH)))
    return this.version === version ? { version, storedAtMs, bytes } : null
  }
}

const FAILED_SLOTS = 1024
/** Bytes of shared memory for the failed ids of one endpoint. */
export const FAILED_KEYS_BYTES = FAILED_SLOTS * 16

/**
 * Ids that were looked for in vain, and when. It never grows: an id may push out another one, which then costs a
 * download at worst.
 */
export class FailedKeys {
  readonly #hashes: BigInt64Array
  readonly #times: Float64Array
  readonly #cooldownMs: number

  constructor(memory: SharedArrayBuffer, cooldownMs: number) {
    this.#hashes = new BigInt64Array(memory, 0, FAILED_SLOTS)
    this.#times = new Float64Array(memory, FAILED_SLOTS * 8, FAILED_SLOTS)
    this.#cooldownMs = cooldownMs
  }

  add(id: string, nowMs: number): void {
    const { slot, hash } = place(id)
    Atomics.store(this.#hashes, slot, hash)
    this.#times[slot] = nowMs
  }

  /** Whether the id failed less than the cool-down ago. */
  has(id: string, nowMs: number): boolean {
    const { slot, hash } = place(id)
    const ageMs = nowMs - (this.#times[slot] as number)
    return ageMs >= 0 && ageMs < this.#cooldownMs && Atomics.load(this.#hashes, slot) === hash
  }
}

/** security: clients choose ids, so they are compared by a digest that nobody can make collide with a good one. */
function place(id: string): { slot: number; hash: bigint } {
  const digest = createHash('sha256').update(id).digest()
  return { slot: digest.readUInt16LE(8) % FAILED_SLOTS, hash: digest.readBigInt64LE(0) }
}
