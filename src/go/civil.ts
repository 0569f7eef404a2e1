// What a clock and a calendar show at a moment.

/** perf: read off the date only where a layout shows it. */
export class Civil {
  readonly #date: Date

  /** `local`: seconds since 1970 on the clock of a zone. */
  constructor(local: number) {
    this.#date = new Date(local * 1000)
  }

  get year(): number {
    return this.#date.getUTCFullYear()
  }

  /** 1 to 12 */
  get month(): number {
    return this.#date.getUTCMonth() + 1
  }

  get day(): number {
    return this.#date.getUTCDate()
  }

  get hour(): number {
    return this.#date.getUTCHours()
  }

  get minute(): number {
    return this.#date.getUTCMinutes()
  }

  get second(): number {
    return this.#date.getUTCSeconds()
  }

  /** 0: Sunday */
  get weekday(): number {
    return this.#date.getUTCDay()
  }

  /** 1 to 366 */
  get yearDay(): number {
    const start = new Date(0)
    start.setUTCFullYear(this.year, 0, 1)
    return Math.floor((this.#date.getTime() - start.getTime()) / 86_400_000) + 1
  }
}
