// One token bucket that all workers take from. Knows nothing of requests.

import type { SharedLock } from '../shared-lock.ts'
import type { BucketRule } from './bucket.ts'

const LOCK = 0
const IS_FILLED = 1
const TOKENS = 1
const LAST_NS = 2

export class SharedBucket {
  static readonly BYTES = 24
  readonly rule: BucketRule
  readonly #lock: SharedLock
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #numbers: Float64Array<SharedArrayBuffer>

  /** Fills the bucket if nobody did so before: its state outlives workers and reloads with their memory. */
  constructor(memory: SharedArrayBuffer, rule: BucketRule, nowNs: number, lock: SharedLock) {
    this.rule = rule
    this.#lock = lock
    this.#words = new Int32Array(memory)
    this.#numbers = new Float64Array(memory)
    this.#lock.acquire(this.#words, LOCK)
    if (this.#words[IS_FILLED] === 0) {
      this.#numbers[TOKENS] = rule.initialTokens
      this.#numbers[LAST_NS] = nowNs
      this.#words[IS_FILLED] = 1
    }
    this.#lock.release(this.#words, LOCK)
  }

  /** Takes one token; afterwards the rule's registers hold the bucket's state. */
  take(nowNs: number): boolean {
    const { rule } = this
    const numbers = this.#numbers
    this.#lock.acquire(this.#words, LOCK)
    this.#load()
    const isTaken = rule.take(nowNs)
    numbers[TOKENS] = rule.tokens
    numbers[LAST_NS] = rule.lastNs
    this.#lock.release(this.#words, LOCK)
    return isTaken
  }

  /** Takes nothing; afterwards the rule's registers hold the bucket's state. */
  look(): void {
    this.#lock.acquire(this.#words, LOCK)
    this.#load()
    this.#lock.release(this.#words, LOCK)
  }

  #load(): void {
    const { rule } = this
    // A reload may have lowered the capacity.
    rule.tokens = Math.min(this.#numbers[TOKENS] as number, rule.capacity)
    rule.lastNs = this.#numbers[LAST_NS] as number
  }
}
