// How long to wait before what has died is started again.

const FIRST_MS = 100
/** The others serve meanwhile, and a client that knows only this one waits no longer. */
const LONGEST_MS = 1000
/** Whoever has lived that long died of something new. */
const HEALTHY_MS = 60_000

/** Twice as long each time, up to a second; from the beginning again after a long life. */
export class BackOff {
  #deaths = 0

  /** Milliseconds to wait after a life of `livedMs`. */
  next(livedMs: number): number {
    if (livedMs >= HEALTHY_MS) this.#deaths = 0
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#deaths)
    this.#deaths++
    return waitMs
  }
}
