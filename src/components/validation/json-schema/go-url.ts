// What Go's net/url takes for an address, and two more rules of the original's library. Knows nothing of formats and schemas.

import { isIpv6 } from './addresses.ts'

/** The parts of an address that formats look at. */
export interface GoUrl {
  readonly hasScheme: boolean
  /** Still escaped; empty where the scheme is followed by no slash. */
  readonly path: string
}

// oxlint-disable-next-line no-control-regex -- Go refuses them first
const CONTROL = /[\x00-\x1f\x7f]/
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]*):/
const BROKEN_ESCAPE = /%(?![\da-fA-F]{2})/
const USER = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/
const PORT = /^(?::\d*)?$/
/** ASCII that may stand in a host; what is beyond ASCII may as well. */
const HOST = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]|[^\0-\x7f]|%25|%[89a-fA-F][\da-fA-F])*$/

/** Null for what is none. */
export function parseGoUrl(text: string): GoUrl | null {
  if (CONTROL.test(text) || text.startsWith(':')) return null
  const [whole = '', ...fragment] = text.split('#')
  if (BROKEN_ESCAPE.test(fragment.join('#'))) return null
  const scheme = SCHEME.exec(whole)?.[0] ?? ''
  const rest = whole.slice(scheme.length).split('?', 1)[0] as string
  const hasScheme = scheme !== ''
  if (!rest.startsWith('/')) {
    if (hasScheme) return { hasScheme, path: '' }
    // compat: what has no scheme does not begin with something like one
    if ((rest.split('/', 1)[0] as string).includes(':')) return null
  }
  const hasAuthority = rest.startsWith('//') && (hasScheme || !rest.startsWith('///'))
  const slash = hasAuthority ? rest.indexOf('/', 2) : 0
  const path = slash < 0 ? '' : rest.slice(slash)
  if (BROKEN_ESCAPE.test(path)) return null
  return hasAuthority && !isAuthority(rest.slice(2, slash < 0 ? undefined : slash)) ? null : { hasScheme, path }
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (!USER.test(user) || BROKEN_ESCAPE.test(user)) return false
  return isHost(authority.slice(at + 1))
}

function isHost(host: string): boolean {
  if (!host.startsWith('[')) {
    const colon = host.lastIndexOf(':')
    const name = colon < 0 ? host : host.slice(0, colon)
    // an address of IPv6 needs brackets
    return (colon < 0 || PORT.test(host.slice(colon))) && !name.includes(':') && HOST.test(name)
  }
  const end = host.lastIndexOf(']')
  return end > 0 && PORT.test(host.slice(end + 1)) && isBracketed(host.slice(1, end))
}

/** What may stand in brackets; a colon makes it an address, which must be a right one. */
function isBracketed(inner: string): boolean {
  return inner.includes(':') ? isIpv6(inner) : HOST.test(inner)
}
