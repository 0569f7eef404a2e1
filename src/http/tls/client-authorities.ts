// The authorities whose client certificates a port accepts: each once, and not more than a handshake can name.

import { X509Certificate } from 'node:crypto'
import { ConfigError } from '../../engine/compile/component.ts'
import { subjectOf } from '../../go/der.ts'

/**
 * A request for a client's certificate names all authorities (Node always sends the names), in a field of two bytes' length that the
 * list of signature algorithms is in, too.
 */
const NAMES_AT_MOST = 65_400

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g

/** The certificates in these texts. Throws a ConfigError for so many that no handshake could succeed. */
export function clientAuthorities(texts: readonly (string | Buffer)[]): string[] {
  const nameBytes = new Map<string, number>()
  for (const text of texts) {
    for (const [pem] of text.toString('latin1').matchAll(CERTIFICATE)) {
      const certificate = parse(pem)
      if (certificate !== null) nameBytes.set(certificate.toString(), 2 + (subjectOf(certificate.raw)?.length ?? 0))
    }
  }
  const bytes = nameBytes.values().reduce((sum, size) => sum + size, 0)
  if (bytes > NAMES_AT_MOST) {
    throw new ConfigError(
      `tls: a handshake cannot name the ${nameBytes.size} authorities of client certificates (${bytes} bytes of ${NAMES_AT_MOST}), so no client ` +
        `could connect: list fewer in "ca_certs", or leave the system's out with "disable_system_ca_pool"`,
    )
  }
  return [...nameBytes.keys()]
}

/** As in Go, what is no certificate in a file of authorities is passed over. */
function parse(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem)
  } catch {
    return null
  }
}
