// The formats that KrakenD asserts, in drafts before 2019-09; all others are ignored. Knows nothing of schemas.

import { fullFormats } from 'ajv-formats/dist/formats.js'
import type { Format } from 'ajv'

const LIBRARY = [
  'date',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'json-pointer',
  'relative-json-pointer',
  'uri',
  'uri-reference',
  'uri-template',
  'uuid',
] as const

const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i
const DAY_MINUTES = 24 * 60
const AUTHORITY = /^(?:[a-z][a-z0-9+.-]*:)?\/\/(?:[^/?#]*@)?([^/?#]*)/i
const COLON_IN_FIRST_SEGMENT = /^(?![a-z][a-z0-9+.-]*:)[^/?#]*:/i

export const formats: ReadonlyMap<string, Format> = new Map<string, Format>([
  ...LIBRARY.map((name) => [name, fullFormats[name]] as const),
  ['time', isTime],
  ['date-time', isDateTime],
  ['uri', (text: string) => isOfFormat(fullFormats.uri, text) && isGoUrl(text)],
  ['uri-reference', (text: string) => isOfFormat(fullFormats['uri-reference'], text) && isGoUrl(text)],
])

/** Whether a text has a format in one of the forms in which ajv takes them. */
export function isOfFormat(format: unknown, text: string): boolean {
  if (format instanceof RegExp) return format.test(text)
  if (typeof format === 'function') return (format as (value: string) => boolean)(text)
  if (typeof format === 'object' && format !== null && 'validate' in format) return isOfFormat(format.validate, text)
  return true
}

/** RFC 3339 with an offset of hours and minutes; a leap second where it may be one. */
function isTime(text: string): boolean {
  const match = TIME.exec(text)
  if (match === null) return false
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const [offsetHour, offsetMinute] = [Number(match[5] ?? 0), Number(match[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 60 || offsetHour > 23 || offsetMinute > 59) return false
  const offset = (offsetHour * 60 + offsetMinute) * (match[4] === '-' ? -1 : 1)
  return second < 60 || (hour * 60 + minute - offset + DAY_MINUTES) % DAY_MINUTES === DAY_MINUTES - 1
}

function isDateTime(text: string): boolean {
  return isOfFormat(fullFormats.date, text.slice(0, 10)) && /^t$/i.test(text.charAt(10)) && isTime(text.slice(11))
}

/** compat: two rules of Go's URL parser: ports are numbers, and what has no scheme does not begin with something like one. */
function isGoUrl(text: string): boolean {
  const host = AUTHORITY.exec(text)?.[1] ?? ''
  const port = host.startsWith('[') ? host.slice(host.indexOf(']') + 1) : (/:[^:]*$/.exec(host)?.[0] ?? '')
  return /^(?::\d*)?$/.test(port) && !COLON_IN_FIRST_SEGMENT.test(text)
}
