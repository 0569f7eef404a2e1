// How loaded this thread is: how late its timers are, and how much of its memory is in use. Knows no requests.

export interface Sources {
  /** Milliseconds of a clock that is not set back. */
  readonly now: () => number
  /** The share of the memory that is in use, 0 to 1. */
  readonly memoryShare: () => number
}

export interface Bounds {
  /** Infinity: not looked at. */
  readonly maxDelayMs: number
  /** Infinity: not looked at. */
  readonly maxMemoryShare: number
}

/** Milliseconds between two looks. */
export const LOOK_EVERY_MS = 20

export class LoadGauge {
  readonly #sources: Sources
  readonly #bounds: Bounds
  #lastMs: number
  /** What is too much, in words for the log; null when nothing is. */
  excess: string | null = null

  constructor(sources: Sources, bounds: Bounds) {
    this.#sources = sources
    this.#bounds = bounds
    this.#lastMs = sources.now()
  }

  /** Called every LOOK_EVERY_MS; how much later than that it is, is the delay of the event loop. */
  look(): void {
    const { maxDelayMs, maxMemoryShare } = this.#bounds
    const now = this.#sources.now()
    const delayMs = now - this.#lastMs - LOOK_EVERY_MS
    this.#lastMs = now
    if (delayMs > maxDelayMs) this.excess = `the event loop is ${Math.round(delayMs)} ms late`
    else if (maxMemoryShare < Infinity && this.#sources.memoryShare() > maxMemoryShare)
      this.excess = `more than ${Math.round(maxMemoryShare * 100)} % of the memory is in use`
    else this.excess = null
  }
}
