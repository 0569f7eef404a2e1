// Keeps one token fresh: fetched once for all who wait, in the style of authentication that works. Knows nothing of HTTP.

import type { Token } from './token-answer.ts'
import type { TokenRequest, TokenRequests } from './token-request.ts'

/** A token that ends sooner is not used for another request. */
const EARLY_MS = 10_000

export type FetchToken = (request: TokenRequest) => Promise<Token>

interface Held {
  readonly token: Token
  readonly freshUntilMs: number
}

export class TokenSource {
  readonly #requests: TokenRequests
  readonly #fetch: FetchToken
  readonly #nowMs: () => number
  #held: Held | null = null
  #fetching: Promise<Token> | null = null
  /** The request that worked before; null while none did. */
  #known: TokenRequest | null = null

  constructor(requests: TokenRequests, fetch: FetchToken, nowMs: () => number) {
    this.#requests = requests
    this.#fetch = fetch
    this.#nowMs = nowMs
  }

  /** The token at hand; null when a new one is needed. */
  current(): Token | null {
    const held = this.#held
    return held !== null && this.#nowMs() < held.freshUntilMs ? held.token : null
  }

  /** Fetches a token; whoever asks meanwhile waits for the same one. */
  next(): Promise<Token> {
    this.#fetching ??= this.#fetchInKnownStyle().finally(() => {
      this.#fetching = null
    })
    return this.#fetching
  }

  /** Forgets that token, if it is still the one at hand. */
  drop(token: Token): void {
    if (this.#held?.token === token) this.#held = null
  }

  async #fetchInKnownStyle(): Promise<Token> {
    const token = this.#known === null ? await this.#probe() : await this.#fetch(this.#known)
    const isEndless = token.lifetimeSeconds === 0
    this.#held = { token, freshUntilMs: isEndless ? Infinity : this.#nowMs() + token.lifetimeSeconds * 1000 - EARLY_MS }
    return token
  }

  /** compat: any failure with Basic is taken for a server that wants the credentials in the body. */
  async #probe(): Promise<Token> {
    const { withBasic, withBody } = this.#requests
    try {
      const token = await this.#fetch(withBasic)
      this.#known = withBasic
      return token
    } catch {
      const token = await this.#fetch(withBody)
      this.#known = withBody
      return token
    }
  }
}
