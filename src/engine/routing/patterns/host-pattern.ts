// Hosts that routes are bound to: a name, any name below another, one label that is a parameter. Knows no route.

/** `suffix` begins with a dot, or is the whole name of an exact host. All in lower case. */
export type HostPattern =
  | { readonly kind: 'exact'; readonly suffix: string }
  | { readonly kind: 'below'; readonly suffix: string }
  | { readonly kind: 'label'; readonly suffix: string; readonly name: string }

const NAME = /^[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?$|^\[[0-9a-f:.]+\]$/
const LABEL = /^\{([a-zA-Z\-_0-9]+)\}(\..+)$/

/** Null for a text that is no host. */
export function parseHostPattern(written: string): HostPattern | null {
  const parts = LABEL.exec(written)
  if (parts !== null) {
    const suffix = (parts[2] as string).toLowerCase()
    return NAME.test(suffix.slice(1)) ? { kind: 'label', name: parts[1] as string, suffix } : null
  }
  const lower = written.toLowerCase()
  if (lower.startsWith('*.')) return NAME.test(lower.slice(2)) ? { kind: 'below', suffix: lower.slice(1) } : null
  return NAME.test(lower) ? { kind: 'exact', suffix: lower } : null
}

/** As the file has it, in lower case. */
export function writtenHost(host: HostPattern): string {
  if (host.kind === 'label') return `{${host.name}}${host.suffix}`
  return host.kind === 'below' ? `*${host.suffix}` : host.suffix
}

/** The name of a Host header: without its port and a dot at its end, in lower case. */
export function hostNameOf(host: string): string {
  const colon = host.startsWith('[') ? host.indexOf(':', host.indexOf(']')) : host.indexOf(':')
  const name = colon < 0 ? host : host.slice(0, colon)
  return (name.endsWith('.') ? name.slice(0, -1) : name).toLowerCase()
}

/** What stands in front of the suffix; empty for an exact host, null when the host is none of the pattern's. */
export function matchHost({ kind, suffix }: HostPattern, host: string): string | null {
  if (kind === 'exact') return host === suffix ? '' : null
  if (!host.endsWith(suffix) || host.length === suffix.length) return null
  const label = host.slice(0, -suffix.length)
  return kind === 'label' && label.includes('.') ? null : label
}

/** Below 0 when the first is preferred where both match: exact names, then longer suffixes, then one label before any depth. */
export function compareHosts(a: HostPattern, b: HostPattern): number {
  const exact = Number(b.kind === 'exact') - Number(a.kind === 'exact')
  if (exact !== 0) return exact
  return b.suffix.length - a.suffix.length || Number(b.kind === 'label') - Number(a.kind === 'label')
}
