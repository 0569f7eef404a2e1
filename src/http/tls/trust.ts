// Whom a TLS client trusts and what it shows: read from files, and made into what Node connects with. Knows no protocol.

import { X509Certificate } from 'node:crypto'
import tls, { type SecureContext, type SecureContextOptions } from 'node:tls'
import type { ClientTlsConfig } from '../../config/types.ts'
import { asError } from '../../engine/errors.ts'
import { checkKeyPair } from './key-pair.ts'
import { systemCertificates } from './system-certificates.ts'

export interface Trust {
  /** Certificates of authorities, in PEM. */
  readonly authorities: readonly Buffer[]
  /** Whether the machine's own count as well. */
  readonly trustsSystem: boolean
  /** What it shows to whoever asks for a certificate: the first of the kind that is asked for. */
  readonly pairs: readonly ClientPair[]
}

export interface ClientPair {
  readonly certificate: Buffer
  readonly privateKey: Buffer
}

type Read = (path: string) => Buffer
type TrustFiles = Pick<ClientTlsConfig, 'caCerts' | 'disableSystemCaPool' | 'clientCerts'>

/** Throws with the path where a file cannot be read, or holds nothing of what it should. */
export function readTrust({ caCerts, disableSystemCaPool, clientCerts }: TrustFiles, read: Read): Trust {
  return {
    authorities: caCerts.map((path) => named(path, () => readAuthority(path, read))),
    trustsSystem: !disableSystemCaPool,
    pairs: clientCerts.map((pair) => named(`${pair.certificate}, ${pair.privateKey}`, () => readPair(pair, read))),
  }
}

function named<T>(files: string, readFiles: () => T): T {
  try {
    return readFiles()
  } catch (error) {
    throw new Error(`${files}: ${asError(error).message}`, { cause: error })
  }
}

function readAuthority(path: string, read: Read): Buffer {
  const bytes = read(path)
  try {
    // OpenSSL leaves out what it cannot read.
    void new X509Certificate(bytes)
  } catch (error) {
    throw new Error('no certificate in PEM', { cause: error })
  }
  return bytes
}

/** A certificate and its key. Throws the system's or Go's words where they cannot be read, or do not belong together. */
export function readPair(files: TrustFiles['clientCerts'][number], read: Read): ClientPair {
  const [certificate, privateKey] = [read(files.certificate), read(files.privateKey)]
  checkKeyPair(certificate, privateKey)
  return { certificate, privateKey }
}

/** TLS 1.2 and newer, unless `choices` say else. */
export function trustContext({ authorities, trustsSystem, pairs }: Trust, choices: SecureContextOptions = {}): SecureContext {
  // OpenSSL keeps the last pair of a kind.
  const shown = pairs.toReversed()
  return tls.createSecureContext({
    minVersion: 'TLSv1.2',
    ...choices,
    ca: [...(trustsSystem ? systemCertificates() : []), ...authorities],
    allowPartialTrustChain: true,
    ...(shown.length === 0 ? {} : { cert: shown.map(({ certificate }) => certificate), key: shown.map(({ privateKey }) => privateKey) }),
  })
}
