// A URL or a reference to one, read as Go's url.Parse does, and paths resolved as it does. Knows nothing of requests.

import { findBadEscape } from './url-escape.ts'
import { escapePath, unescapePercent } from './url.ts'
import { quote } from './quote.ts'

/** The parts of a URL as it is written, still encoded but for what its docs say. */
export interface Reference {
  /** Lower case; empty in a relative one. */
  readonly scheme: string
  /** What stands in place of authority and path in `mailto:x`; empty otherwise. */
  readonly opaque: string
  /** `user:password`, decoded; null without. */
  readonly userInfo: string | null
  /** With its port; empty without authority. */
  readonly host: string
  /** Encoded as it goes on the wire. */
  readonly path: string
  /** As written, without the `?`; null without one. */
  readonly query: string | null
}

// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const CONTROL = /[\u0000-\u001f\u007f]/
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):(.*)$/s
const USER_INFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/
const NO_HOST_CHARACTER = /[^A-Za-z0-9\-._~!$&'()*+,;=:[\]<>"%\u0080-\uffff]/
const PORT = /^(?::\d*)?$/
/** Only bytes beyond ASCII may be escaped in a host. */
const HOST_ESCAPE = /%(?![89A-Fa-f][0-9A-Fa-f]).{0,2}/s

/** Throws an Error in Go's words for what is no URL. */
export function parseReference(text: string): Reference {
  const [whole, fragment] = cut(text, '#')
  refuseBadEscape(fragment ?? '')
  if (CONTROL.test(whole)) throw new Error('net/url: invalid control character in URL')
  if (whole.startsWith(':')) throw new Error('missing protocol scheme')
  const [, scheme = '', behind = whole] = SCHEME.exec(whole) ?? []
  const [rest, query] = cut(behind, '?')
  const parts = { scheme: scheme.toLowerCase(), opaque: '', userInfo: null, host: '', path: '', query }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...parts, opaque: rest }
    if ((rest.split('/', 1)[0] as string).includes(':')) throw new Error('first path segment in URL cannot contain colon')
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) return { ...parts, path: readPath(rest) }
  const slash = rest.indexOf('/', 2)
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash)
  const at = authority.lastIndexOf('@')
  return {
    ...parts,
    userInfo: at < 0 ? null : readUserInfo(authority.slice(0, at)),
    host: readHost(authority.slice(at + 1)),
    path: slash < 0 ? '' : readPath(rest.slice(slash)),
  }
}

/** Go's resolvePath: an encoded path, from the place of another; `.` and `..` are resolved, but not where they are escaped. */
export function resolvePath(base: string, path: string): string {
  const whole = path === '' ? base : path.startsWith('/') ? path : base.slice(0, base.lastIndexOf('/') + 1) + path
  if (whole === '') return ''
  const kept: string[] = []
  const segments = (whole.startsWith('/') ? whole.slice(1) : whole).split('/')
  for (const segment of segments) {
    if (segment === '..') kept.pop()
    else if (segment !== '.') kept.push(segment)
  }
  const last = segments.at(-1)
  const endsOpen = (last === '.' || last === '..') && kept.length > 0
  return `/${kept.join('/')}${endsOpen ? '/' : ''}`
}

function cut(text: string, mark: string): [before: string, after: string | null] {
  const at = text.indexOf(mark)
  return at < 0 ? [text, null] : [text.slice(0, at), text.slice(at + 1)]
}

function refuseBadEscape(text: string): void {
  const bad = findBadEscape(text)
  if (bad !== null) throw new Error(`invalid URL escape "${bad}"`)
}

function readPath(path: string): string {
  refuseBadEscape(path)
  return escapePath(path)
}

function readUserInfo(text: string): string {
  if (!USER_INFO.test(text)) throw new Error('net/url: invalid userinfo')
  refuseBadEscape(text)
  const decoded = unescapePercent(text) as string
  return text.includes(':') ? decoded : `${decoded}:`
}

function readHost(text: string): string {
  const isAddress = text.startsWith('[')
  const end = isAddress ? text.lastIndexOf(']') + 1 : text.lastIndexOf(':')
  if (isAddress && end === 0) throw new Error("missing ']' in host")
  const port = end < 0 ? '' : text.slice(end)
  if (!PORT.test(port)) throw new Error(`invalid port ${quote(port)} after host`)
  const wrong = NO_HOST_CHARACTER.exec(text)
  if (wrong !== null) throw new Error(`invalid character ${quote(wrong[0])} in host name`)
  const badEscape = isAddress ? null : HOST_ESCAPE.exec(text)
  if (badEscape !== null) throw new Error(`invalid URL escape "${badEscape[0]}"`)
  return isAddress ? text : (unescapePercent(text) as string)
}
