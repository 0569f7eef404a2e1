// Time zones as Go's time.Location: by name from the IANA data that Intl carries, or a fixed offset.

import { zoneLetters } from './zone-letters.ts'

export interface ZoneFacts {
  /** Seconds east of UTC. */
  readonly offset: number
  /** `CET`; empty when there is none. */
  readonly abbreviation: string
}

export interface Zone {
  readonly name: string
  /** What holds at a moment: seconds since 1970. */
  at(seconds: number): ZoneFacts
}

const UTC_FACTS: ZoneFacts = { offset: 0, abbreviation: 'UTC' }

export const UTC: Zone = { name: 'UTC', at: () => UTC_FACTS }

export function fixedZone(name: string, offset: number): Zone {
  const facts: ZoneFacts = { offset, abbreviation: name }
  return { name, at: () => facts }
}

/** Intl knows a zone's letters only in the English of its region. */
const LOCALES = ['en-US', 'en-GB', 'en-AU', 'en-NZ', 'en-IN', 'en-ZA', 'en-CA']

/** Seconds east of UTC at a moment, which is given in seconds since 1970. */
export type Offsets = (seconds: number) => number

/** Those of the zone of a name in the IANA data. Null when there is none. */
export function loadOffsets(name: string): Offsets | null {
  // Intl takes names in any case and bare offsets, Go names of files
  if (!/^[A-Z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(name) || name.length > 64) return null
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' })
    return (seconds) => readOffset(format.format(seconds * 1000))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** The zone of a name such as `Europe/Berlin`; `home` answers for `Local`. Null when there is none. */
export function loadZone(name: string, home: Zone): Zone | null {
  if (name === '' || name === 'UTC') return UTC
  if (name === 'Local') return home
  const offsets = loadOffsets(name)
  return offsets === null ? null : new NamedZone(name, offsets)
}

class NamedZone implements Zone {
  readonly name: string
  readonly #offsets: Offsets

  constructor(name: string, offsets: Offsets) {
    this.name = name
    this.#offsets = offsets
  }

  at(seconds: number): ZoneFacts {
    const offset = this.#offsets(seconds)
    return { offset, abbreviation: this.#abbreviation(seconds, offset) }
  }

  #abbreviation(seconds: number, offset: number): string {
    const letters = zoneLetters(this.name, offset)
    if (letters !== undefined && letters !== '') return letters
    for (const locale of letters === undefined ? LOCALES : []) {
      const text = zoneName(new Intl.DateTimeFormat(locale, { timeZone: this.name, timeZoneName: 'short' }), seconds)
      if (/^[A-Z]{3,5}$/.test(text)) return text
    }
    // the IANA data has numbers for zones without letters: -03, +0545
    const minutes = Math.abs(Math.trunc(offset / 60))
    const two = (value: number): string => String(value).padStart(2, '0')
    return `${offset < 0 ? '-' : '+'}${two(Math.trunc(minutes / 60))}${minutes % 60 === 0 ? '' : two(minutes % 60)}`
  }
}

function zoneName(format: Intl.DateTimeFormat, seconds: number): string {
  return format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

/** Seconds of `1/15/2024, GMT+05:45`, `1/15/2024, GMT`. */
function readOffset(text: string): number {
  const match = /GMT([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text)
  if (match === null) return 0
  const [, sign, hours, minutes, seconds = '0'] = match
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)
  return sign === '-' ? -size : size
}
