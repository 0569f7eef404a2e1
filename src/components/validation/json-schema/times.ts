// Dates, times and durations of RFC 3339 by the rules of the original's library, and its words for what is none. Knows nothing of schemas.

import { GoError } from '../../../go/function.ts'
import { explainInteger } from '../../../go/number.ts'
import { quoteRune } from '../../../go/quote.ts'
import { bytesOfText, encodeText, sliceBytes } from '../../../go/text.ts'
import { parseTime } from '../../../go/time-parse.ts'
import { UTC } from '../../../go/time-zone.ts'

const DATE_LENGTH = 10
const CLOCK_LENGTH = 8
const OFFSET_LENGTH = 6
const MIN_TIME_LENGTH = 9
const MIN_DATE_TIME_LENGTH = 20
const DAY_MINUTES = 24 * 60
const UNITS = ['YMD', 'HMS']
const ELEMENT = /(\d*)(\D?)/uy
const PLAIN_DAY = String.raw`\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])`
const PLAIN_CLOCK = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)`
/** perf: nearly every value looks like this, and need not be read part by part. */
const PLAIN_DATE = new RegExp(`^${PLAIN_DAY}$`)
const PLAIN_TIME = new RegExp(`^${PLAIN_CLOCK}$`)
const PLAIN_DATE_TIME = new RegExp(`^${PLAIN_DAY}[Tt]${PLAIN_CLOCK}$`)

export function explainDate(text: string): string | null {
  if (PLAIN_DATE.test(text)) return null
  try {
    parseTime('2006-01-02', text, UTC)
    return null
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    return error.message
  }
}

/** With an offset of hours and minutes, and a leap second where it may be one. */
export function explainTime(text: string): string | null {
  return PLAIN_TIME.test(text) ? null : explainClock(bytesOfText(text))
}

function explainClock(bytes: string): string | null {
  if (bytes.length < MIN_TIME_LENGTH) return 'less than 9 characters long'
  if (bytes[2] !== ':' || bytes[5] !== ':') return 'missing colon in correct place'
  const clock = readNumbers(bytes.slice(0, CLOCK_LENGTH), 3, 'hour/min/sec')
  if (typeof clock === 'string') return clock
  const [hour = 0, minute = 0, second = 0] = clock
  if (hour > 23 || minute > 59 || second > 60) return 'hour/min/sec out of range'
  const [fraction = ''] = /^(?:\.\d*)?/.exec(bytes.slice(CLOCK_LENGTH)) ?? []
  if (fraction === '.') return 'no digits in second fraction'
  const offset = readOffset(bytes.slice(CLOCK_LENGTH + fraction.length))
  if (typeof offset === 'string') return offset
  const minutes = (hour * 60 + minute - offset + DAY_MINUTES) % DAY_MINUTES
  return second === 60 && minutes !== DAY_MINUTES - 1 ? 'invalid leap second' : null
}

/** Minutes, or what is wrong with it. */
function readOffset(text: string): number | string {
  if (text === 'Z' || text === 'z') return 0
  if (text.length !== OFFSET_LENGTH) return 'offset must be 6 characters long'
  const [sign, ...rest] = text
  if (sign !== '+' && sign !== '-') return 'offset must begin with plus/minus'
  if (rest[2] !== ':') return 'missing colon in offset in correct place'
  const numbers = readNumbers(rest.join(''), 2, 'hour/min in offset')
  if (typeof numbers === 'string') return numbers
  const [hours = 0, minutes = 0] = numbers
  if (hours > 23 || minutes > 59) return 'hour/min in offset out of range'
  return (hours * 60 + minutes) * (sign === '-' ? -1 : 1)
}

/** So many numbers with colons between them. compat: each may have a sign. */
function readNumbers(text: string, count: number, what: string): number[] | string {
  const parts = text.split(':')
  const numbers: number[] = []
  for (const part of [...parts.slice(0, count - 1), parts.slice(count - 1).join(':')]) {
    if (explainInteger(part) !== null) return `invalid ${what}`
    if (Number(part) < 0) return `non-positive ${what}`
    numbers.push(Number(part))
  }
  return numbers
}

export function explainDateTime(text: string): string | null {
  if (PLAIN_DATE_TIME.test(text)) return null
  const bytes = bytesOfText(text)
  if (bytes.length < MIN_DATE_TIME_LENGTH) return 'less than 20 characters long'
  if (bytes[DATE_LENGTH] !== 'T' && bytes[DATE_LENGTH] !== 't') return '11th character must be t or T'
  const wrongDate = explainDate(sliceBytes(text, 0, DATE_LENGTH))
  if (wrongDate !== null) return `invalid date element: ${wrongDate}`
  const wrongTime = explainClock(bytes.slice(DATE_LENGTH + 1))
  return wrongTime === null ? null : `invalid time element: ${wrongTime}`
}

/** `P1Y2M3DT4H5M6S`, `P4W` */
export function explainDuration(text: string): string | null {
  if (!text.startsWith('P')) return 'must start with P'
  const rest = text.slice(1)
  if (rest === '') return 'nothing after P'
  if (rest === 'W') return 'no number in week'
  if (rest.endsWith('W')) return /^\d+W$/.test(rest) ? null : 'invalid week'
  for (const [index, part] of rest.split('T', UNITS.length + 1).entries()) {
    if (index > 0 && part === '') return 'no time elements'
    const units = UNITS[index]
    if (units === undefined) return 'more than one T'
    const problem = explainElements(part, units)
    if (problem !== null) return problem
  }
  return null
}

/** Numbers, each with one of the units, in their order. */
function explainElements(text: string, units: string): string | null {
  let next = 0
  for (let at = 0; at < text.length;) {
    ELEMENT.lastIndex = at
    const [all = '', digits = '', unit = ''] = ELEMENT.exec(text) ?? []
    at += all.length
    if (digits === '') return 'missing number'
    if (unit === '') return 'missing unit'
    const found = units.indexOf(unit, next)
    if (found < 0)
      return units.includes(unit) ? `unit ${quoteRune(unit.charCodeAt(0))} out of order` : `invalid unit ${quoteRune(firstByte(unit))}`
    next = found + 1
  }
  return null
}

/** Two moments, or one and a duration, with a slash between them. */
export function explainPeriod(text: string): string | null {
  const slash = text.indexOf('/')
  if (slash < 0) return 'missing slash'
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)]
  const beginsLong = start.startsWith('P')
  return explainPart('start', start, beginsLong) ?? explainPart('end', end, !beginsLong && end.startsWith('P'))
}

function explainPart(which: 'start' | 'end', text: string, isDuration: boolean): string | null {
  const problem = isDuration ? explainDuration(text) : explainDateTime(text)
  return problem === null ? null : `invalid ${which} ${isDuration ? 'duration' : 'date-time'}: ${problem}`
}

function firstByte(text: string): number {
  return encodeText(text)[0] ?? 0
}
