// Private keys in PEM: made, and read again as Go's x509 package reads them.

import { createPrivateKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import { GoError } from '../../function.ts'
import { childrenOf, der, derInteger, pem, readDer, readInteger, SEQUENCE } from '../../der.ts'

/** A key in PEM of the type; a text that says so for a type that is none. */
export function generatePrivateKey(type: string): string {
  switch (type) {
    case '':
    case 'rsa':
      return privateKeyPem(generateKeyPairSync('rsa', { modulusLength: 4096 }).privateKey)
    case 'dsa':
      return privateKeyPem(generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }).privateKey)
    case 'ecdsa':
      return privateKeyPem(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)
    case 'ed25519':
      return privateKeyPem(generateKeyPairSync('ed25519').privateKey)
    default:
      return `Unknown type ${type}`
  }
}

export function generateRsaKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
}

/** In the form that Go writes for the key's type. */
export function privateKeyPem(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return key.export({ format: 'pem', type: 'pkcs1' })
  if (key.asymmetricKeyType === 'ec') return key.export({ format: 'pem', type: 'sec1' })
  if (key.asymmetricKeyType === 'dsa') return dsaPem(key)
  return key.export({ format: 'pem', type: 'pkcs8' })
}

/** Node.js writes DSA keys only in PKCS #8, Go in the older form: version, p, q, g, y, x. */
function dsaPem(key: KeyObject): string {
  const top = readDer(key.export({ format: 'der', type: 'pkcs8' }))?.[0]
  const [, algorithm, secret] = childrenOf(top)
  const [p, q, g] = childrenOf(childrenOf(algorithm)[1]).map(readInteger)
  const [x] = (readDer(secret?.content ?? Buffer.alloc(0)) ?? []).map(readInteger)
  if (p === undefined || q === undefined || g === undefined || x === undefined) throw new GoError('failed to generate private key')
  return pem('DSA PRIVATE KEY', der(SEQUENCE, ...[0n, p, q, g, power(g, x, p), x].map(derInteger)))
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  let square = base % modulus
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

/** The first block of a PEM text. Null when there is none. */
export function decodePem(text: string): { readonly label: string; readonly bytes: Buffer } | null {
  const match = /-----BEGIN ([^\n-]+)-----\r?\n([\sA-Za-z0-9+/=]*)-----END \1-----/.exec(text)
  if (match?.[1] === undefined || match[2] === undefined) return null
  return { label: match[1], bytes: Buffer.from(match[2], 'base64') }
}

/** Throws a GoError for what is no private key. */
export function parsePrivateKey(text: string): KeyObject {
  const block = decodePem(text)
  if (block === null) throw new GoError('no PEM data in input')
  const { label } = block
  if (label !== 'PRIVATE KEY' && !label.endsWith(' PRIVATE KEY')) throw new GoError(`no private key data in PEM block of type ${label}`)
  const kind = label.slice(0, -' PRIVATE KEY'.length)
  if (label !== 'PRIVATE KEY' && !['RSA', 'EC', 'DSA'].includes(kind)) throw new GoError(`invalid private key type ${kind}`)
  try {
    return createPrivateKey(text)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new GoError(label === 'PRIVATE KEY' ? `decoding PEM as PKCS#8: ${reason}` : `parsing ${kind} private key from PEM: ${reason}`)
  }
}
