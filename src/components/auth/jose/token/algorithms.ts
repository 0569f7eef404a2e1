// The thirteen signature algorithms of JWT over Node's crypto. Knows nothing of tokens and key sets.

import { constants, createHmac, sign, timingSafeEqual, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

export type KeyType = 'oct' | 'RSA' | 'EC' | 'OKP'

export interface Algorithm {
  readonly name: string
  /** The only type of key it works with. */
  readonly keyType: KeyType
  /** Node's name of the digest; null where the algorithm brings its own. */
  readonly hash: string | null
  /** Node's name of the curve, only for EC. */
  readonly curve: string | null
  /** Exact length of a signature in bytes; 0 where the key decides. */
  readonly signatureBytes: number
  readonly isPss: boolean
}

/** RSA keys below this are broken; Go refuses them as well. */
const MIN_RSA_BITS = 1024
const MAX_RSA_EXPONENT = 2n ** 31n - 1n

const algorithms = new Map<string, Algorithm>(
  [
    define('EdDSA', 'OKP', { signatureBytes: 64 }),
    define('HS256', 'oct', { hash: 'sha256', signatureBytes: 32 }),
    define('HS384', 'oct', { hash: 'sha384', signatureBytes: 48 }),
    define('HS512', 'oct', { hash: 'sha512', signatureBytes: 64 }),
    define('RS256', 'RSA', { hash: 'sha256' }),
    define('RS384', 'RSA', { hash: 'sha384' }),
    define('RS512', 'RSA', { hash: 'sha512' }),
    define('PS256', 'RSA', { hash: 'sha256', isPss: true }),
    define('PS384', 'RSA', { hash: 'sha384', isPss: true }),
    define('PS512', 'RSA', { hash: 'sha512', isPss: true }),
    define('ES256', 'EC', { hash: 'sha256', curve: 'prime256v1', signatureBytes: 64 }),
    define('ES384', 'EC', { hash: 'sha384', curve: 'secp384r1', signatureBytes: 96 }),
    define('ES512', 'EC', { hash: 'sha512', curve: 'secp521r1', signatureBytes: 132 }),
  ].map((algorithm) => [algorithm.name, algorithm]),
)

export const ALGORITHM_NAMES: readonly string[] = [...algorithms.keys()]

function define(name: string, keyType: KeyType, init: Partial<Algorithm>): Algorithm {
  return { name, keyType, hash: null, curve: null, signatureBytes: 0, isPss: false, ...init }
}

/** By its exact name; `none` and unknown ones are undefined. */
export function findAlgorithm(name: string): Algorithm | undefined {
  return algorithms.get(name)
}

/** Whether the signature over `input` is good. `input` is ASCII text: `header.payload`. */
export type Verify = (input: string, signature: Buffer) => boolean

/**
 * A check of signatures with one key, or null when that key cannot verify the algorithm: another type, a private key, an
 * empty secret, a short RSA key or one with an exponent that Go refuses, another curve.
 *
 * security: the type of the key decides first, so an RSA key never becomes an HMAC secret whatever a token says.
 */
export function compileVerify(algorithm: Algorithm, keyType: KeyType, key: KeyObject): Verify | null {
  if (keyType !== algorithm.keyType || key.type === 'private') return null
  if (keyType === 'oct') return compileHmac(algorithm, key)
  if (keyType === 'RSA' && !isUsableRsa(key)) return null
  if (algorithm.curve !== null && key.asymmetricKeyDetails?.namedCurve !== algorithm.curve) return null
  const { hash } = algorithm
  // security: OpenSSL takes an RSA signature without its leading zero byte, so one token could be written in several ways; Go does not.
  const signatureBytes = keyType === 'RSA' ? Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8) : algorithm.signatureBytes
  const options = { key, ...signatureForm(algorithm, constants.RSA_PSS_SALTLEN_AUTO) }
  return function verifySignature(input, signature) {
    if (signatureBytes !== 0 && signature.length !== signatureBytes) return false
    return verify(hash, Buffer.from(input, 'latin1'), options, signature)
  }
}

/** security: with the exponent 1 the signature is the text itself, which everybody can write. */
function isUsableRsa({ asymmetricKeyDetails: details }: KeyObject): boolean {
  const { modulusLength = 0, publicExponent = 0n } = details ?? {}
  return modulusLength >= MIN_RSA_BITS && publicExponent > 1n && publicExponent % 2n === 1n && publicExponent <= MAX_RSA_EXPONENT
}

function compileHmac({ hash, signatureBytes }: Algorithm, key: KeyObject): Verify | null {
  // security: everybody knows the empty secret.
  if (key.symmetricKeySize === 0) return null
  return function verifyHmac(input, signature) {
    if (signature.length !== signatureBytes) return false
    return timingSafeEqual(
      createHmac(hash as string, key)
        .update(input, 'latin1')
        .digest(),
      signature,
    )
  }
}

/** Signs ASCII text. Throws when the key's curve is not the algorithm's. */
export type Sign = (input: string) => Buffer

/** A signer with one key, or null when the key cannot sign with the algorithm: another type, a public key, an empty secret. */
export function compileSign(algorithm: Algorithm, keyType: KeyType, key: KeyObject): Sign | null {
  if (keyType !== algorithm.keyType || key.type === 'public') return null
  const hash = algorithm.hash
  if (keyType === 'oct') {
    if (key.symmetricKeySize === 0) return null
    return (input) =>
      createHmac(hash as string, key)
        .update(input, 'latin1')
        .digest()
  }
  // compat: a curve that does not fit is found out only when something is to be signed.
  const fits = algorithm.curve === null || key.asymmetricKeyDetails?.namedCurve === algorithm.curve
  const options = { key, ...signatureForm(algorithm, constants.RSA_PSS_SALTLEN_DIGEST) }
  return function signText(input) {
    if (!fits) throw new Error('the curve of the key does not fit the algorithm')
    return sign(hash, Buffer.from(input, 'latin1'), options)
  }
}

function signatureForm(algorithm: Algorithm, saltLength: number): object {
  if (algorithm.curve !== null) return { dsaEncoding: 'ieee-p1363' }
  if (algorithm.keyType !== 'RSA') return {}
  if (algorithm.isPss) return { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength }
  return { padding: constants.RSA_PKCS1_PADDING }
}
