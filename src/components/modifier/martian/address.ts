// Hosts and ports of URLs with the rules of Go's net, and the patterns that hosts are compared with. Knows nothing of requests.

import { modifierError } from './modifier.ts'
import { explainInteger } from '../../../go/number.ts'

/** Takes `host:port` apart as Go's net.SplitHostPort does; brackets around an IPv6 address go. Throws where Go has an error. */
export function splitHostPort(address: string): { host: string; port: string } {
  const fail = (what: string): never => {
    throw modifierError(`address ${address}: ${what}`)
  }
  const colon = address.lastIndexOf(':')
  if (colon < 0) fail('missing port in address')
  const port = address.slice(colon + 1)
  if (!address.startsWith('[')) {
    const host = address.slice(0, colon)
    if (host.includes(':')) fail('too many colons in address')
    return { host, port }
  }
  const end = address.indexOf(']')
  if (end < 0) fail("missing ']' in address")
  if (end + 1 === address.length) fail('missing port in address')
  if (end + 1 !== colon) fail(address[end + 1] === ':' ? 'too many colons in address' : 'missing port in address')
  return { host: address.slice(1, end), port }
}

/** Go's strconv.Atoi. Throws its error. */
export function parseInteger(text: string, name = 'Atoi'): number {
  const problem = explainInteger(text, name)
  if (problem !== null) throw modifierError(problem)
  return Number(text)
}

/**
 * Whether a host is what a pattern says: read from the right, a `*` takes everything up to the next dot.
 * compat: so a `*` at the end takes the port as well.
 */
export function matchesHost(host: string, pattern: string): boolean {
  if (host === '') return false
  if (host === pattern) return true
  let at = host.length - 1
  for (let i = pattern.length - 1; i >= 0; i--) {
    if (pattern[i] === '*') {
      while (at > 0 && host[at] !== '.') at--
      if (i === 0 && at === 0) return true
      continue
    }
    if (host[at] !== pattern[i]) return false
    if (at === 0) return i === 0
    at--
  }
  return false
}
