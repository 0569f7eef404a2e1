// Go's net/url: parts of an address, and the address of parts.

import { GoError } from './function.ts'
import { quote } from './quote.ts'
import { decodeText, encodeText } from './text.ts'

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
  readonly fragment: string
}

/** Characters that stay as they are in a part. */
const KEPT = {
  path: /[A-Za-z0-9\-_.~$&+,/:;=@]/,
  user: /[A-Za-z0-9\-_.~$&+,;=]/,
  fragment: /[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/,
  host: /[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/,
} as const

type Part = keyof typeof KEPT

/** Throws a GoError: `parse "…": …`. */
export function parseUrl(text: string): GoUrl {
  try {
    const hash = text.indexOf('#')
    const url = parseWithoutFragment(hash < 0 ? text : text.slice(0, hash))
    return hash < 0 ? url : { ...url, fragment: unescape(text.slice(hash + 1), 'fragment') }
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    throw new GoError(`parse ${quote(text)}: ${error.message}`)
  }
}

function parseWithoutFragment(text: string): GoUrl {
  if (/[\0-\x1F\x7F]/.test(text)) throw new GoError('net/url: invalid control character in URL')
  const { scheme, rest: afterScheme } = splitScheme(text)
  const question = afterScheme.indexOf('?')
  const query = question < 0 ? '' : afterScheme.slice(question + 1)
  let rest = question < 0 ? afterScheme : afterScheme.slice(0, question)
  const empty: GoUrl = { scheme, opaque: '', userinfo: null, host: '', path: '', rawPath: '', query, fragment: '' }
  if (text === '*') return { ...empty, path: '*' }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return { ...empty, opaque: rest }
    const [segment = ''] = rest.split('/')
    if (segment.includes(':')) throw new GoError('first path segment in URL cannot contain colon')
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
  return { ...empty, userinfo, host, path, rawPath: escape(path, 'path') === rest ? '' : rest }
}

function splitScheme(text: string): { scheme: string; rest: string } {
  if (text.startsWith(':')) throw new GoError('missing protocol scheme')
  const match = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(text)
  return match?.[1] === undefined ? { scheme: '', rest: text } : { scheme: match[1].toLowerCase(), rest: text.slice(match[0].length) }
}

function parseAuthority(authority: string): { userinfo: string | null; host: string } {
  const at = authority.lastIndexOf('@')
  const host = parseHost(authority.slice(at + 1))
  if (at < 0) return { userinfo: null, host }
  const userinfo = authority.slice(0, at)
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(userinfo)) throw new GoError('net/url: invalid userinfo')
  const colon = userinfo.indexOf(':')
  if (colon < 0) return { userinfo: escape(unescape(userinfo, 'user'), 'user'), host }
  const [name, password] = [userinfo.slice(0, colon), userinfo.slice(colon + 1)].map((part) => escape(unescape(part, 'user'), 'user'))
  return { userinfo: `${name}:${password}`, host }
}

function parseHost(host: string): string {
  if (host.startsWith('[')) {
    const end = host.lastIndexOf(']')
    if (end < 0) throw new GoError("missing ']' in host")
    checkPort(host.slice(end + 1))
    return host
  }
  const colon = host.lastIndexOf(':')
  if (colon >= 0) checkPort(host.slice(colon))
  return unescape(host, 'host')
}

function checkPort(port: string): void {
  if (!/^(?::\d*)?$/.test(port)) throw new GoError(`invalid port ${quote(port)} after host`)
}

function unescape(text: string, part: Part): string {
  const bad = /%(?![0-9a-fA-F]{2})/.exec(text)
  if (bad !== null) throw new GoError(`invalid URL escape ${quote(text.slice(bad.index, bad.index + 3))}`)
  if (part === 'host') {
    const wrong = Array.from(text).find((character) => character < '\u0080' && character !== '%' && !KEPT.host.test(character))
    if (wrong !== undefined) throw new GoError(`invalid character ${quote(wrong)} in host name`)
  }
  if (!text.includes('%')) return text
  const bytes = text.split('%').map((piece, index) => {
    if (index === 0) return encodeText(piece)
    return Buffer.concat([Buffer.of(Number.parseInt(piece.slice(0, 2), 16)), encodeText(piece.slice(2))])
  })
  return decodeText(Buffer.concat(bytes))
}

function escape(text: string, part: Part): string {
  const kept = KEPT[part]
  return Array.from(encodeText(text), (byte) => {
    const character = String.fromCharCode(byte)
    return byte < 0x80 && kept.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  }).join('')
}

/** The host without its port and brackets. */
export function hostnameOf(host: string): string {
  const bare = host.startsWith('[') ? host.slice(0, host.indexOf(']') + 1) : host.replace(/:\d*$/, '')
  return bare.startsWith('[') ? bare.slice(1, -1) : bare
}

/** `URL.String()` */
export function formatUrl({ scheme, opaque, userinfo, host, path, rawPath, query, fragment }: GoUrl): string {
  let text = scheme === '' ? '' : `${scheme}:`
  if (opaque !== '') text += opaque
  else {
    if (scheme !== '' || host !== '' || userinfo !== null) {
      if (host !== '' || path !== '' || userinfo !== null) text += '//'
      if (userinfo !== null) text += `${userinfo}@`
      if (host !== '') text += escape(host, 'host')
    }
    const shown = rawPath !== '' && safeUnescape(rawPath) === path ? rawPath : path === '*' ? '*' : escape(path, 'path')
    if (shown !== '' && !shown.startsWith('/') && host !== '') text += '/'
    // a first segment with a colon would read as a scheme
    if (text === '' && (shown.split('/')[0] ?? '').includes(':')) text += './'
    text += shown
  }
  if (query !== '') text += `?${query}`
  return fragment === '' ? text : `${text}#${escape(fragment, 'fragment')}`
}

function safeUnescape(text: string): string | null {
  return /%(?![0-9a-fA-F]{2})/.test(text) ? null : unescape(text, 'path')
}
