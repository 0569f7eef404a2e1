// The formats that KrakenD asserts, in drafts before 2019-09, as its library (santhosh-tekuri/jsonschema) reads them; all others are ignored.

import { explainRegexp } from '../../../go/regexp.ts'
import { isEmail, isHostname, isIpv4, isIpv6, parseAddress } from './addresses.ts'

type IsOfFormat = (text: string) => boolean

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/
const RELATIVE_POINTER = /^(?:0|[1-9]\d*)(?:#$|(?:\/(?:[^~/]|~[01])*)*$)/
const DURATION = /^P(?:\d+W|(?=\d|T\d)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|([+-])(\d\d):(\d\d))$/i
const DAY_MINUTES = 24 * 60
/** compat: identifiers of a pre-release may be empty. */
const SEMVER =
  /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)?(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)?)*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/
/** security: compiling a pattern takes some microseconds a character, and this one comes with a request. */
const MAX_PATTERN_LENGTH = 10_000
/** What RFC 3986 has no place for. */
const NOT_IN_URI = /[^\0-\x7f]|[<>" {}|\\^`]/

/** By name. Every one takes time linear in the length of its text. */
export const formats: ReadonlyMap<string, IsOfFormat> = new Map<string, IsOfFormat>([
  ['date', isDate],
  ['time', isTime],
  ['date-time', isDateTime],
  ['duration', (text) => DURATION.test(text)],
  ['period', isPeriod],
  ['email', isEmail],
  ['hostname', isHostname],
  ['ipv4', isIpv4],
  ['ipv6', isIpv6],
  ['json-pointer', (text) => POINTER.test(text)],
  ['relative-json-pointer', (text) => RELATIVE_POINTER.test(text)],
  ['uuid', (text) => UUID.test(text)],
  ['semver', (text) => SEMVER.test(text)],
  ['regex', isPattern],
  ['uri', (text) => !NOT_IN_URI.test(text) && isAbsolute(text)],
  ['uri-reference', (text) => !NOT_IN_URI.test(text) && parseAddress(text) !== null],
  ['iri', isAbsolute],
  ['iri-reference', (text) => parseAddress(text) !== null],
  ['uri-template', isUriTemplate],
])

function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (match === null) return false
  const [year, month, day] = match.slice(1).map(Number) as [number, number, number]
  // years below 100 would be taken for those of the 20th century; 400 years later the calendar is the same
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year + 400, month, 0)).getUTCDate()
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
  return isDate(text.slice(0, 10)) && /^t$/i.test(text.charAt(10)) && isTime(text.slice(11))
}

/** Two times, or one and a duration, with a slash between them. */
function isPeriod(text: string): boolean {
  const slash = text.indexOf('/')
  if (slash < 0) return false
  const [start, end] = [text.slice(0, slash), text.slice(slash + 1)]
  if (start.startsWith('P')) return DURATION.test(start) && isDateTime(end)
  return isDateTime(start) && (end.startsWith('P') ? DURATION.test(end) : isDateTime(end))
}

function isPattern(text: string): boolean {
  return text.length <= MAX_PATTERN_LENGTH && explainRegexp(text) === null
}

function isAbsolute(text: string): boolean {
  return (parseAddress(text)?.scheme ?? '') !== ''
}

/** compat: only braces in the path count, and what follows a `?` is no part of it. */
function isUriTemplate(text: string): boolean {
  // without braces, which are escaped usually, a path may have no unusual form
  const url = parseAddress(text)
  return url !== null && (!/[{}]/.test(url.rawPath) || url.rawPath.split('/').every(hasPairsOfBraces))
}

function hasPairsOfBraces(segment: string): boolean {
  let isOpen = false
  for (const [, brace] of decodeBraces(segment).matchAll(/([{}])/g)) {
    if ((brace === '{') === isOpen) return false
    isOpen = !isOpen
  }
  return !isOpen
}

function decodeBraces(segment: string): string {
  return segment.replaceAll(/%7b/gi, '{').replaceAll(/%7d/gi, '}')
}
