// Checks one token from its text to what follows from it, and remembers the good ones. Knows nothing of requests.

import type { Scope } from '../../../../engine/scope.ts'
import type { Algorithm } from './algorithms.ts'
import { checkRegistered, checkTimes } from './claims.ts'
import type { Expected, TokenTimes } from './claims.ts'
import type { Jwk } from '../keys/jwk.ts'
import { checkEmbeddedKeys, parseClaims, parseJws, TokenError } from './jws.ts'
import type { Jws } from './jws.ts'
import type { KeyIds } from '../keys/key-ids.ts'
import type { KeySource } from '../keys/key-sources.ts'
import type { Clock } from '../keys/shared-download.ts'
import { freezeDeeply } from './strict-json.ts'
import type { JsonRecord } from './strict-json.ts'
import { TokenCache } from './token-cache.ts'

/** The claims of a token that is good, with what the caller derived from them. */
export interface GoodToken<T> {
  /** Frozen: requests share it. */
  readonly claims: JsonRecord
  readonly result: T
}

/** Says whether tokens are good. */
export interface Verifier<T> {
  /**
   * The token, at once if nobody must be asked. Throws or rejects with a TokenError when it is refused, with a GatewayError when that cannot be said.
   * `scope` is that of the request it came with, whose fields (its id) go to those who are asked.
   */
  verify(token: string, scope?: Scope): GoodToken<T> | Promise<GoodToken<T>>
}

/** A token whose signature and registered claims were good. */
interface VerifiedToken<T> extends GoodToken<T> {
  readonly keyId: string
  readonly key: Jwk
  readonly times: TokenTimes
}

export interface TokenVerifierInit<T> {
  /** Those that tokens may have. */
  readonly algorithms: readonly Algorithm[]
  readonly keys: KeySource
  readonly ids: KeyIds
  readonly expected: Expected
  readonly leewayMs: number
  readonly clock: Clock
  /** What depends on nothing but the claims; computed once for a token. */
  readonly derive: (claims: JsonRecord) => T
}

const WRONG_ALGORITHM = new TokenError('algorithm is invalid')
const WRONG_SIGNATURE = new TokenError('go-jose/go-jose: error in cryptographic primitive')
const UNSUPPORTED_KEY = new TokenError('go-jose/go-jose: unsupported key type/format')

/**
 * Verifies tokens with the keys of one source.
 *
 * A remembered token counts only as long as the source gives, for its id, the very key that it was verified with, and
 * its times are looked at again each time: it outlives neither `exp` nor its key.
 */
export class TokenVerifier<T> implements Verifier<T> {
  readonly #init: TokenVerifierInit<T>
  readonly #cache = new TokenCache<VerifiedToken<T>>()

  constructor(init: TokenVerifierInit<T>) {
    this.#init = init
  }

  /** The token, at once if its key is at hand. Throws or rejects with a TokenError when it is refused. */
  verify(token: string): VerifiedToken<T> | Promise<VerifiedToken<T>> {
    const { keys, ids } = this.#init
    const known = this.#cache.get(token)
    if (known !== undefined) {
      if (keys.peek(known.keyId) === known.key) return this.#recheck(token, known)
      const key = keys.get(known.keyId)
      // perf: the keys may have been fetched again without having changed.
      const judge = (found: Jwk): VerifiedToken<T> =>
        found === known.key ? this.#recheck(token, known) : this.#check(token, parseJws(token), known.keyId, found)
      return key instanceof Promise ? key.then(judge) : judge(key)
    }
    const jws = parseJws(token)
    this.#algorithmOf(jws)
    const keyId = ids.ofToken(jws)
    if (keys.peek(keyId) === null) {
      // security: nothing is downloaded for what cannot be a token anyway.
      parseClaims(jws.payload)
    }
    const key = keys.get(keyId)
    return key instanceof Promise ? key.then((found) => this.#check(token, jws, keyId, found)) : this.#check(token, jws, keyId, key)
  }

  #algorithmOf({ alg }: Jws): Algorithm {
    for (const algorithm of this.#init.algorithms) if (algorithm.name === alg) return algorithm
    throw WRONG_ALGORITHM
  }

  #recheck(token: string, known: VerifiedToken<T>): VerifiedToken<T> {
    try {
      checkTimes(known.times, this.#init.clock(), this.#init.leewayMs)
    } catch (error) {
      this.#cache.delete(token)
      throw error
    }
    return known
  }

  #check(token: string, jws: Jws, keyId: string, key: Jwk): VerifiedToken<T> {
    const { expected, clock, leewayMs, derive } = this.#init
    const verify = key.verifierOf(this.#algorithmOf(jws))
    if (verify === null) throw UNSUPPORTED_KEY
    if (!verify(jws.signingInput, jws.signature)) throw WRONG_SIGNATURE
    checkEmbeddedKeys(jws.header)
    const claims = freezeDeeply(parseClaims(jws.payload))
    const times = checkRegistered(claims, expected)
    checkTimes(times, clock(), leewayMs)
    const verified = { keyId, key, times, claims, result: derive(claims) }
    this.#cache.set(token, verified)
    return verified
  }
}
