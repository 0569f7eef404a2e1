// sprig's dates: Go layouts, zones by name.

import { formatDuration, parseNanoseconds } from '../../duration.ts'
import { fn, GoError, type GoFunction } from '../../function.ts'
import { parseInt64 } from '../../number.ts'
import { formatTime } from '../../time-layout.ts'
import { parseTime } from '../../time-parse.ts'
import { loadZone, UTC } from '../../time-zone.ts'
import { GoTime, roundDuration, zeroTime } from '../../time.ts'
import { GoInt, type GoValue } from '../../value.ts'
import { quoteBytes } from '../../quote.ts'
import type { SprigHost } from './host.ts'

const HTML_DATE = '2006-01-02'
const SECOND = 1_000_000_000n

export function dateFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const { home } = host
  const now = (): GoTime => {
    const ms = host.now()
    const seconds = Math.floor(ms / 1000)
    return new GoTime(seconds, Math.round((ms - seconds * 1000) * 1e6), home)
  }
  /** compat: a value of any other type, such as a number of the settings, means now. */
  const timeOf = (value: GoValue, types: readonly string[]): GoTime => {
    if (value instanceof GoTime) return value
    return value instanceof GoInt && types.includes(value.type) ? new GoTime(Number(value.value), 0, home) : now()
  }
  const inZone = (layout: string, value: GoValue, zone: string): string => {
    return formatTime(timeOf(value, ['int64', 'int', 'int32']).in(loadZone(zone, home) ?? UTC), layout)
  }
  const dateInZone = fn(['string', 'any', 'string'], inZone)
  const dateModify = fn(['string', 'time'], (text, time) => {
    const duration = parseNanoseconds(text)
    return typeof duration === 'string' ? time : time.add(duration)
  })
  const mustDateModify = fn(['string', 'time'], (text, time) => {
    const duration = parseNanoseconds(text)
    if (typeof duration === 'string') throw new GoError(`${duration} ${quoteBytes(text)}`)
    return time.add(duration)
  })
  return {
    now: fn([], now),
    date: fn(['string', 'any'], (layout, value) => inZone(layout, value, 'Local')),
    dateInZone,
    date_in_zone: dateInZone,
    htmlDate: fn(['any'], (value) => inZone(HTML_DATE, value, 'Local')),
    htmlDateInZone: fn(['any', 'string'], (value, zone) => inZone(HTML_DATE, value, zone)),
    dateModify,
    date_modify: dateModify,
    mustDateModify,
    must_date_modify: mustDateModify,
    toDate: fn(['string', 'string'], (layout, text) => {
      try {
        return parseTime(layout, text, home)
      } catch (error) {
        if (error instanceof GoError) return zeroTime()
        throw error
      }
    }),
    mustToDate: fn(['string', 'string'], (layout, text) => parseTime(layout, text, home)),
    unixEpoch: fn(['time'], ({ seconds }) => String(seconds)),
    ago: fn(['any'], (value) => formatDuration(roundDuration(now().since(timeOf(value, ['int64', 'int'])), SECOND))),
    duration: fn(['any'], (value) => formatDuration(BigInt.asIntN(64, secondsOf(value) * SECOND))),
    durationRound: fn(['any'], (value) => largestUnit(lengthOf(value, now))),
  }
}

function secondsOf(value: GoValue): bigint {
  if (typeof value === 'string') return parseInt64(value, 10) ?? 0n
  return value instanceof GoInt && value.type === 'int64' ? value.value : 0n
}

function lengthOf(value: GoValue, now: () => GoTime): bigint {
  if (value instanceof GoTime) return now().since(value)
  if (value instanceof GoInt && value.type === 'int64') return value.value
  const parsed = typeof value === 'string' ? parseNanoseconds(value) : 0n
  return typeof parsed === 'string' ? 0n : parsed
}

const HOUR = 3600n * SECOND
const UNITS: readonly (readonly [string, bigint])[] = [
  ['y', HOUR * 24n * 365n],
  ['mo', HOUR * 24n * 30n],
  ['d', HOUR * 24n],
  ['h', HOUR],
  ['m', 60n * SECOND],
  ['s', SECOND],
]

/** `2h` of 2h 10m; a length of exactly one unit shows the smaller one. */
function largestUnit(length: bigint): string {
  const size = length < 0n ? -length : length
  const unit = UNITS.find(([, scale]) => size > scale)
  return unit === undefined ? '0s' : `${size / unit[1]}${unit[0]}`
}
