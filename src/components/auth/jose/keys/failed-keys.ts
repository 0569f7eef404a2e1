// Ids of keys that were looked for in vain, in memory that all workers see. Knows nothing of threads, HTTP and keys.

import { createHash } from 'node:crypto'

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
