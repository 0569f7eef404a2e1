// Messages that could not be decoded, given back to their broker after a while: given back at once they would come again at once,
// and kept for good they would take the place of all others. Knows no broker.

/** As long as SQS hides a message by default. */
const HELD_MS = 30_000

export class HeldMessages {
  readonly #most: number
  /** Oldest first, each with what gives it back. */
  readonly #held = new Map<NodeJS.Timeout, () => void>()

  /** `most`: of more than that the oldest goes back at once. */
  constructor(most: number) {
    this.#most = most
  }

  /** `giveBack` may throw: its broker is gone then, and has the message. */
  add(giveBack: () => void): void {
    const timer = setTimeout(() => this.#release(timer), HELD_MS)
    timer.unref()
    this.#held.set(timer, giveBack)
    const [oldest] = this.#held.keys()
    if (this.#held.size > this.#most && oldest !== undefined) this.#release(oldest)
  }

  /** Their broker is gone, and has them. */
  forget(): void {
    for (const timer of this.#held.keys()) clearTimeout(timer)
    this.#held.clear()
  }

  #release(timer: NodeJS.Timeout): void {
    const giveBack = this.#held.get(timer)
    clearTimeout(timer)
    this.#held.delete(timer)
    try {
      giveBack?.()
    } catch {
      // The broker gives it out again by itself.
    }
  }
}
