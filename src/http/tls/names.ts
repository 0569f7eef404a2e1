// Names and numbers of TLS as configuration files have them, in the words of OpenSSL. Knows no sockets.

import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls'
import type { NewestTlsVersion } from '../../config/types.ts'
import { ConfigError } from '../../engine/compile/component.ts'

/** By IANA number; TLS 1.3 suites cannot be chosen. */
const CIPHERS = new Map([
  [0x000a, 'DES-CBC3-SHA'],
  [0x002f, 'AES128-SHA'],
  [0x0035, 'AES256-SHA'],
  [0x003c, 'AES128-SHA256'],
  [0x009c, 'AES128-GCM-SHA256'],
  [0x009d, 'AES256-GCM-SHA384'],
  [0xc009, 'ECDHE-ECDSA-AES128-SHA'],
  [0xc00a, 'ECDHE-ECDSA-AES256-SHA'],
  [0xc012, 'ECDHE-RSA-DES-CBC3-SHA'],
  [0xc013, 'ECDHE-RSA-AES128-SHA'],
  [0xc014, 'ECDHE-RSA-AES256-SHA'],
  [0xc023, 'ECDHE-ECDSA-AES128-SHA256'],
  [0xc027, 'ECDHE-RSA-AES128-SHA256'],
  [0xc02b, 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  [0xc02c, 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  [0xc02f, 'ECDHE-RSA-AES128-GCM-SHA256'],
  [0xc030, 'ECDHE-RSA-AES256-GCM-SHA384'],
  [0xcca8, 'ECDHE-RSA-CHACHA20-POLY1305'],
  [0xcca9, 'ECDHE-ECDSA-CHACHA20-POLY1305'],
])
const DEFAULT_CIPHERS = [0xc02f, 0xc02b, 0xc030, 0xc02c, 0xcca8, 0xcca9]
const TLS13_CIPHERS = 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256'
const CURVES = new Map([
  [23, 'P-256'],
  [24, 'P-384'],
  [25, 'P-521'],
  [29, 'X25519'],
  [4587, 'SecP256r1MLKEM768'],
  [4588, 'X25519MLKEM768'],
  [4589, 'SecP384r1MLKEM1024'],
])
/** An OpenSSL before 3.5 does not have them. */
const FIRST_HYBRID_CURVE = 4587
const DEFAULT_CURVES = [25, 24, 23]
const VERSIONS = new Map<string, SecureVersion>([
  // OpenSSL has no SSL 3.0, and Go does not speak it either.
  ['SSL3.0', 'TLSv1'],
  ['TLS10', 'TLSv1'],
  ['TLS11', 'TLSv1.1'],
  ['TLS12', 'TLSv1.2'],
  ['TLS13', 'TLSv1.3'],
])

interface TlsChoices {
  /** What an unknown or missing version means, and the most that is spoken. */
  readonly newestVersion: NewestTlsVersion
  readonly minVersion: string
  readonly maxVersion: string
  readonly curvePreferences: readonly number[]
  readonly cipherSuites: readonly number[]
}

/** Versions, curves and cipher suites of a `tls` or `client_tls` section for Node's TLS. Throws a ConfigError where no curve is left. */
export function tlsChoices(choices: TlsChoices): SecureContextOptions {
  const minVersion = version(choices.minVersion, choices.newestVersion)
  const maxVersion = version(choices.maxVersion, choices.newestVersion)
  const suites = choices.cipherSuites.length === 0 ? DEFAULT_CIPHERS : choices.cipherSuites
  const names = suites.map((id) => CIPHERS.get(id)).filter((name) => name !== undefined)
  const allowsOld = minVersion === 'TLSv1' || minVersion === 'TLSv1.1'
  return {
    minVersion,
    maxVersion,
    // OpenSSL speaks TLS 1.0 and 1.1 only at its lowest security level.
    ciphers: [TLS13_CIPHERS, ...names, ...(allowsOld ? ['@SECLEVEL=0'] : [])].join(':'),
    ecdhCurve: curvesOf(choices.curvePreferences),
  }
}

/** security: where nothing that was asked for can be spoken, nothing else is: KrakenD starts then, and no handshake succeeds. */
function curvesOf(preferences: readonly number[]): string {
  const names = (preferences.length === 0 ? DEFAULT_CURVES : preferences).map(curveName).filter((name) => name !== null)
  if (names.length > 0) return names.join(':')
  throw new ConfigError(`curve_preferences: none of ${preferences.join(', ')} is known; write some of ${[...CURVES.keys()].join(', ')}`)
}

function curveName(id: number): string | null {
  const name = CURVES.get(id) ?? null
  if (name === null || id < FIRST_HYBRID_CURVE) return name
  try {
    createSecureContext({ ecdhCurve: name })
    return name
  } catch {
    return null
  }
}

/** compat: what KrakenD does not know counts as the newest it knows. */
function version(name: string, newestVersion: NewestTlsVersion): SecureVersion {
  const newest = VERSIONS.get(newestVersion) as SecureVersion
  const known = VERSIONS.get(name) ?? newest
  return known > newest ? newest : known
}
