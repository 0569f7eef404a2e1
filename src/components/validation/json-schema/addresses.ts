// Addresses of machines, of people and on the web, by the rules of the original's library. Knows nothing of schemas.

import { GoError } from '../../../go/function.ts'
import { hostnameOf, parseUrl, type GoUrl } from '../../../go/url-parts.ts'

const MAX_HOSTNAME_LENGTH = 253
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/
const MAX_EMAIL_BYTES = 254
const MAX_LOCAL_BYTES = 64
const LOCAL = /^[A-Za-z0-9.!#$%&'*+\-/=?^_`{|}~]*$/
const QUOTED = /^"[^"\\]*"$/s
/** compat: Go reads signs as part of a number. */
const DECIMAL = /^(?:\d|[1-9]\d*|[+-]\d+)$/
const HEX_GROUP = /^[\da-fA-F]{1,4}$/
const PLAIN_IPV4 = /^(?:(?:0|[1-9]\d{0,2})(?:\.(?!$)|$)){4}$/

/** Labels of letters, digits and inner hyphens; a dot at the end does not count. */
export function isHostname(text: string): boolean {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  return name.length <= MAX_HOSTNAME_LENGTH && name.split('.').every((label) => LABEL.test(label))
}

/** Four numbers up to 255, without zeros in front. */
export function isIpv4(text: string): boolean {
  const groups = text.split('.', 5)
  return groups.length === 4 && groups.every((group) => DECIMAL.test(group) && Number(group) >= 0 && Number(group) <= 255)
}

/** RFC 4291, 2.2, without a zone. */
export function isIpv6(text: string): boolean {
  if (text.length > 45) return false
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return false
  const count = countGroups(head, tail === undefined) + countGroups(tail ?? '', true)
  return tail === undefined ? count === 8 : count <= 7
}

/** How many groups of 16 bits; NaN when one is wrong. The last may be an IPv4 address, which counts as two. */
function countGroups(text: string, isEnd: boolean): number {
  if (text === '') return 0
  const groups = text.split(':')
  const last = groups.at(-1) as string
  const hasIpv4 = isEnd && last.includes('.')
  if (hasIpv4 && !(PLAIN_IPV4.test(last) && isIpv4(last))) return NaN
  const hex = hasIpv4 ? groups.slice(0, -1) : groups
  return hex.every((group) => HEX_GROUP.test(group)) ? hex.length + (hasIpv4 ? 2 : 0) : NaN
}

/** A mailbox of RFC 5321, 4.1.2: `a@b`, `"john doe"@example.org`, `joe@[127.0.0.1]`, `joe@[IPv6:::1]`. */
export function isEmail(text: string): boolean {
  // security: a long text is refused before its bytes are counted
  if (text.length > MAX_EMAIL_BYTES || Buffer.byteLength(text) > MAX_EMAIL_BYTES) return false
  const at = text.lastIndexOf('@')
  return at >= 0 && isLocalPart(text.slice(0, at)) && isMailDomain(text.slice(at + 1))
}

/** compat: it may be empty. */
function isLocalPart(local: string): boolean {
  if (Buffer.byteLength(local) > MAX_LOCAL_BYTES) return false
  if (local.length > 1 && local.startsWith('"') && local.endsWith('"')) return QUOTED.test(local)
  return LOCAL.test(local) && !local.startsWith('.') && !local.endsWith('.') && !local.includes('..')
}

function isMailDomain(domain: string): boolean {
  if (!domain.startsWith('[') || !domain.endsWith(']')) return isHostname(domain)
  const address = domain.slice(1, -1)
  return address.startsWith('IPv6:') ? isIpv6(address.slice('IPv6:'.length)) : isIpv4(address)
}

/** The parts of an address; null for what Go does not parse, and for an address of IPv6 that is wrong or without brackets. */
export function parseAddress(text: string): GoUrl | null {
  try {
    const url = parseUrl(text)
    const name = hostnameOf(url.host)
    return name.includes(':') && !(url.host.startsWith('[') && isIpv6(name)) ? null : url
  } catch (error) {
    if (error instanceof GoError) return null
    throw error
  }
}
