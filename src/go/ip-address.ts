// Go's netip.ParseAddr: which texts are IP addresses, and its words for the others.

import { quote } from './quote.ts'

/** What is wrong, and the rest of the text from there on; empty where no place is told. */
type Fault = readonly [message: string, at: string]

const GROUPS = 8
const LAST_PLACE_OF_IPV4 = 6

/** Why it refuses a text; null when it does not. An address of IPv6 may have a zone. */
export function explainAddress(text: string): string | null {
  const fault = findFault(text)
  if (fault === null) return null
  const [message, at] = fault
  return `ParseAddr(${quote(text)}): ${message}${at === '' ? '' : ` (at ${quote(at)})`}`
}

function findFault(text: string): Fault | null {
  switch (/[.:%]/.exec(text)?.[0]) {
    case '.':
      return faultOfIpv4(text)
    case ':':
      return faultOfIpv6(text)
    case '%':
      return ['missing IPv6 address', '']
    default:
      return ['unable to parse IP', '']
  }
}

function faultOfIpv4(text: string): Fault | null {
  let dots = 0
  let before = '.'
  for (const { 0: token, index } of text.matchAll(/\d+|\D/g)) {
    if (token === '.') {
      if (before === '.' || index === text.length - 1) return ['IPv4 field must have at least one digit', text.slice(index)]
      if (dots === 3) return ['IPv4 address too long', '']
      dots++
    } else {
      if (!/^\d/.test(token)) return ['unexpected character', text.slice(index)]
      if (token.length > 1 && token.startsWith('0')) return ['IPv4 field has octet with leading zero', '']
      if (Number(token) > 255) return ['IPv4 field has value >255', '']
    }
    before = token
  }
  return dots < 3 ? ['IPv4 address too short', ''] : null
}

function faultOfIpv6(text: string): Fault | null {
  const percent = text.indexOf('%')
  if (percent >= 0 && percent === text.length - 1) return ['zone must be a non-empty string', '']
  let rest = percent < 0 ? text : text.slice(0, percent)
  let hasGap = rest.startsWith('::')
  if (hasGap) rest = rest.slice(2)
  let groups = 0
  for (let isOpen = rest !== ''; isOpen && groups < GROUPS;) {
    const [digits = ''] = /^[\da-fA-F]*/.exec(rest) ?? []
    if (digits.length > 4) return ['each group must have 4 or less digits', rest]
    if (digits === '') return ['each colon-separated field must have at least one digit', rest]
    const after = rest.slice(digits.length)
    if (after.startsWith('.')) {
      if (!hasGap && groups !== LAST_PLACE_OF_IPV4) return ['embedded IPv4 address must replace the final 2 fields of the address', rest]
      if (groups > LAST_PLACE_OF_IPV4) return ['too many hex fields to fit an embedded IPv4 at the end of the address', rest]
      const fault = faultOfIpv4(rest)
      if (fault !== null) return fault
      groups += 2
      rest = ''
      break
    }
    groups++
    rest = after.slice(1)
    isOpen = after !== ''
    if (isOpen && !after.startsWith(':')) return ['unexpected character, want colon', after]
    if (isOpen && rest === '') return ['colon must be followed by more characters', after]
    if (!rest.startsWith(':')) continue
    if (hasGap) return ['multiple :: in address', rest]
    hasGap = true
    rest = rest.slice(1)
    isOpen = rest !== ''
  }
  if (rest !== '') return ['trailing garbage after address', rest]
  if (groups < GROUPS && !hasGap) return ['address string too short', '']
  return groups === GROUPS && hasGap ? ['the :: must expand to at least one field of zeros', ''] : null
}
