// Cookies with the rules of Go's net/http: which are read, and how they are written. Knows nothing of messages.

import { isToken } from '../../../go/header-name.ts'

export interface Cookie {
  readonly name: string
  readonly value: string
}

/** What a Set-Cookie field says. */
export interface SetCookie extends Cookie {
  readonly path: string
  readonly domain: string
  /** null: none. */
  readonly expires: Date | null
  /** Seconds; 0 says nothing, less than 0 deletes. */
  readonly maxAge: number
  readonly secure: boolean
  readonly httpOnly: boolean
}

const VALUE = /^[\u0020\u0021\u0023-\u003a\u003c-\u005b\u005d-\u007e]*$/
const NOT_VALUE = /[^\u0020\u0021\u0023-\u003a\u003c-\u005b\u005d-\u007e]/g
const NOT_PATH = /[^\u0020-\u003a\u003c-\u007e]/g
/** A name of hosts, a leading dot allowed. */
const DOMAIN = /^\.?(?=.{1,255}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/i
const IPV4 = /^(?:\d{1,3}\.){3}\d{1,3}$/
const FIRST_YEAR = 1601

/** `name=value` for a request. */
export function writeCookie({ name, value }: Cookie): string {
  return `${name.replaceAll(/[\r\n]/g, '-')}=${writeValue(value)}`
}

/** The value of a Set-Cookie field; empty for a name that is none. */
export function writeSetCookie(cookie: SetCookie): string {
  if (!isToken(cookie.name)) return ''
  let written = writeCookie(cookie)
  const path = cookie.path.replaceAll(NOT_PATH, '')
  if (path !== '') written += `; Path=${path}`
  if (DOMAIN.test(cookie.domain) || IPV4.test(cookie.domain)) written += `; Domain=${cookie.domain.replace(/^\./, '')}`
  if (cookie.expires !== null && cookie.expires.getUTCFullYear() >= FIRST_YEAR) written += `; Expires=${cookie.expires.toUTCString()}`
  if (cookie.maxAge !== 0) written += `; Max-Age=${Math.max(cookie.maxAge, 0)}`
  if (cookie.httpOnly) written += '; HttpOnly'
  if (cookie.secure) written += '; Secure'
  return written
}

function writeValue(value: string): string {
  const clean = value.replaceAll(NOT_VALUE, '')
  return /[ ,]/.test(clean) ? `"${clean}"` : clean
}

/** The cookies of Cookie fields. */
export function readCookies(fields: readonly string[]): Cookie[] {
  return fields.flatMap((field) => field.split(';')).flatMap(readPair)
}

/** The cookies of Set-Cookie fields. */
export function readSetCookies(fields: readonly string[]): Cookie[] {
  return fields.flatMap((field) => {
    const [pair = ''] = field.split(';')
    return pair.includes('=') ? readPair(pair) : []
  })
}

/** Nothing for what is no cookie. */
function readPair(part: string): Cookie[] {
  const pair = part.trim()
  if (pair === '') return []
  const at = pair.indexOf('=')
  const name = (at < 0 ? pair : pair.slice(0, at)).trim()
  const written = at < 0 ? '' : pair.slice(at + 1)
  const isQuoted = written.length > 1 && written.startsWith('"') && written.endsWith('"')
  const value = isQuoted ? written.slice(1, -1) : written
  return isToken(name) && VALUE.test(value) ? [{ name, value }] : []
}

const RFC_3339 = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/

/** A point in time as RFC 3339 has it; null for anything else, a 30th of February among it. */
export function parseTime(text: string): Date | null {
  const parts = RFC_3339.exec(text)
  if (parts === null) return null
  const [year, month, day, hour, minute, second] = parts.slice(1).map(Number) as [number, number, number, number, number, number]
  const isDay = new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day && month >= 1 && month <= 12
  if (!isDay || hour > 23 || minute > 59 || second > 59) return null
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? null : date
}
