// How many retries a backend may cause: a share of its requests in the last ten seconds. In shared memory, so that all workers have one.

export interface BudgetRule {
  /** Retries for each request. */
  readonly ratio: number
  readonly minPerSecond: number
}

const WINDOW_S = 10
/** A slot for each second: the second it is of, requests, retries. */
const FIELDS = 3
const STAMP = 0
const REQUESTS = 1
const RETRIES = 2

export class RetryBudget {
  static readonly BYTES = WINDOW_S * FIELDS * Int32Array.BYTES_PER_ELEMENT
  readonly #words: Int32Array
  readonly #rule: BudgetRule

  constructor(memory: SharedArrayBuffer, rule: BudgetRule) {
    this.#words = new Int32Array(memory)
    this.#rule = rule
  }

  /** `nowMs` is the same in all threads. */
  countRequest(nowMs: number): void {
    Atomics.add(this.#words, this.#slotOf(nowMs) + REQUESTS, 1)
  }

  /** Takes a retry; false when there is none left. */
  take(nowMs: number): boolean {
    const slot = this.#slotOf(nowMs)
    Atomics.add(this.#words, slot + RETRIES, 1)
    const { ratio, minPerSecond } = this.#rule
    if (this.#sum(nowMs, RETRIES) <= Math.floor(this.#sum(nowMs, REQUESTS) * ratio) + minPerSecond * WINDOW_S) return true
    Atomics.sub(this.#words, slot + RETRIES, 1)
    return false
  }

  #sum(nowMs: number, field: number): number {
    const second = secondOf(nowMs)
    let sum = 0
    for (let slot = 0; slot < this.#words.length; slot += FIELDS)
      if (second - Atomics.load(this.#words, slot + STAMP) < WINDOW_S) sum += Atomics.load(this.#words, slot + field)
    return sum
  }

  /** The slot of this second. Whoever comes first in a second empties it; a count that comes in between is lost, which harms nobody. */
  #slotOf(nowMs: number): number {
    const second = secondOf(nowMs)
    const slot = (second % WINDOW_S) * FIELDS
    const stamp = Atomics.load(this.#words, slot + STAMP)
    if (stamp !== second && Atomics.compareExchange(this.#words, slot + STAMP, stamp, second) === stamp) {
      Atomics.store(this.#words, slot + REQUESTS, 0)
      Atomics.store(this.#words, slot + RETRIES, 0)
    }
    return slot
  }
}

function secondOf(nowMs: number): number {
  return Math.floor(nowMs / 1000)
}
