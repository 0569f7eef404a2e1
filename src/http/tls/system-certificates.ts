// The certificate authorities this machine trusts. Knows nothing of configuration.

import tls from 'node:tls'

let known: string[] | null = null

/** Authorities of the operating system and of NODE_EXTRA_CA_CERTS; Mozilla's list where the system has none. Read once. */
export function systemCertificates(): string[] {
  if (known === null) {
    const system = tls.getCACertificates('system')
    known = [...(system.length > 0 ? system : tls.getCACertificates('bundled')), ...tls.getCACertificates('extra')]
  }
  return known
}
