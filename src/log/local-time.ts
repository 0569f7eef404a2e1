// Moments as the clock of this machine shows them, in the layouts of Go.

import { civilOf } from '../go/civil.ts'
import { compileTimeLayout, type Moment } from '../go/time-layout.ts'

/** Splits the layout once. A fraction of a second has three digits that say something. */
export function compileLocalTime(layout: string): (time: Date) => string {
  const write = compileTimeLayout(layout)
  return (time) => write(localMoment(time))
}

function localMoment(time: Date): Moment {
  const seconds = Math.floor(time.getTime() / 1000)
  const offset = -time.getTimezoneOffset() * 60
  const facts = {
    offset,
    get abbreviation() {
      return abbreviationAt(time)
    },
  }
  const nanoseconds = (time.getTime() - seconds * 1000) * 1e6
  return { seconds, nanoseconds, civil: civilOf(seconds + offset), zone: { name: 'Local', at: () => facts } }
}

const ZONE = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' })

function abbreviationAt(time: Date): string {
  return ZONE.formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'UTC'
}
