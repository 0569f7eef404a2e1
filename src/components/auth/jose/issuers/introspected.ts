// Tokens that an authorization server vouches for: alone, or besides their signature. Knows nothing of HTTP.

import type { Scope } from '../../../../engine/scope.ts'
import { checkRegistered, checkTimes, type Expected, type TokenTimes } from '../token/claims.ts'
import { TokenError } from '../token/jws.ts'
import { type JsonRecord, memberOf } from '../token/strict-json.ts'
import type { GoodToken, Verifier } from '../token/verified-token.ts'
import type { Clock } from '../keys/shared-download.ts'
import type { Introspector, Word } from './introspector.ts'

export interface IntrospectedInit<T> {
  readonly introspector: Pick<Introspector, 'ask'>
  readonly expected: Expected
  readonly leewayMs: number
  readonly clock: Clock
  readonly derive: (claims: JsonRecord) => T
}

/** What an access token is made of (RFC 6749, A.12), without blanks. */
const PLAUSIBLE = /^[\x21-\x7e]+$/
const IMPLAUSIBLE = new TokenError('this can be no token')
const INACTIVE = new TokenError('the token is not active')

interface Judged<T> {
  readonly times: TokenTimes
  readonly good: GoodToken<T>
}

/** Takes whatever the server says of a token for its claims. */
export class IntrospectedTokens<T> implements Verifier<T> {
  readonly #init: IntrospectedInit<T>
  /** perf: what follows from an answer is found out once for all its requests. */
  readonly #judged = new WeakMap<JsonRecord, Judged<T>>()

  constructor(init: IntrospectedInit<T>) {
    this.#init = init
  }

  verify(token: string, scope?: Scope): GoodToken<T> | Promise<GoodToken<T>> {
    if (!PLAUSIBLE.test(token)) throw IMPLAUSIBLE
    const word = this.#init.introspector.ask(token, scope)
    return word instanceof Promise ? word.then((late) => this.#judge(late)) : this.#judge(word)
  }

  #judge({ claims }: Word): GoodToken<T> {
    if (claims === null) throw INACTIVE
    const { clock, leewayMs } = this.#init
    const { times, good } = this.#judged.get(claims) ?? this.#check(claims)
    checkTimes(times, clock(), leewayMs)
    return good
  }

  #check(claims: JsonRecord): Judged<T> {
    const { expected, derive } = this.#init
    // A server need not say who it is: it was asked at its own address.
    const issuer = memberOf(claims, 'iss') === undefined ? '' : expected.issuer
    const times = checkRegistered(claims, { ...expected, issuer })
    const judged = { times, good: { claims, result: derive(claims) } }
    this.#judged.set(claims, judged)
    return judged
  }
}

/** Tokens whose signature is good and which the server has not revoked. Their claims are those that were signed. */
export class ConfirmedTokens<T> implements Verifier<T> {
  readonly #signed: Verifier<T>
  readonly #active: Verifier<null>

  constructor(signed: Verifier<T>, active: Verifier<null>) {
    this.#signed = signed
    this.#active = active
  }

  /** security: the server is asked for nothing that was not signed. */
  verify(token: string, scope?: Scope): GoodToken<T> | Promise<GoodToken<T>> {
    const signed = this.#signed.verify(token, scope)
    return signed instanceof Promise ? signed.then((good) => this.#confirm(token, good, scope)) : this.#confirm(token, signed, scope)
  }

  #confirm(token: string, signed: GoodToken<T>, scope: Scope | undefined): GoodToken<T> | Promise<GoodToken<T>> {
    const active = this.#active.verify(token, scope)
    return active instanceof Promise ? active.then(() => signed) : signed
  }
}
