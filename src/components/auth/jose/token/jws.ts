// Signed tokens in compact form, read as go-jose does. Knows nothing of keys' origin, claims and HTTP.

import { decodeBase64url, isCanonical } from '../base64url.ts'
import { parseCertificate, parseJwk } from '../keys/jwk.ts'
import { memberOf, parseFiniteObject } from './strict-json.ts'
import type { JsonRecord } from './strict-json.ts'
import { ExpectedError } from '../../../../go/expected-error.ts'
import { isObject } from '../../../../json/types.ts'

/**
 * Characters; longer ones are not even looked at.
 *
 * security: everybody may send a token, before any limit knows him, so its length bounds what anybody makes the gateway do.
 */
export const MAX_TOKEN_LENGTH = 16_384
/** Longer chains come from nobody's certificate authority. */
const MAX_CHAIN = 10
/** What a key has that can sign, or that both sides share. */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const PUBLIC_TYPES: ReadonlySet<unknown> = new Set(['RSA', 'EC', 'OKP'])

/** Why a token is refused, in KrakenD's words. */
export class TokenError extends ExpectedError {
  constructor(message: string) {
    super(message)
    this.name = 'TokenError'
  }
}

export interface Jws {
  readonly alg: string
  readonly kid: string
  /** The header as parsed: checked, but not trusted before the signature is. */
  readonly header: JsonRecord
  /** What was signed. */
  readonly signingInput: string
  readonly payload: Buffer
  readonly signature: Buffer
}

const MALFORMED = new TokenError('go-jose/go-jose: compact JWS format must have three parts')
const NOT_BASE64 = new TokenError('go-jose/go-jose: illegal base64 data')
const BAD_HEADER = new TokenError('go-jose/go-jose: malformed protected header')
const TOO_LONG = new TokenError(`the token is longer than ${MAX_TOKEN_LENGTH} characters`)
const UNKNOWN_CRITICAL = new TokenError('go-jose/go-jose: unsupported crit header')
/** compat: Go's unicode.IsSpace, here in the bytes of UTF-8. */
const WHITE_SPACE = /[\t\n\v\f\r ]|\xC2[\x85\xA0]|\xE1\x9A\x80|\xE2\x80[\x80-\x8A\xA8\xA9\xAF]|\xE2\x81\x9F|\xE3\x80\x80/g
const MAY_HAVE_WHITE_SPACE = /[\t\n\v\f\r \x80-\xFF]/

/**
 * Splits and decodes a token; nothing about it is verified, and no key that it brings along is read. Throws a TokenError for whatever go-jose refuses, and for the
 * JSON serialization, unencoded payloads and critical headers, which it would accept.
 */
export function parseJws(text: string): Jws {
  if (text.length > MAX_TOKEN_LENGTH) throw TOO_LONG
  const token = MAY_HAVE_WHITE_SPACE.test(text) ? text.replace(WHITE_SPACE, '') : text
  const first = token.indexOf('.')
  const second = token.indexOf('.', first + 1)
  if (first < 0 || second < 0 || token.includes('.', second + 1)) throw MALFORMED
  const head = token.slice(0, first)
  const body = token.slice(first + 1, second)
  const headerBytes = decodeBase64url(head)
  const payload = decodeBase64url(body)
  const signature = decodeBase64url(token.slice(second + 1))
  if (headerBytes === null || payload === null || signature === null) throw NOT_BASE64
  const header = parseHeader(headerBytes)
  // compat: what was signed is the encoding of the decoded bytes, not the text that came.
  const signingInput =
    isCanonical(head) && isCanonical(body)
      ? token.slice(0, second)
      : `${headerBytes.toString('base64url')}.${payload.toString('base64url')}`
  return { alg: textOf(header, 'alg'), kid: textOf(header, 'kid'), header, signingInput, payload, signature }
}

function parseHeader(bytes: Buffer): JsonRecord {
  let header: JsonRecord
  try {
    header = parseFiniteObject(bytes.toString())
  } catch {
    throw BAD_HEADER
  }
  textOf(header, 'nonce')
  checkCritical(header)
  checkShapeOfKeys(header)
  return header
}

/** security: nothing critical is understood here, and `b64` changes what is signed, so both end the token. */
function checkCritical(header: JsonRecord): void {
  const critical = memberOf(header, 'crit') ?? null
  if (critical !== null && !(Array.isArray(critical) && critical.length === 0)) throw UNKNOWN_CRITICAL
  const isEncoded = memberOf(header, 'b64') ?? true
  if (isEncoded !== true) throw UNKNOWN_CRITICAL
}

/**
 * Whether keys that a token brings along could be public keys at all.
 *
 * security: a private key is refused for having such members; to find out whether it is a good one takes a second of arithmetic.
 */
function checkShapeOfKeys(header: JsonRecord): void {
  const jwk = memberOf(header, 'jwk') ?? null
  const chain = memberOf(header, 'x5c') ?? null
  if (jwk !== null) {
    if (!isObject(jwk) || !PUBLIC_TYPES.has(memberOf(jwk, 'kty'))) throw BAD_HEADER
    if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(jwk, name))) throw BAD_HEADER
  }
  if (chain === null) return
  if (!Array.isArray(chain) || chain.length > MAX_CHAIN) throw BAD_HEADER
}

/**
 * Keys that a token brings along must be readable, as for go-jose; they are never used. Throws a TokenError.
 *
 * security: for tokens whose signature was good. Nobody else makes the gateway import keys and certificates.
 */
export function checkEmbeddedKeys(header: JsonRecord): void {
  const jwk = memberOf(header, 'jwk') ?? null
  const chain = memberOf(header, 'x5c') ?? null
  try {
    if (jwk !== null) parseJwk(jwk)
    if (chain !== null) (chain as unknown[]).forEach(parseCertificate)
  } catch {
    throw BAD_HEADER
  }
}

function textOf(header: JsonRecord, name: string): string {
  const value = memberOf(header, name) ?? ''
  if (typeof value !== 'string') throw BAD_HEADER
  return value
}

/** The claims of a payload. Throws a TokenError when it is not one strict JSON object. */
export function parseClaims(payload: Buffer): JsonRecord {
  try {
    return parseFiniteObject(payload.toString())
  } catch {
    throw new TokenError('go-jose/go-jose/jwt: the payload is not a JSON object')
  }
}
