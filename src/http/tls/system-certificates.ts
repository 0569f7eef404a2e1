// The certificate authorities this machine trusts. Knows nothing of configuration.

import tls from 'node:tls'

let known: string[] | null = null

/** Authorities of the operating system and of NODE_EXTRA_CA_CERTS; Mozilla's list where the system has none. Each once; read once. */
export function systemCertificates(): string[] {
  if (known === null) {
    const system = tls.getCACertificates('system')
    // Node reads a file and a folder of the system, and a folder often has one certificate under several names.
    known = [...new Set([...(system.length > 0 ? system : tls.getCACertificates('bundled')), ...tls.getCACertificates('extra')])]
  }
  return known
}
