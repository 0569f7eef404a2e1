// The `tls` and `client_tls` blocks. Knows no certificate and no default: versions, curves and ciphers are as written.

import type { Quirks } from './dialect.ts'
import type { RawService } from './fields.ts'
import type { ClientTlsConfig, KeyPair, ServerTlsConfig } from './types.ts'

export function parseServerTls(raw: NonNullable<RawService['tls']>, quirks: Quirks): ServerTlsConfig {
  const hasLegacyPair = raw.public_key !== '' || raw.private_key !== ''
  const legacyPair = hasLegacyPair ? { publicKey: raw.public_key, privateKey: raw.private_key } : null
  const keys: KeyPair[] = raw.keys.map((pair) => ({ publicKey: pair.public_key, privateKey: pair.private_key }))
  // compat: the server's own certificates count as authorities, but not those of the old single pair since 2.x.
  const authorities = [...keys]
  if (legacyPair !== null) {
    keys.push(legacyPair)
    if (quirks.trustsLegacyPair) authorities.push(legacyPair)
  }
  return {
    newestVersion: quirks.newestTlsVersion,
    isDisabled: raw.disabled,
    keys,
    legacyPair,
    minVersion: raw.min_version,
    maxVersion: raw.max_version,
    curvePreferences: raw.curve_preferences,
    cipherSuites: raw.cipher_suites,
    enableMtls: raw.enable_mtls,
    caCerts: raw.ca_certs,
    ownAuthorities: authorities.map(({ publicKey }) => publicKey),
    disableSystemCaPool: raw.disable_system_ca_pool,
  }
}

/** `allowsInsecure` is the root key of the same meaning, older than the block. */
export function parseClientTls(raw: RawService['client_tls'], allowsInsecure: boolean, quirks: Quirks): ClientTlsConfig | null {
  if (raw === null && !allowsInsecure) return null
  return {
    newestVersion: quirks.newestTlsVersion,
    allowInsecureConnections: allowsInsecure || raw?.allow_insecure_connections === true,
    caCerts: raw?.ca_certs ?? [],
    disableSystemCaPool: raw?.disable_system_ca_pool ?? false,
    minVersion: raw?.min_version ?? '',
    maxVersion: raw?.max_version ?? '',
    curvePreferences: raw?.curve_preferences ?? [],
    cipherSuites: raw?.cipher_suites ?? [],
    clientCerts: (raw?.client_certs ?? []).map((pair) => ({ certificate: pair.certificate, privateKey: pair.private_key })),
  }
}
