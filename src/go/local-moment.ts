// A moment as the clock of this machine shows it, or one that shows UTC.

import { Civil } from './civil.ts'
import type { Moment } from './time-layout.ts'
import { UTC, type Zone, type ZoneFacts } from './time-zone.ts'

/** perf: made when the first name is asked for: the data of all languages are read for it, which takes longer than anything else at a start. */
let abbreviations: Intl.DateTimeFormat | undefined

/** Go's `time.UTC()`. */
export function utcMoment(time: Date): Moment {
  const seconds = Math.floor(time.getTime() / 1000)
  return { seconds, nanoseconds: (time.getTime() - seconds * 1000) * 1e6, civil: new Civil(seconds), zone: UTC }
}

/** Its own zone: what the machine's clock is set to at this moment. */
export class LocalMoment implements Moment, Zone, ZoneFacts {
  readonly name = 'Local'
  readonly seconds: number
  readonly offset: number
  readonly civil: Civil
  readonly #time: Date

  constructor(time: Date) {
    this.seconds = Math.floor(time.getTime() / 1000)
    this.offset = -time.getTimezoneOffset() * 60
    this.civil = new Civil(this.seconds + this.offset)
    this.#time = time
  }

  get nanoseconds(): number {
    return (this.#time.getTime() - this.seconds * 1000) * 1e6
  }

  get zone(): Zone {
    return this
  }

  at(): ZoneFacts {
    return this
  }

  get abbreviation(): string {
    abbreviations ??= new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })
    return abbreviations.formatToParts(this.#time).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
  }
}
