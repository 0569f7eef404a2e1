// Request targets and queries with the rules of Go's net/url, which backends see in every path. Whole addresses: url-parts.ts.

import { compareText, encodeText } from './text.ts'
import {
  badEscape,
  checkControls,
  escapeBytes,
  escapeText,
  findBadEscape,
  isEncodedPath,
  percent,
  unescapeBytes,
  unescapeText,
} from './url-escape.ts'

/** What may stand in a path unescaped without a second look. */
const PLAIN_PATH = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]*$/
/** What stands between encoded slashes. */
const BETWEEN_SLASHES = /(?:[^%]|%(?!2f))+/gi
const PLAIN_QUERY = /^[\u0021-\u007e]*$/

/**
 * The request target for a path with an optional query as it was put together from texts: what is unsafe in the path is
 * escaped as Go's URL.EscapedPath does, a fragment is cut off. Throws a UrlError when Go would not parse it.
 */
export function encodeTarget(text: string): string {
  checkControls(text)
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
  const bad = findBadEscape(path)
  if (bad !== null) throw badEscape(bad)
  if (isEncodedPath(path)) return path
  return path.replaceAll(BETWEEN_SLASHES, encodeAnew)
}

function encodeAnew(text: string): string {
  return escapeBytes(unescapeBytes(encodeText(text)), 'path')
}

/** A path that is decoded, encoded as Go does: a `%` in it is a character like any other. */
export function encodePath(path: string): string {
  return escapeText(path, 'path')
}

function escapeQueryText(query: string): string {
  let escaped = ''
  for (const byte of encodeText(query)) escaped += byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : percent(byte)
  return escaped
}

/** Go's url.QueryEscape: letters, digits and `-_.~` stay, a blank becomes `+`. */
export function escapeQueryComponent(text: string): string {
  if (/^[A-Za-z0-9\-_.~]*$/.test(text)) return text
  // a blank is escaped by itself, a plus is not kept
  return escapeText(text, 'query').replaceAll('%20', '+')
}

/** Go's url.Values.Encode: sorted by name. */
export function encodeQuery(query: ReadonlyMap<string, readonly string[]>): string {
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

/** Go's url.ParseQuery, dropping malformed pairs (a bad escape, a semicolon). They are added to `query`. */
export function parseQuery(raw: string, query = new Map<string, string[]>()): Map<string, string[]> {
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

/** Go's url.PathUnescape; null when an escape is malformed. */
export function unescapePercent(text: string): string | null {
  if (!text.includes('%')) return text
  return findBadEscape(text) === null ? unescapeText(text) : null
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

/** Null for what is no URL with http or https. */
export function parseHttpUrl(text: string): URL | null {
  const url = URL.parse(text)
  return url !== null && /^https?:$/.test(url.protocol) ? url : null
}
