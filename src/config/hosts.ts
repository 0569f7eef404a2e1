// Host names as KrakenD accepts them. Knows nothing else of a configuration.

const hostPattern = /(https?:\/\/)?([a-zA-Z0-9._-]+)(:[0-9]{2,6})?\/?/g

/** `http://name:port` of a host as written, or null when it is none. As in lura's config/uri.go. */
export function sanitizeHost(host: string): string | null {
  const matches = [...host.matchAll(hostPattern)]
  // compat: one match anywhere is enough, what stands around it is dropped
  if (matches.length !== 1) return null
  const [, scheme, name, port] = matches[0]!
  return `${scheme ?? 'http://'}${name}${port ?? ''}`
}
