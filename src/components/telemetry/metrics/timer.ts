// A timer as go-metrics has it: how long something took, and how often it happens, as moving averages of 1, 5 and 15 minutes.

import { describeSample, type Distribution, SAMPLE_SIZE } from './samples.ts'

const TICK_S = 5
const MINUTES = [1, 5, 15] as const
const SECONDS_PER_MINUTE = 60

export interface TimerReading extends Distribution {
  /** Events per second over the last 1, 5 and 15 minutes, and since the start. */
  readonly rates: readonly [one: number, five: number, fifteen: number]
  readonly meanRate: number
}

/** `nowMs`: of a clock that is never set back. */
export class Timer {
  readonly #startMs: number
  #count = 0
  #uncounted = 0
  #tickMs: number
  #isFirst = true
  readonly #rates = [0, 0, 0]
  readonly #durations: number[] = []

  constructor(nowMs: number) {
    this.#startMs = nowMs
    this.#tickMs = nowMs
  }

  took(nanoseconds: number, nowMs: number): void {
    this.#tick(nowMs)
    this.#durations[this.#count % SAMPLE_SIZE] = nanoseconds
    this.#count++
    this.#uncounted++
  }

  read(nowMs: number): TimerReading {
    this.#tick(nowMs)
    const [one = 0, five = 0, fifteen = 0] = this.#rates
    const elapsedS = (nowMs - this.#startMs) / 1000
    return {
      ...describeSample(this.#count, new Float64Array(this.#durations).sort()),
      rates: [one, five, fifteen],
      meanRate: elapsedS > 0 ? this.#count / elapsedS : 0,
    }
  }

  /** The averages move every five seconds; those that have passed are made up for. */
  #tick(nowMs: number): void {
    for (; nowMs - this.#tickMs >= TICK_S * 1000; this.#tickMs += TICK_S * 1000) {
      const now = this.#uncounted / TICK_S
      this.#uncounted = 0
      for (const [i, minutes] of MINUTES.entries()) {
        const weight = 1 - Math.exp(-TICK_S / SECONDS_PER_MINUTE / minutes)
        const before = this.#rates[i] as number
        this.#rates[i] = this.#isFirst ? now : before + weight * (now - before)
      }
      this.#isFirst = false
    }
  }
}
