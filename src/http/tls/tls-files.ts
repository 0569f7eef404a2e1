// The files of keys and certificates that a configuration names for its own port and for backends.

import type { GatewayConfig } from '../../config/types.ts'
import { servedTls } from '../server/served-tls.ts'

/** All that are read at the start, or with the first call that needs TLS; whether they are there or not. */
export function tlsFiles({ server, transport: { clientTls } }: Pick<GatewayConfig, 'server' | 'transport'>): string[] {
  const files: string[] = []
  const tls = servedTls(server)
  if (tls !== null) {
    for (const { publicKey, privateKey } of tls.keys) files.push(publicKey, privateKey)
    if (tls.enableMtls) files.push(...tls.caCerts, ...tls.ownAuthorities)
  }
  if (clientTls !== null) {
    files.push(...clientTls.caCerts)
    for (const { certificate, privateKey } of clientTls.clientCerts) files.push(certificate, privateKey)
  }
  return files.filter((path) => path !== '')
}
