// Which hosts may be asked for. Knows nothing of requests.

import { compileRegexp, explainRegexp } from '../../../go/regexp.ts'

export type IsAllowed = (host: string) => boolean

/** Hosts with their port as sent, in any case. Null: every host. */
export function compileHosts(allowed: readonly string[]): IsAllowed | null {
  if (allowed.length === 0) return null
  const hosts = new Set(allowed.map((host) => host.toLowerCase()))
  return (host) => hosts.has(host.toLowerCase())
}

/** Patterns in Go's syntax that the whole host must match, with case. Null: every host. Throws on what is no pattern. */
export function compileHostPatterns(allowed: readonly string[]): IsAllowed | null {
  if (allowed.length === 0) return null
  const patterns = allowed.map((pattern) => compileRegexp(wholly(pattern)))
  return (host) => patterns.some((pattern) => pattern.matches(host))
}

/** Why something is no pattern; null when it is one. */
export function explainHostPattern(pattern: string): string | null {
  return explainRegexp(wholly(pattern))
}

/** security: without the group, `a|b` would allow everything that begins with a or ends with b, as in KrakenD. */
function wholly(pattern: string): string {
  return `^(?:${pattern})$`
}
