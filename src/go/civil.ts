// What a clock and a calendar show at a moment.

export interface Civil {
  readonly year: number
  /** 1 to 12 */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0: Sunday */
  readonly weekday: number
  /** 1 to 366 */
  readonly yearDay: number
}

/** Of seconds since 1970 on the clock of a zone. */
export function civilOf(local: number): Civil {
  const date = new Date(local * 1000)
  const year = date.getUTCFullYear()
  const start = new Date(0)
  start.setUTCFullYear(year, 0, 1)
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
    yearDay: Math.floor((local * 1000 - start.getTime()) / 86_400_000) + 1,
  }
}
