// Keeps one token fresh: fetched once for all who wait, in all workers, in the style of authentication that works. Knows nothing of HTTP.

import type { HeldToken, SharedToken } from './shared-token.ts'
import type { Token } from './token-answer.ts'
import type { TokenRequest, TokenRequests } from './token-request.ts'

/** A token that ends sooner is not used for another request. */
const EARLY_MS = 10_000
/** Whoever waits for another worker longer than this fetches a token of its own: that one may have died. */
const MAX_WAIT_MS = 5000

export type FetchToken = (request: TokenRequest) => Promise<Token>

export class TokenSource {
  readonly #requests: TokenRequests
  readonly #fetch: FetchToken
  readonly #shared: SharedToken
  /** Milliseconds that never go back, the same in all workers. */
  readonly #nowMs: () => number
  #held: HeldToken | null = null
  #fetching: Promise<Token> | null = null

  constructor(requests: TokenRequests, fetch: FetchToken, shared: SharedToken, nowMs: () => number) {
    this.#requests = requests
    this.#fetch = fetch
    this.#shared = shared
    this.#nowMs = nowMs
  }

  /** The token at hand; null when a new one is needed. */
  current(): Token | null {
    const held = this.#newest()
    return held !== null && this.#nowMs() < held.freshUntilMs ? held.token : null
  }

  /** Fetches a token; whoever asks meanwhile waits for the same one. */
  next(): Promise<Token> {
    this.#fetching ??= this.#fetchOrWait().finally(() => {
      this.#fetching = null
    })
    return this.#fetching
  }

  /** Forgets that token, if it is still the one at hand. */
  drop(token: Token): void {
    const held = this.#newest()
    if (held?.token === token) this.#hold({ ...held, token: null })
  }

  #newest(): HeldToken | null {
    this.#held = this.#shared.news() ?? this.#held
    return this.#held
  }

  async #fetchOrWait(): Promise<Token> {
    const mayFetch = this.#shared.tryBegin(this.#nowMs())
    if (!mayFetch) await this.#shared.waitForEnd(MAX_WAIT_MS)
    try {
      return this.current() ?? (await this.#fetchInKnownStyle())
    } finally {
      if (mayFetch) this.#shared.end()
    }
  }

  async #fetchInKnownStyle(): Promise<Token> {
    const { withBasic, withBody } = this.#requests
    if (this.#held === null) return this.#probe()
    const { isInBody } = this.#held
    return this.#take(await this.#fetch(isInBody ? withBody : withBasic), isInBody)
  }

  /** compat: any failure with Basic is taken for a server that wants the credentials in the body. */
  async #probe(): Promise<Token> {
    const { withBasic, withBody } = this.#requests
    let token: Token
    try {
      token = await this.#fetch(withBasic)
    } catch {
      return this.#take(await this.#fetch(withBody), true)
    }
    return this.#take(token, false)
  }

  #take(token: Token, isInBody: boolean): Token {
    const isEndless = token.lifetimeSeconds === 0
    this.#hold({ token, freshUntilMs: isEndless ? Infinity : this.#nowMs() + token.lifetimeSeconds * 1000 - EARLY_MS, isInBody })
    return token
  }

  #hold(held: HeldToken): void {
    this.#held = held
    this.#shared.tell(held)
  }
}
