// The `client_tls` section as options of Node's TLS client. Knows nothing of HTTP.

import { readFileSync } from 'node:fs'
import tls, { type ConnectionOptions, type SecureContextOptions } from 'node:tls'
import type { ClientTlsConfig } from '../../config/types.ts'
import type { Logger } from '../../engine/compile/component.ts'
import { asError } from '../../engine/errors.ts'
import { systemCertificates } from './system-certificates.ts'
import { tlsChoices } from './names.ts'

/** Options for connections to backends, made when the first of them needs TLS. Files that cannot be read are logged and skipped. */
export function clientTls(section: ClientTlsConfig | null, log: Logger | undefined): () => ConnectionOptions {
  let known: ConnectionOptions | null = null
  return () => {
    known ??= section === null ? defaults() : build(section, log)
    return known
  }
}

function defaults(): ConnectionOptions {
  const context = { minVersion: 'TLSv1.2', ca: systemCertificates(), allowPartialTrustChain: true } satisfies SecureContextOptions
  return { secureContext: tls.createSecureContext(context) }
}

function build(section: ClientTlsConfig, log: Logger | undefined): ConnectionOptions {
  const ca: (string | Buffer)[] = section.disableSystemCaPool ? [] : [...systemCertificates()]
  for (const path of section.caCerts) {
    const bytes = readOrLog(path, `Cannot load certificate CA ${path}`, log)
    if (bytes !== null) ca.push(bytes)
  }
  const base = { ...tlsChoices(section), ca, allowPartialTrustChain: true } satisfies SecureContextOptions
  const cert: Buffer[] = []
  const key: Buffer[] = []
  for (const pair of section.clientCerts) {
    const label = `Cannot load client certificate ${pair.certificate}, ${pair.privateKey}`
    const certificate = readOrLog(pair.certificate, label, log)
    const privateKey = certificate === null ? null : readOrLog(pair.privateKey, label, log)
    if (certificate === null || privateKey === null) continue
    try {
      tls.createSecureContext({ cert: certificate, key: privateKey })
      // OpenSSL keeps the last pair of a kind; the first of the file is meant.
      cert.unshift(certificate)
      key.unshift(privateKey)
    } catch (error) {
      log?.error(`[SERVICE: HTTP Server] ${label}: ${asError(error).message}`)
    }
  }
  const identity = cert.length === 0 ? {} : { cert, key }
  return { secureContext: tls.createSecureContext({ ...base, ...identity }), rejectUnauthorized: !section.allowInsecureConnections }
}

function readOrLog(path: string, label: string, log: Logger | undefined): Buffer | null {
  try {
    return readFileSync(path)
  } catch (error) {
    log?.error(`[SERVICE: HTTP Server] ${label}: ${asError(error).message}`)
    return null
  }
}
