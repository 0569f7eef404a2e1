// Long work in parts, with everything else of the process between two parts. Knows nothing of what is done.

export interface Work<T> {
  /** Gives results, and `undefined` where the next part may wait. */
  readonly steps: Iterator<T | undefined>
  /** Asked before each part: work that nobody waits for any more is dropped. */
  isWanted(): boolean
  onValue(value: T): void
  onEnd(): void
  onError(error: unknown): void
}

/**
 * One part of one work at a time, in turn: a short one does not wait for a long one to end, and however many there are,
 * the event loop is held for one part only. A work begins at once when no other waits.
 */
export class TurnQueue {
  readonly #waiting: Work<never>[] = []
  #isScheduled = false

  run<T>(work: Work<T>): void {
    if (this.#waiting.length === 0 && this.#doPart(work)) return
    this.#waiting.push(work as unknown as Work<never>)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => this.#turn())
  }

  #turn(): void {
    this.#isScheduled = false
    const work = this.#waiting.shift()
    if (work === undefined) return
    if (!this.#doPart(work)) this.#waiting.push(work)
    if (this.#waiting.length > 0) this.#schedule()
  }

  /** Whether the work is over. */
  #doPart<T>(work: Work<T>): boolean {
    if (!work.isWanted()) return true
    try {
      for (;;) {
        const { done, value } = work.steps.next()
        if (done === true) break
        if (value === undefined) return false
        work.onValue(value)
      }
    } catch (error) {
      work.onError(error)
      return true
    }
    work.onEnd()
    return true
  }
}
