// JSON Web Keys as strictly as go-jose reads them: one key that cannot be read spoils its set. Knows nothing of downloads.

import { createPrivateKey, createPublicKey, createSecretKey, X509Certificate, createHash } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { compileVerify } from '../token/algorithms.ts'
import type { Algorithm, KeyType, Verify } from '../token/algorithms.ts'
import { decodeBase64, decodeLinesOfBase64url } from '../base64url.ts'
import { completeRsaKey } from './rsa-numbers.ts'
import { memberOf, parseStrictObject } from '../token/strict-json.ts'
import type { JsonRecord } from '../token/strict-json.ts'
import { parseUrl } from '../../../../go/url-parts.ts'
import { valueInAnyCase } from '../../../../json/any-case.ts'
import { isObject } from '../../../../json/types.ts'

/** One key of a set. */
export class Jwk {
  readonly kid: string
  /** Base64url of the certificate's SHA-1, as the set states it; empty without. */
  readonly x5t: string
  /** The same with SHA-256. */
  readonly x5tS256: string
  readonly keyType: KeyType
  readonly key: KeyObject
  readonly #verifiers = new Map<Algorithm, Verify | null>()

  constructor(kid: string, x5t: string, x5tS256: string, keyType: KeyType, key: KeyObject) {
    this.kid = kid
    this.x5t = x5t
    this.x5tS256 = x5tS256
    this.keyType = keyType
    this.key = key
  }

  /** How signatures are checked with this key; null when it cannot check that algorithm. */
  verifierOf(algorithm: Algorithm): Verify | null {
    let verify = this.#verifiers.get(algorithm)
    if (verify === undefined) this.#verifiers.set(algorithm, (verify = compileVerify(algorithm, this.keyType, this.key)))
    return verify
  }
}

/**
 * Bytes of 16,384 bits: the most that OpenSSL verifies with.
 *
 * security: what is computed with longer numbers takes seconds.
 */
const MAX_RSA_BYTES = 2048
const ED25519_BYTES = 32
const CURVES: Readonly<Record<string, number>> = { 'P-256': 32, 'P-384': 48, 'P-521': 66 }

/** The keys of a JWK Set in its order. Throws when the text is no set or when one of its keys cannot be used. */
export function parseJwkSet(text: string): Jwk[] {
  return listKeys(text).flatMap((raw) => parseJwk(raw) ?? [])
}

/**
 * The keys of a JWK Set that can check signatures of one of the algorithms, by their names. Others are left out: those that
 * cannot be read, and those that are meant for something else (`use`, `alg`). Throws when the text is no set.
 */
export function parseUsableKeys(text: string, algorithms: ReadonlySet<string>): Jwk[] {
  return listKeys(text).flatMap((raw): Jwk[] => {
    try {
      const key = parseJwk(raw)
      const { use = 'sig', alg } = raw as JsonRecord
      return key !== null && use === 'sig' && (alg === undefined || algorithms.has(alg as string)) ? [key] : []
    } catch {
      return []
    }
  })
}

function listKeys(text: string): unknown[] {
  const set = parseStrictObject(text)
  // compat: the set is read by Go's own decoder, which takes names in any case; its keys are not.
  const keys = valueInAnyCase(set, 'keys') ?? []
  if (!Array.isArray(keys)) throw new Error('the keys of a JWK set must be a list')
  return keys
}

/** Throws when it is no key that go-jose would read; null for one that it reads, and that nothing may be done with. Messages never show key material. */
export function parseJwk(raw: unknown): Jwk | null {
  if (!isObject(raw)) throw new Error('a JWK must be an object')
  const kid = textOf(raw, 'kid')
  for (const name of ['use', 'alg']) textOf(raw, name)
  parseUrl(textOf(raw, 'x5u'))
  const certificates = certificatesOf(raw)
  const x5t = thumbprintOf(raw, 'x5t', 'sha1', certificates[0])
  const x5tS256 = thumbprintOf(raw, 'x5t#S256', 'sha256', certificates[0])
  const keyType = textOf(raw, 'kty')
  const key = importKey(keyType, raw)
  if (key === null) return null
  if (certificates[0] !== undefined) checkCertificate(key, certificates[0])
  return new Jwk(kid, x5t, x5tS256, keyType as KeyType, key)
}

function importKey(keyType: string, raw: JsonRecord): KeyObject | null {
  switch (keyType) {
    case 'oct':
      return createSecretKey(need(raw, 'k', 'oct'))
    case 'RSA':
      return importRsa(raw)
    case 'EC':
      return importEc(raw)
    case 'OKP':
      return importEd25519(raw)
    default:
      throw new Error('unknown type of a JWK')
  }
}

function importRsa(raw: JsonRecord): KeyObject {
  const n = needRsaNumber(raw, 'n')
  const e = needRsaNumber(raw, 'e')
  if (bytesOf(raw, 'd') === null) return importPublic({ kty: 'RSA', n: encode(n), e: encode(e) })
  const [d, p, q] = [needRsaNumber(raw, 'd'), needRsaNumber(raw, 'p'), needRsaNumber(raw, 'q')]
  const numbers = completeRsaKey({ n, e, d, p, q })
  const jwk = Object.fromEntries(Object.entries(numbers).map(([name, bytes]) => [name, encode(bytes)]))
  return importPrivate({ kty: 'RSA', ...jwk })
}

/** Some write a zero byte in front, so that no number looks negative. */
function needRsaNumber(raw: JsonRecord, name: string): Buffer {
  const bytes = need(raw, name, 'RSA')
  const first = bytes.findIndex((byte) => byte !== 0)
  if (first >= 0 && bytes.length - first > MAX_RSA_BYTES) throw new Error(`${name} of an RSA key is longer than ${MAX_RSA_BYTES * 8} bits`)
  return bytes
}

function importEc(raw: JsonRecord): KeyObject {
  const crv = textOf(raw, 'crv')
  const size = Object.hasOwn(CURVES, crv) ? CURVES[crv] : undefined
  if (size === undefined) throw new Error('unsupported elliptic curve of a JWK')
  const x = needSize(raw, 'x', size)
  const y = needSize(raw, 'y', size)
  const point = { kty: 'EC', crv, x: encode(x), y: encode(y) }
  const d = bytesOf(raw, 'd')
  if (d === null) return importPublic(point)
  return importPrivate({ ...point, d: encode(needSize(raw, 'd', size)) })
}

/**
 * compat: go-jose cuts what is longer than 32 bytes, and fills up what is shorter with zeros.
 *
 * security: the latter is no key here; of zeros it could be one that everybody signs for.
 */
function importEd25519(raw: JsonRecord): KeyObject | null {
  if (textOf(raw, 'crv') !== 'Ed25519') throw new Error('unsupported curve of an OKP key')
  const x = need(raw, 'x', 'OKP')
  const d = bytesOf(raw, 'd')
  if (x.length < ED25519_BYTES || (d !== null && d.length < ED25519_BYTES)) return null
  const point = { kty: 'OKP', crv: 'Ed25519', x: encode(x.subarray(0, ED25519_BYTES)) }
  return d === null ? importPublic(point) : importPrivate({ ...point, d: encode(d.subarray(0, ED25519_BYTES)) })
}

function importPublic(key: Record<string, string>): KeyObject {
  return withoutDetails(() => createPublicKey({ key, format: 'jwk' }))
}

function importPrivate(key: Record<string, string>): KeyObject {
  return withoutDetails(() => createPrivateKey({ key, format: 'jwk' }))
}

/** security: what Node says about a wrong key may quote it. */
function withoutDetails(create: () => KeyObject): KeyObject {
  try {
    return create()
  } catch {
    throw new Error('a JWK has values that make no key')
  }
}

function certificatesOf(raw: JsonRecord): X509Certificate[] {
  const list = memberOf(raw, 'x5c') ?? []
  if (!Array.isArray(list)) throw new Error('x5c must be a list')
  return list.map(parseCertificate)
}

/** A certificate in the base64 form of `x5c`. Throws when it is none. */
export function parseCertificate(text: unknown): X509Certificate {
  const der = typeof text === 'string' ? decodeBase64(text) : null
  if (der === null) throw new Error('x5c must hold certificates in base64')
  return new X509Certificate(der)
}

function checkCertificate(key: KeyObject, certificate: X509Certificate): void {
  if (key.type === 'secret') throw new Error('a secret key cannot have a certificate')
  const own = key.type === 'private' ? createPublicKey(key) : key
  if (!own.equals(certificate.publicKey)) throw new Error('the key and its certificate do not fit')
}

/** Base64url of a thumbprint that is given as base64url of the digest or of its hexadecimal text. */
function thumbprintOf(raw: JsonRecord, name: string, hash: string, certificate: X509Certificate | undefined): string {
  let bytes = bytesOf(raw, name)
  if (bytes === null || bytes.length === 0) return ''
  const size = hash === 'sha1' ? 20 : 32
  if (bytes.length === 2 * size) bytes = Buffer.from(bytes.toString('latin1'), 'hex')
  if (bytes.length !== size) throw new Error(`${name} has the wrong length`)
  if (certificate !== undefined && !createHash(hash).update(certificate.raw).digest().equals(bytes)) {
    throw new Error(`${name} does not fit the certificate`)
  }
  return encode(bytes)
}

function textOf(raw: JsonRecord, name: string): string {
  const value = memberOf(raw, name) ?? ''
  if (typeof value !== 'string') throw new Error(`${name} of a JWK must be a text`)
  return value
}

function bytesOf(raw: JsonRecord, name: string): Buffer | null {
  const value = memberOf(raw, name) ?? null
  if (value === null) return null
  const bytes = typeof value === 'string' ? decodeLinesOfBase64url(value) : null
  if (bytes === null) throw new Error(`${name} of a JWK must be base64url`)
  return bytes
}

function need(raw: JsonRecord, name: string, keyType: string): Buffer {
  const bytes = bytesOf(raw, name)
  if (bytes === null) throw new Error(`${name} of the ${keyType} key is missing`)
  return bytes
}

function needSize(raw: JsonRecord, name: string, size: number): Buffer {
  const bytes = need(raw, name, textOf(raw, 'kty'))
  if (bytes.length !== size) throw new Error(`${name} of a JWK has the wrong length`)
  return bytes
}

function encode(bytes: Buffer): string {
  return bytes.toString('base64url')
}
