// The registered claims, roles and scopes of a token. Knows nothing of signatures and HTTP.

import { TokenError } from './jws.ts'
import { memberOf } from './strict-json.ts'
import type { JsonRecord } from './strict-json.ts'
import { isObject } from '../../../../json/types.ts'

/** Seconds since 1970; null where the token does not say. */
export interface TokenTimes {
  readonly notBefore: number | null
  readonly expiry: number | null
  readonly issuedAt: number | null
}

export interface Expected {
  /** Empty: any. */
  readonly issuer: string
  /** All of them must be in `aud`. */
  readonly audience: readonly string[]
}

const ISSUER = new TokenError('go-jose/go-jose/jwt: validation failed, invalid issuer claim (iss)')
const AUDIENCE = new TokenError('go-jose/go-jose/jwt: validation failed, invalid audience claim (aud)')
const NOT_YET = new TokenError('go-jose/go-jose/jwt: validation failed, token not valid yet (nbf)')
const EXPIRED = new TokenError('go-jose/go-jose/jwt: validation failed, token is expired (exp)')
const FROM_FUTURE = new TokenError('go-jose/go-jose/jwt: validation field, token issued in the future (iat)')
/**
 * The last second that Go's clock can tell: it counts from the year 1 in 63 bits.
 *
 * security: behind it KrakenD's arithmetic wraps around, and a token that is not valid yet counts as one of long ago.
 */
const LAST_DATE = 2 ** 63 - 62_135_596_800

/** Checks types, issuer and audience, and gives the times. Throws a TokenError. */
export function checkRegistered(claims: JsonRecord, expected: Expected): TokenTimes {
  const issuer = optionalText(claims, 'iss')
  optionalText(claims, 'sub')
  optionalText(claims, 'jti')
  const audience = audienceOf(claims)
  const times = { notBefore: dateOf(claims, 'nbf'), expiry: dateOf(claims, 'exp'), issuedAt: dateOf(claims, 'iat') }
  if (expected.issuer !== '' && issuer !== expected.issuer) throw ISSUER
  for (const wanted of expected.audience) if (!audience.includes(wanted)) throw AUDIENCE
  return times
}

/** Throws a TokenError when it is too early or too late for the token. A token without `exp` never expires. */
export function checkTimes(times: TokenTimes, nowMs: number, leewayMs: number): void {
  const { notBefore, expiry, issuedAt } = times
  if (notBefore !== null && nowMs + leewayMs < notBefore * 1000) throw NOT_YET
  if (expiry !== null && nowMs - leewayMs > expiry * 1000) throw EXPIRED
  if (issuedAt !== null && nowMs + leewayMs < issuedAt * 1000) throw FROM_FUTURE
}

function optionalText(claims: JsonRecord, name: string): string {
  const value = memberOf(claims, name) ?? ''
  if (typeof value !== 'string') throw wrongType(name)
  return value
}

function audienceOf(claims: JsonRecord): readonly string[] {
  const value = memberOf(claims, 'aud')
  if (value === undefined) return []
  if (typeof value === 'string') return [value]
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  throw wrongType('aud')
}

/** Fractions are cut off, as in Go. */
function dateOf(claims: JsonRecord, name: string): number | null {
  const value = memberOf(claims, name) ?? null
  if (value === null) return null
  if (typeof value !== 'number' || !(value <= LAST_DATE)) throw wrongType(name)
  return Math.trunc(value)
}

function wrongType(name: string): TokenError {
  return new TokenError(`go-jose/go-jose/jwt: claim ${name} has the wrong type`)
}

/** Finds one claim; undefined when it is not there. */
export type ClaimReader = (claims: JsonRecord) => unknown

/** A claim by its name alone, whatever dots it has. */
export function flatClaim(name: string): ClaimReader {
  return (claims) => memberOf(claims, name)
}

/** A claim inside objects: `realm_access.roles`. */
export function nestedClaim(path: string): ClaimReader {
  const steps = path.split('.')
  return function readNested(claims) {
    let value: unknown = claims
    for (const step of steps) {
      if (!isObject(value)) return undefined
      value = memberOf(value, step)
    }
    return value
  }
}

/** Names with dots are paths (`claimAt` reads them), unless they are URLs. Null for a path that is none. */
export function claimByDots(name: string, claimAt: (path: string) => ClaimReader | null): ClaimReader | null {
  return name.includes('.') && !name.startsWith('http') ? claimAt(name) : flatClaim(name)
}

/** Says whether a claim's roles or scopes are enough. */
export type ClaimTest = (claims: JsonRecord) => boolean

/** One of the roles is enough; the claim is a list of texts or a text with blanks between them. */
export function rolesTest(read: ClaimReader, roles: readonly string[]): ClaimTest {
  const wanted = new Set(roles)
  return function hasRole(claims) {
    const value = read(claims)
    if (typeof value === 'string') return value.split(' ').some((role) => wanted.has(role))
    if (!Array.isArray(value)) return false
    for (const role of value) {
      // security: KrakenD panics at something that is no text; what it would have found behind it does not count.
      if (typeof role !== 'string') return false
      if (wanted.has(role)) return true
    }
    return false
  }
}

/** Any or all of the scopes; the claim is a list of texts or a text with blanks between them. */
export function scopesTest(read: ClaimReader, scopes: readonly string[], needsAll: boolean): ClaimTest {
  return function hasScopes(claims) {
    const value = read(claims)
    const held: unknown[] = typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : []
    if (held.length === 0 || held.some((scope) => typeof scope !== 'string')) return false
    return needsAll ? scopes.every((scope) => held.includes(scope)) : scopes.some((scope) => held.includes(scope))
  }
}
