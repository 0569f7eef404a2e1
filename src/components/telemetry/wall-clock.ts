// Moments of the steady clock as times of the day, for exporters.

import type { Clock } from '../../engine/compile/component.ts'

/** The time of day is read in whole milliseconds and may be set: only a larger difference moves it. */
const MAX_DRIFT_MS = 20
const MS_PER_S = 1000
const NS_PER_MS = 1e6

export class WallClock {
  readonly #clock: Clock
  #offsetMs: number

  constructor(clock: Clock) {
    this.#clock = clock
    this.#offsetMs = clock.now() - clock.steady()
  }

  /** Milliseconds since 1970 of the steady clock's zero, as it is now. */
  get offsetMs(): number {
    const offset = this.#clock.now() - this.#clock.steady()
    if (Math.abs(offset - this.#offsetMs) > MAX_DRIFT_MS) this.#offsetMs = offset
    return this.#offsetMs
  }

  /** Makes seconds and nanoseconds since 1970 of moments. */
  converter(): (steadyMs: number) => [number, number] {
    const { offsetMs } = this
    return (steadyMs) => {
      // Added in parts: the sum has too many digits for nanoseconds.
      const whole = Math.floor(offsetMs) + Math.floor(steadyMs)
      const fraction = (offsetMs % 1) + (steadyMs - Math.floor(steadyMs))
      const seconds = Math.floor(whole / MS_PER_S)
      return carry(seconds, Math.round((whole - seconds * MS_PER_S + fraction) * NS_PER_MS))
    }
  }
}

function carry(seconds: number, nanoseconds: number): [number, number] {
  return nanoseconds >= 1e9 ? [seconds + 1, nanoseconds - 1e9] : [seconds, nanoseconds]
}
