// Go's time layouts: a moment as `Mon, 02 Jan 2006 15:04:05 -0700`.

import type { Civil } from './civil.ts'
import type { Zone } from './time-zone.ts'

export const MONTHS = 'January February March April May June July August September October November December'.split(' ')
export const WEEKDAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ')

/** What stands for something in a layout. */
const ELEMENT =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|002|0[1-6]|15|1|2006|2|__2|_2|3|4|5|PM|pm|[-Z]07(?::00:00|0000|:00|00)?|[.,](?:0+|9+)(?![0-9])/g

/** A layout cut into texts that stand for themselves and elements. */
export interface LayoutPart {
  /** What stands before the element. */
  readonly prefix: string
  /** Null: the end. */
  readonly element: string | null
}

export function splitLayout(layout: string): LayoutPart[] {
  const parts: LayoutPart[] = []
  let end = 0
  for (const match of layout.matchAll(ELEMENT)) {
    const isYear = match[0] === '_2' && layout.startsWith('006', match.index + 2)
    if (match.index < end) continue
    const start = isYear ? match.index + 1 : match.index
    const element = isYear ? '2006' : match[0]
    parts.push({ prefix: layout.slice(end, start), element })
    end = start + element.length
  }
  parts.push({ prefix: layout.slice(end), element: null })
  return parts
}

/** What is written of a time. */
export interface Moment {
  readonly civil: Civil
  /** Since 1970, whole. */
  readonly seconds: number
  /** 0 to 999,999,999 */
  readonly nanoseconds: number
  readonly zone: Zone
}

/** Splits the layout once. */
export function compileTimeLayout(layout: string): (time: Moment) => string {
  const parts = splitLayout(layout)
  return function writeTime(time) {
    let text = ''
    for (const { prefix, element } of parts) text += prefix + (element === null ? '' : formatElement(time, element))
    return text
  }
}

/** `time.Format`. */
export function formatTime(time: Moment, layout: string): string {
  return compileTimeLayout(layout)(time)
}

function formatElement(time: Moment, element: string): string {
  const { civil } = time
  switch (element) {
    case '2006':
      return `${civil.year < 0 ? '-' : ''}${padded(Math.abs(civil.year), 4)}`
    case '06':
      return padded(Math.abs(civil.year) % 100, 2)
    case 'January':
    case 'Jan':
      return (MONTHS[civil.month - 1] ?? '').slice(0, element === 'Jan' ? 3 : undefined)
    case 'Monday':
    case 'Mon':
      return (WEEKDAYS[civil.weekday] ?? '').slice(0, element === 'Mon' ? 3 : undefined)
    case '1':
    case '01':
      return padded(civil.month, element.length)
    case '2':
    case '02':
      return padded(civil.day, element.length)
    case '_2':
      return String(civil.day).padStart(2)
    case '__2':
      return String(civil.yearDay).padStart(3)
    case '002':
      return padded(civil.yearDay, 3)
    default:
      return formatClock(time, element)
  }
}

function formatClock(time: Moment, element: string): string {
  const { civil } = time
  switch (element) {
    case '15':
      return padded(civil.hour, 2)
    case '3':
    case '03':
      return padded(civil.hour % 12 === 0 ? 12 : civil.hour % 12, element.length)
    case '4':
    case '04':
      return padded(civil.minute, element.length)
    case '5':
    case '05':
      return padded(civil.second, element.length)
    case 'PM':
      return civil.hour >= 12 ? 'PM' : 'AM'
    case 'pm':
      return civil.hour >= 12 ? 'pm' : 'am'
    case 'MST':
      return formatAbbreviation(time)
    default:
      return element.startsWith('.') || element.startsWith(',') ? formatFraction(time, element) : formatOffset(time, element)
  }
}

function formatAbbreviation(time: Moment): string {
  const { abbreviation, offset } = time.zone.at(time.seconds)
  if (abbreviation !== '') return abbreviation
  const minutes = Math.abs(Math.trunc(offset / 60))
  return `${offset < 0 ? '-' : '+'}${padded(Math.trunc(minutes / 60), 2)}${padded(minutes % 60, 2)}`
}

function formatFraction({ nanoseconds }: Moment, element: string): string {
  const digits = padded(nanoseconds, 9).slice(0, element.length - 1)
  if (element.charAt(1) === '0') return element.charAt(0) + digits.padEnd(element.length - 1, '0')
  const short = digits.replace(/0+$/, '')
  return short === '' ? '' : element.charAt(0) + short
}

function formatOffset(time: Moment, element: string): string {
  const { offset } = time.zone.at(time.seconds)
  if (element.startsWith('Z') && offset === 0) return 'Z'
  const size = Math.abs(offset)
  const colon = element.includes(':') ? ':' : ''
  let text = `${offset < 0 ? '-' : '+'}${padded(Math.trunc(size / 3600), 2)}`
  if (element.length > 3) text += colon + padded(Math.trunc(size / 60) % 60, 2)
  if (element.length > 6) text += colon + padded(size % 60, 2)
  return text
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
