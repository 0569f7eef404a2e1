// Go's url.Parse and URL.String: parts of a whole address, and the address of parts. Targets and queries of requests: url.ts.

import { GoError } from './function.ts'
import { quote } from './quote.ts'
import { encodeText } from './text.ts'
import {
  badEscape,
  checkControls,
  checkEscapes,
  escapeBytes,
  escapeText,
  findBadEscape,
  isEncodedPath,
  unescapeText,
  UrlError,
  type UrlPart,
} from './url-escape.ts'

/** ASCII that stands in no host; a percent sign begins an escape. */
const WRONG_IN_HOST = /[^\u0080-\uFFFF%A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/

export interface GoUrl {
  readonly scheme: string
  readonly opaque: string
  /** As it stands before the `@`, escaped anew; null when there is none. */
  readonly userinfo: string | null
  readonly host: string
  readonly path: string
  /** The path as it was written, when that differs from the usual form. */
  readonly rawPath: string
  readonly query: string
  /** Whether a question mark stands before an empty query. */
  readonly forceQuery: boolean
  readonly fragment: string
}

/** Throws a GoError: `parse "…": …`. */
export function parseUrl(text: string): GoUrl {
  const hash = text.indexOf('#')
  const address = hash < 0 ? text : text.slice(0, hash)
  const url = inWordsOfParse(address, () => parseWithoutFragment(address))
  return hash < 0 ? url : { ...url, fragment: inWordsOfParse(text, () => unescape(text.slice(hash + 1), 'fragment')) }
}

function inWordsOfParse<T>(text: string, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (!(error instanceof UrlError)) throw error
    throw new GoError(`parse ${quote(text)}: ${error.message}`)
  }
}

function parseWithoutFragment(text: string): GoUrl {
  checkControls(text)
  const { scheme, rest: afterScheme } = splitScheme(text)
  const question = afterScheme.indexOf('?')
  const query = question < 0 ? '' : afterScheme.slice(question + 1)
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question)
  const forceQuery = question >= 0 && query === ''
  const empty: GoUrl = { scheme, opaque: '', userinfo: null, host: '', path: '', rawPath: '', query, forceQuery, fragment: '' }
  if (text === '*') return { ...empty, path: '*' }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, opaque: rest }
    const [segment = ''] = rest.split('/')
    if (segment.includes(':')) throw new UrlError('first path segment in URL cannot contain colon')
  }
  let userinfo: string | null = null
  let host = ''
  if ((scheme !== '' || !rest.startsWith('///')) && rest.startsWith('//')) {
    const slash = rest.indexOf('/', 2)
    const authority = rest.slice(2, slash < 0 ? undefined : slash)
    rest = slash < 0 ? '' : rest.slice(slash)
    ;({ userinfo, host } = parseAuthority(authority))
  }
  const path = unescape(rest, 'path')
  return { ...empty, userinfo, host, path, rawPath: escapeText(path, 'path') === rest ? '' : rest }
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(':')) throw new UrlError('missing protocol scheme')
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)
  return match?.[1] === undefined ? { scheme: '', rest: text } : { scheme: match[1].toLowerCase(), rest: text.slice(match[0].length) }
}

function parseAuthority(authority: string): { userinfo: string | null; host: string } {
  const at = authority.lastIndexOf('@')
  const host = parseHost(authority.slice(at + 1))
  if (at < 0) return { userinfo: null, host }
  const userinfo = authority.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new UrlError('net/url: invalid userinfo')
  const colon = userinfo.indexOf(':')
  if (colon < 0) return { userinfo: escapeText(unescape(userinfo, 'user'), 'user'), host }
  const [name, password] = [userinfo.slice(0, colon), userinfo.slice(colon + 1)].map((part) => escapeText(unescape(part, 'user'), 'user'))
  return { userinfo: `${name}:${password}`, host }
}

function parseHost(host: string): string {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']')
    if (end < 0) throw new UrlError("missing ']' in host")
    checkPort(host.slice(end + 1))
    const zone = host.slice(0, end).indexOf('%25')
    if (zone >= 0) return unescape(host.slice(0, zone), 'host') + unescapeZone(host.slice(zone, end)) + unescape(host.slice(end), 'host')
    return unescape(host, 'host')
  }
  const colon = host.lastIndexOf(':')
  if (colon >= 0) checkPort(host.slice(colon))
  return unescape(host, 'host')
}

function checkPort(port: string): void {
  if (!/^(?::\d*)?$/.test(port)) throw new UrlError(`invalid port ${quote(port)} after host`)
}

function unescape(text: string, part: UrlPart): string {
  checkEscapes(text)
  if (part === 'host') {
    // bytes beyond ASCII may be escaped, and the percent sign; the rest of ASCII stands for itself
    const escaped = /%(?!25)[0-7][0-9a-f]/i.exec(text)
    if (escaped !== null) throw badEscape(escaped[0])
    checkHostCharacters(text)
  }
  return unescapeText(text)
}

/** What stands behind the address in brackets: a blank and what a host may have can be escaped. */
function unescapeZone(text: string): string {
  checkEscapes(text)
  checkHostCharacters(text)
  for (const [escape] of text.matchAll(/%(?!25|20)[0-9a-f]{2}/gi)) {
    if (escapeBytes(Buffer.from(escape.slice(1), 'hex'), 'host').startsWith('%')) throw badEscape(escape)
  }
  return unescapeText(text)
}

function checkHostCharacters(text: string): void {
  const wrong = WRONG_IN_HOST.exec(text)
  if (wrong !== null) throw new UrlError(`invalid character ${quote(wrong[0])} in host name`)
}

/** The Authorization that net/http makes of `userinfo`: `Basic …`. */
export function basicCredentials(userinfo: string): string {
  const credentials = unescapeUserinfo(userinfo.includes(':') ? userinfo : `${userinfo}:`)
  return `Basic ${encodeText(credentials).toString('base64')}`
}

/** A text with a percent sign that escapes nothing, which no URL of Go's has, means what it says. */
export function unescapeUserinfo(text: string): string {
  return findBadEscape(text) === null ? unescapeText(text) : text
}

/** The address without user and password. security: those are nobody's to read. */
export function withoutUserinfo(address: string): string {
  return address.replace(/^([^/]*\/\/)[^/]*@/, '$1')
}

/** The path as it was written. */
export function writtenPath({ path, rawPath }: GoUrl): string {
  if (rawPath !== '') return rawPath
  return path === '*' ? path : escapeText(path, 'path')
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

/** The host without its port and brackets. */
export function hostnameOf(host: string): string {
  return withoutBrackets(host.replace(/:\d*$/, ''))
}

/** `[::1]` as the address that it is. */
export function withoutBrackets(host: string): string {
  return host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host
}

/** `URL.String()` */
export function formatUrl({ scheme, opaque, userinfo, host, path, rawPath, query, forceQuery, fragment }: GoUrl): string {
  let text = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') text += opaque
  else {
    if (scheme !== '' || host !== '' || userinfo !== null) {
      if (host !== '' || path !== '' || userinfo !== null) text += '//'
      if (userinfo !== null) text += `${userinfo}@`
      if (host !== '') text += escapeText(host, 'host')
    }
    const shown =
      rawPath !== '' && isEncodedPath(rawPath) && unescapeText(rawPath) === path ? rawPath : path === '*' ? '*' : escapeText(path, 'path')
    if (shown !== '' && !shown.startsWith('/') && host !== '') text += '/'
    // a first segment with a colon would read as a scheme
    if (text === '' && (shown.split('/')[0] ?? '').includes(':')) text += './'
    text += shown
  }
  if (forceQuery || query !== '') text += `?${query}`
  return fragment === '' ? text : `${text}#${escapeText(fragment, 'fragment')}`
}
