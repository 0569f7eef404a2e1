// The `tls` section of the configuration as options of Node's TLS server. Knows nothing of HTTP.

import type { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { PassThrough } from 'node:stream'
import tls, { type SecureContext, type TlsOptions, TLSSocket } from 'node:tls'
import { ConfigError, type Logger } from '../../engine/compile/component.ts'
import { asError } from '../../engine/errors.ts'
import type { ServerTlsConfig } from '../../config/types.ts'
import { describeFileError } from '../../go/file-error.ts'
import { checkKeyPair } from './key-pair.ts'
import { clientAuthorities } from './client-authorities.ts'
import { systemCertificates } from './system-certificates.ts'
import { tlsChoices } from './names.ts'

const ALPNProtocols = ['h2', 'http/1.1']

interface Identity {
  readonly certificate: X509Certificate
  readonly context: SecureContext
}

/** Reads keys and certificates. Throws a ConfigError in KrakenD's words when one is missing or unreadable. */
export async function loadServerTls(section: ServerTlsConfig, log: Logger): Promise<TlsOptions> {
  const first = section.keys[0]
  if (first === undefined || section.keys.some(({ publicKey }) => publicKey === '')) throw new ConfigError('public key not defined')
  if (section.keys.some(({ privateKey }) => privateKey === '')) throw new ConfigError('private key not defined')
  const base: TlsOptions = { ...tlsChoices(section), ...(await loadClientVerification(section, log)) }
  const pairs = await Promise.all(
    section.keys.map(async ({ publicKey, privateKey }) => ({ cert: await read(publicKey), key: await read(privateKey) })),
  )
  const identities = pairs.map((pair, index): Identity => {
    try {
      return { certificate: checkKeyPair(pair.cert, pair.key), context: tls.createSecureContext({ ...base, ...pair }) }
    } catch (error) {
      const { publicKey = '', privateKey = '' } = section.keys[index] ?? {}
      throw new ConfigError(`${asError(error).message} (${publicKey}, ${privateKey})`)
    }
  })
  if (isOneSite(identities)) return { ...base, cert: pairs.map(({ cert }) => cert), key: pairs.map(({ key }) => key), ALPNProtocols }
  const options: TlsOptions = { ...base, ...pairs[0], ALPNProtocols }
  for (const { context } of identities) enableAlpn(context)
  return { ...options, SNICallback: (name, done) => done(null, chooseIdentity(identities, name)?.context) }
}

/**
 * Whether there is one certificate of each kind of key, all for the same names: OpenSSL takes the one that a client can check.
 * It does so only while nothing is chosen by name, because Node.js hands it the last certificate of a chosen context alone.
 */
function isOneSite(identities: readonly Identity[]): boolean {
  const kinds = new Set(identities.map(({ certificate }) => certificate.publicKey.asymmetricKeyType))
  const names = new Set(identities.map(({ certificate }) => certificate.subjectAltName?.split(', ').toSorted().join()))
  return kinds.size === identities.length && names.size === 1
}

/**
 * A context that is chosen by server name only after OpenSSL asked the client for another key share negotiates no protocol,
 * unless it was used for a connection with protocols before.
 */
function enableAlpn(secureContext: SecureContext): void {
  const socket = new TLSSocket(new PassThrough(), { isServer: true, secureContext, ALPNProtocols })
  socket.on('error', ignore)
  socket.destroy()
}

function ignore(): void {}

/** The first certificate that is made out to the name; without one, the first of all stands in. */
function chooseIdentity(identities: readonly Identity[], name: string): Identity | undefined {
  return identities.find(({ certificate }) => certificate.checkHost(name, { subject: 'never' }) !== undefined) ?? identities[0]
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    throw new ConfigError(describeFileError(error, path))
  }
}

async function loadClientVerification(section: ServerTlsConfig, log: Logger): Promise<TlsOptions> {
  if (!section.enableMtls) return {}
  const loaded = await Promise.all(
    [...section.caCerts, ...section.ownAuthorities].map(async (path) => {
      try {
        return await readFile(path)
      } catch (error) {
        log.error(`[SERVICE: HTTP Server] Cannot load certificate CA ${path}: ${describeFileError(error, path)}`)
        return null
      }
    }),
  )
  const system = section.disableSystemCaPool ? [] : systemCertificates()
  const ca = clientAuthorities([...system, ...loaded.filter((bytes) => bytes !== null)])
  return { requestCert: true, rejectUnauthorized: true, ca, allowPartialTrustChain: true }
}
