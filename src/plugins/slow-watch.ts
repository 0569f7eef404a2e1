// Tells of calls that take long, once a minute at most.

const EVERY_MS = 60_000

export class SlowWatch {
  readonly #limitMs: number
  readonly #tell: (text: string) => void
  #toldAt = -Infinity
  #count = 0
  #longestMs = 0

  constructor(limitMs: number, tell: (text: string) => void) {
    this.#limitMs = limitMs
    this.#tell = tell
  }

  /** Own time of a call, by `performance.now()`. */
  take(ownMs: number, nowMs: number): void {
    if (ownMs <= this.#limitMs) return
    this.#count++
    this.#longestMs = Math.max(this.#longestMs, ownMs)
    if (nowMs - this.#toldAt < EVERY_MS) return
    this.#tell(
      `was slow: ${this.#count} call(s) took more than ${this.#limitMs} ms of their own, the longest ${Math.round(this.#longestMs)} ms`,
    )
    this.#toldAt = nowMs
    this.#count = 0
    this.#longestMs = 0
  }
}
