// Moments as the clock of this machine shows them, in the layouts of Go.

import { Civil } from '../go/civil.ts'
import { compileTimeLayout, type Moment } from '../go/time-layout.ts'
import type { Zone, ZoneFacts } from '../go/time-zone.ts'

const ABBREVIATION = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })

/** Splits the layout once. A fraction of a second has three digits that say something. */
export function compileLocalTime(layout: string): (time: Date) => string {
  const write = compileTimeLayout(layout)
  return (time) => write(new LocalMoment(time))
}

/** Its own zone: what the machine's clock is set to at this moment. */
class LocalMoment implements Moment, Zone, ZoneFacts {
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
    return ABBREVIATION.formatToParts(this.#time).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
  }
}
