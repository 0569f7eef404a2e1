// Addresses of machines, of people and on the web, by the rules of the original's library, and its words for what is none. Knows no schemas.

import { GoError } from '../../../go/function.ts'
import { explainAddress } from '../../../go/ip-address.ts'
import { explainInteger } from '../../../go/number.ts'
import { quoteRune } from '../../../go/quote.ts'
import { byteLength, runeOf } from '../../../go/text.ts'
import { hostnameOf, parseUrl, type GoUrl } from '../../../go/url-parts.ts'

const MAX_HOSTNAME_LENGTH = 253
const MAX_LABEL_LENGTH = 63
const MAX_EMAIL_BYTES = 254
const MAX_LOCAL_BYTES = 64

/** Labels of letters, digits and inner hyphens; a dot at the end does not count. */
export function explainHostname(text: string): string | null {
  const name = text.endsWith('.') ? text.slice(0, -1) : text
  // security: a long text is refused before its bytes are counted
  if (name.length > MAX_HOSTNAME_LENGTH || byteLength(name) > MAX_HOSTNAME_LENGTH) return 'more than 253 characters long'
  for (const label of name.split('.')) {
    if (label === '' || byteLength(label) > MAX_LABEL_LENGTH) return 'label must be 1 to 63 characters long'
    if (label.startsWith('-')) return 'label starts with hyphen'
    if (label.endsWith('-')) return 'label ends with hyphen'
    const problem = explainCharacter(/[^A-Za-z0-9-]/u, label)
    if (problem !== null) return problem
  }
  return null
}

/** `wrong` has the flag `u`. */
function explainCharacter(wrong: RegExp, text: string): string | null {
  const found = wrong.exec(text)
  return found === null ? null : `invalid character ${quoteRune(runeOf(found[0]))}`
}

/** Four numbers up to 255, without zeros in front. compat: with a sign, where there is one. */
export function explainIpv4(text: string): string | null {
  const groups = text.split('.', 5)
  if (groups.length !== 4) return 'expected four decimals'
  for (const group of groups) {
    if (group.length > 1 && group.startsWith('0')) return 'leading zeros'
    const problem = explainInteger(group)
    if (problem !== null) return problem
    if (Number(group) < 0 || Number(group) > 255) return 'decimal must be between 0 and 255'
  }
  return null
}

/** RFC 4291, 2.2, without a zone. */
export function explainIpv6(text: string): string | null {
  if (!text.includes(':')) return 'missing colon'
  return explainAddress(text) ?? (text.includes('%') ? 'zone id is not a part of ipv6 address' : null)
}

/** A mailbox of RFC 5321, 4.1.2: `a@b`, `"john doe"@example.org`, `joe@[127.0.0.1]`, `joe@[IPv6:::1]`. */
export function explainEmail(text: string): string | null {
  // compat: the library's text has another number. security: a long text is refused before its bytes are counted
  if (text.length > MAX_EMAIL_BYTES || byteLength(text) > MAX_EMAIL_BYTES) return 'more than 255 characters long'
  const at = text.lastIndexOf('@')
  if (at < 0) return 'missing @'
  return explainLocalPart(text.slice(0, at)) ?? explainMailDomain(text.slice(at + 1))
}

/** compat: it may be empty. */
function explainLocalPart(local: string): string | null {
  if (byteLength(local) > MAX_LOCAL_BYTES) return 'local part more than 64 characters long'
  if (local.length > 1 && local.startsWith('"') && local.endsWith('"')) {
    return /["\\]/.test(local.slice(1, -1)) ? 'backslash and quote are not allowed within quoted local part' : null
  }
  if (local.startsWith('.')) return 'starts with dot'
  if (local.endsWith('.')) return 'ends with dot'
  if (local.includes('..')) return 'consecutive dots'
  return explainCharacter(/[^A-Za-z0-9.!#$%&'*+\-/=?^_`{|}~]/u, local)
}

function explainMailDomain(domain: string): string | null {
  const address = /^\[(IPv6:)?(.*)\]$/s.exec(domain)
  if (address === null) return prefixed('invalid domain', explainHostname(domain))
  const [, version, rest = ''] = address
  return version === undefined ? prefixed('invalid ipv4 address', explainIpv4(rest)) : prefixed('invalid ipv6 address', explainIpv6(rest))
}

function prefixed(what: string, problem: string | null): string | null {
  return problem === null ? null : `${what}: ${problem}`
}

/** The parts of an address, or why it is none: for Go, or because its host is a wrong address of IPv6. */
function parseAddress(text: string): GoUrl | string {
  let url: GoUrl
  try {
    url = parseUrl(text)
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    return error.message
  }
  const name = hostnameOf(url.host)
  if (!name.includes(':')) return url
  if (!url.host.includes('[') || !url.host.includes(']')) return 'ipv6 address not enclosed in brackets'
  return prefixed('invalid ipv6 address', explainIpv6(name)) ?? url
}

/** compat: characters that RFC 3986 has no place for may stand in it. */
export function explainUri(text: string): string | null {
  const url = parseAddress(text)
  if (typeof url === 'string') return url
  return url.scheme === '' ? 'relative url' : null
}

export function explainUriReference(text: string): string | null {
  if (text.includes('\\')) return 'contains \\'
  const url = parseAddress(text)
  return typeof url === 'string' ? url : null
}

/** compat: only braces in the path count, and what follows a `?` is no part of it. */
export function explainUriTemplate(text: string): string | null {
  const url = parseAddress(text)
  if (typeof url === 'string') return url
  for (const segment of url.rawPath.split('/')) {
    const problem = explainBraces(segment)
    if (problem !== null) return problem
  }
  return null
}

function explainBraces(segment: string): string | null {
  let isOpen = false
  for (const [brace] of segment.matchAll(/%7b|%7d|[{}]/gi)) {
    const opens = brace === '{' || /^%7b$/i.test(brace)
    if (opens === isOpen) return 'nested curly braces'
    isOpen = opens
  }
  return isOpen ? 'no matching closing brace' : null
}
