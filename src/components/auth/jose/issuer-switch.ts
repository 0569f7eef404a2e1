// Several issuers at one endpoint: each has keys of its own. Knows nothing of requests.

import { parseClaims, parseJws } from './token/jws.ts'
import { memberOf } from './token/strict-json.ts'
import { TokenCache } from './token/token-cache.ts'
import type { VerifiedToken } from './token/verified-token.ts'

export interface Verifier<T> {
  /** Throws or rejects with a TokenError when the token is refused. */
  verify(token: string): VerifiedToken<T> | Promise<VerifiedToken<T>>
}

/**
 * Asks the verifier of the issuer that a token names, and the main one for any other.
 *
 * security: `iss` is not verified when it is read; it only chooses whose keys and whose rules decide, and these demand
 * the same `iss` again.
 */
export class IssuerSwitch<T> implements Verifier<T> {
  readonly #main: Verifier<T>
  readonly #others: ReadonlyMap<string, Verifier<T>>
  /** perf: a token that was good once is not parsed again to find its verifier. */
  readonly #known = new TokenCache<Verifier<T>>()

  constructor(main: Verifier<T>, others: ReadonlyMap<string, Verifier<T>>) {
    this.#main = main
    this.#others = others
  }

  verify(token: string): VerifiedToken<T> | Promise<VerifiedToken<T>> {
    const known = this.#known.get(token)
    if (known !== undefined) return known.verify(token)
    const verifier = this.#find(token)
    const verified = verifier.verify(token)
    if (verified instanceof Promise) return verified.then((late) => this.#remember(token, verifier, late))
    return this.#remember(token, verifier, verified)
  }

  #find(token: string): Verifier<T> {
    const issuer = memberOf(parseClaims(parseJws(token).payload), 'iss')
    return (typeof issuer === 'string' ? this.#others.get(issuer) : undefined) ?? this.#main
  }

  #remember(token: string, verifier: Verifier<T>, verified: VerifiedToken<T>): VerifiedToken<T> {
    this.#known.set(token, verifier)
    return verified
  }
}
