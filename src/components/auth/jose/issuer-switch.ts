// Several issuers at one endpoint: each has keys and a server of its own. Knows nothing of requests.

import type { Scope } from '../../../engine/scope.ts'
import { parseClaims, parseJws, TokenError } from './token/jws.ts'
import { memberOf } from './token/strict-json.ts'
import { TokenCache } from './token/token-cache.ts'
import type { GoodToken, Verifier } from './token/verified-token.ts'

/** Who decides about a token; null for nobody. */
export interface Switchboard<T> {
  readonly byIssuer: ReadonlyMap<string, Verifier<T>>
  /** Where no name fits: the endpoint's own validator, if it takes any issuer. */
  readonly anyIssuer: Verifier<T> | null
  /** For tokens that name no issuer. */
  readonly withoutIssuer: Verifier<T> | null
  /** For tokens that say nothing themselves. */
  readonly opaque: Verifier<T> | null
}

const UNKNOWN_ISSUER = new TokenError('nobody here knows the issuer of the token')
const JWT_DOTS = 2

/**
 * Asks whoever stands for the issuer that a token names.
 *
 * security: `iss` is not verified when it is read; it only chooses whose keys and whose rules decide, and these demand
 * the same `iss` again. Nobody is asked for a token of an issuer that nobody knows.
 */
export class IssuerSwitch<T> implements Verifier<T> {
  readonly #board: Switchboard<T>
  /** perf: a token that was good once is not parsed again to find its verifier. */
  readonly #known = new TokenCache<Verifier<T>>()

  constructor(board: Switchboard<T>) {
    this.#board = board
  }

  verify(token: string, scope?: Scope): GoodToken<T> | Promise<GoodToken<T>> {
    const known = this.#known.get(token)
    if (known !== undefined) return known.verify(token, scope)
    const verifier = this.#find(token)
    const verified = verifier.verify(token, scope)
    if (verified instanceof Promise) return verified.then((late) => this.#remember(token, verifier, late))
    return this.#remember(token, verifier, verified)
  }

  #find(token: string): Verifier<T> {
    const { byIssuer, anyIssuer, withoutIssuer, opaque } = this.#board
    if (opaque !== null && !isSigned(token)) return opaque
    const issuer = memberOf(parseClaims(parseJws(token).payload), 'iss') ?? null
    const found = typeof issuer === 'string' ? (byIssuer.get(issuer) ?? anyIssuer) : issuer === null ? withoutIssuer : null
    if (found === null) throw UNKNOWN_ISSUER
    return found
  }

  #remember(token: string, verifier: Verifier<T>, verified: GoodToken<T>): GoodToken<T> {
    this.#known.set(token, verifier)
    return verified
  }
}

/** Whether it has the three parts of a JSON Web Token. */
function isSigned(token: string): boolean {
  let dots = 0
  for (let at = token.indexOf('.'); at >= 0 && dots <= JWT_DOTS; at = token.indexOf('.', at + 1)) dots++
  return dots === JWT_DOTS
}
