// URLs and queries with the rules of Go's net/url, which backends see in every path. Knows nothing of requests.

import { GatewayError } from '../engine/errors.ts'
import { compareText } from './text.ts'
import type { Query } from '../engine/types.ts'
import { bytesOf, textOf } from './bytes.ts'

const CONTROL = /[\u0000-\u001f\u007f]/
/** What may stand in a path unescaped without a second look. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]*$/
const VALID_ENCODED_PATH = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]|%[0-9A-Fa-f]{2})*$/
/** What stands between encoded slashes. */
const BETWEEN_SLASHES = /(?:[^%]|%(?!2f))+/gi
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2}).{0,2}/s
const PLAIN_QUERY = /^[\u0021-\u007e]*$/

/**
 * The request target for a path with an optional query as it was put together from texts: what is unsafe in the path is
 * escaped as Go's URL.EscapedPath does, a fragment is cut off. Throws when Go would not parse it.
 */
export function encodeTarget(text: string): string {
  if (CONTROL.test(text)) throw invalidUrl('invalid control character in URL')
  const hash = text.indexOf('#')
  const whole = hash < 0 ? text : text.slice(0, hash)
  const mark = whole.indexOf('?')
  if (mark < 0) return escapePath(whole)
  const query = whole.slice(mark + 1)
  // KrakenD sends blanks and non-ASCII characters of a query as they are and gets a 400 for it.
  return `${escapePath(whole.slice(0, mark))}?${PLAIN_QUERY.test(query) ? query : escapeQueryText(query)}`
}

/**
 * Go's URL.EscapedPath: a path that is validly encoded stays as it is, any other is decoded and encoded anew, but for slashes.
 *
 * security: who escapes a slash wants it to stay within its segment. Go turns `..%2Fadmin`, a claim, back into `../admin` when
 * there is a blank in the parameter beside it.
 */
export function escapePath(path: string): string {
  if (PLAIN_PATH.test(path)) return path
  const bad = BAD_ESCAPE.exec(path)
  if (bad !== null) throw invalidUrl(`invalid URL escape "${bad[0]}"`)
  if (VALID_ENCODED_PATH.test(path)) return path
  return path.replaceAll(BETWEEN_SLASHES, encodeAnew)
}

function encodeAnew(text: string): string {
  return encodeBytes(unescapeBytes(text))
}

/** A path that is decoded, encoded as Go does: a `%` in it is a character like any other. */
export function encodePath(path: string): string {
  return encodeBytes(bytesOf(path))
}

function encodeBytes(bytes: Buffer): string {
  let encoded = ''
  for (const byte of bytes) encoded += isPathByte(byte) ? String.fromCharCode(byte) : percent(byte)
  return encoded
}

function invalidUrl(detail: string): GatewayError {
  return new GatewayError(`net/url: ${detail}`, { code: 'ERR_BACKEND_URL', source: 'gateway' })
}

/** Letters, digits and `-_.~$&+,/:;=@`: what Go leaves alone when it encodes a path itself. */
function isPathByte(byte: number): boolean {
  return byte < 0x80 && /[A-Za-z0-9\-_.~$&+,/:;=@]/.test(String.fromCharCode(byte))
}

function percent(byte: number): string {
  return `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`
}

function unescapeBytes(text: string): Buffer {
  const bytes = bytesOf(text)
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x25) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', i + 1, i + 3), 16)
      i += 2
    } else bytes[length++] = bytes[i] as number
  }
  return bytes.subarray(0, length)
}

function escapeQueryText(query: string): string {
  let escaped = ''
  for (const byte of bytesOf(query)) escaped += byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : percent(byte)
  return escaped
}

/** Go's url.QueryEscape: letters, digits and `-_.~` stay, a blank becomes `+`. */
export function escapeQueryComponent(text: string): string {
  if (/^[A-Za-z0-9\-_.~]*$/.test(text)) return text
  let escaped = ''
  for (const byte of bytesOf(text)) {
    const character = String.fromCharCode(byte)
    escaped += byte === 0x20 ? '+' : /[A-Za-z0-9\-_.~]/.test(character) && byte < 0x80 ? character : percent(byte)
  }
  return escaped
}

/** Go's url.Values.Encode: sorted by name. */
export function encodeQuery(query: Query): string {
  if (query.size === 0) return ''
  const names = query.size === 1 ? query.keys() : [...query.keys()].sort(compareText)
  let encoded = ''
  for (const name of names) {
    for (const value of query.get(name) as readonly string[]) {
      encoded += `${encoded === '' ? '' : '&'}${escapeQueryComponent(name)}=${escapeQueryComponent(value)}`
    }
  }
  return encoded
}

/** Go's url.ParseQuery, dropping malformed pairs (a bad escape, a semicolon). */
export function parseQuery(raw: string): Map<string, string[]> {
  const query = new Map<string, string[]>()
  for (const pair of raw.split('&')) {
    if (pair === '' || pair.includes(';')) continue
    const at = pair.indexOf('=')
    const name = unescapeQueryComponent(at < 0 ? pair : pair.slice(0, at))
    const value = at < 0 ? '' : unescapeQueryComponent(pair.slice(at + 1))
    if (name === null || value === null) continue
    const values = query.get(name)
    if (values === undefined) query.set(name, [value])
    else values.push(value)
  }
  return query
}

/** Decodes one name or value of a query; null when an escape is malformed. */
function unescapeQueryComponent(text: string): string | null {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text
  return spaced.includes('%') ? unescapePercent(spaced) : spaced
}

/** Go's url.PathUnescape; null when an escape is malformed. Bytes that are no UTF-8 stay what they are (`bytesOf`). */
export function unescapePercent(text: string): string | null {
  if (!text.includes('%')) return text
  return BAD_ESCAPE.test(text) ? null : textOf(unescapeBytes(text))
}

/** What Go says about a malformed escape in a text, null when there is none. */
export function findBadEscape(text: string): string | null {
  return BAD_ESCAPE.exec(text)?.[0] ?? null
}

/** A path as gin registers it: `//`, `.` and `..` resolved, one leading slash, a slash at its very end kept. */
export function registeredPath(path: string): string {
  const clean = cleanPath(path)
  return clean === '/' || path.endsWith('/') || !clean.endsWith('/') ? clean : clean.slice(0, -1)
}

/** Go's path.Clean as gin's cleanPath has it: `//`, `.` and `..` resolved, one leading slash, a trailing slash kept. */
export function cleanPath(path: string): string {
  const kept: string[] = []
  const segments = path.split('/')
  for (const segment of segments) {
    if (segment === '' || segment === '.') continue
    if (segment === '..') kept.pop()
    else kept.push(segment)
  }
  const last = segments.at(-1)
  if (kept.length === 0) return '/'
  return `/${kept.join('/')}${last === '' || last === '.' ? '/' : ''}`
}
