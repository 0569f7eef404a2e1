// The `client_tls` section as options of Node's TLS: how the gateway calls backends over https. Knows nothing of HTTP.

import { readFileSync } from 'node:fs'
import tls, { type ConnectionOptions } from 'node:tls'
import type { ClientTlsConfig, Dialect } from '../config/types.ts'
import type { Logger } from '../engine/component.ts'
import { openError } from './server-tls.ts'
import { systemCertificates } from './system-certificates.ts'
import { tlsChoices } from './tls-names.ts'

/** Without the section TLS 1.2 and newer are spoken; with it only what it says, which is TLS 1.3 unless told otherwise. */
export function loadClientTls(section: ClientTlsConfig | null, dialect: Dialect, log: Logger): ConnectionOptions {
  const common: ConnectionOptions = { ALPNProtocols: ['http/1.1'], allowPartialTrustChain: true }
  if (section === null)
    return { ...common, minVersion: 'TLSv1.2', secureContext: tls.createSecureContext({ minVersion: 'TLSv1.2', ca: systemCertificates() }) }
  const read = (path: string, what: string): Buffer | null => {
    try {
      return readFileSync(path)
    } catch (error) {
      log.error(`[SERVICE: HTTP Client] Cannot load ${what} ${path}: ${openError(path, error)}`)
      return null
    }
  }
  const authorities = section.caCerts.map((path) => read(path, 'certificate CA'))
  const pairs = section.clientCerts.map((pair) => ({
    cert: read(pair.certificate, 'client certificate'),
    key: read(pair.privateKey, 'client certificate'),
  }))
  const usable = pairs.filter(({ cert, key }) => cert !== null && key !== null) as { cert: Buffer; key: Buffer }[]
  const choices = tlsChoices(section, dialect)
  return {
    ...common,
    rejectUnauthorized: !section.allowInsecureConnections,
    secureContext: tls.createSecureContext({
      ...choices,
      ca: [...(section.disableSystemCaPool ? [] : systemCertificates()), ...authorities.filter((bytes) => bytes !== null)],
      cert: usable.map(({ cert }) => cert),
      key: usable.map(({ key }) => key),
    }),
  }
}
