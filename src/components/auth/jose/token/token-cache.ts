// A bounded memory of verified tokens. Knows nothing of what is remembered, nor of when it is no longer true.

/** Per generation; two of them exist. */
export interface CacheLimits {
  readonly maxTokens: number
  /** Of all its entries. What takes more than an eighth of it is not remembered. */
  readonly maxCharacters: number
}

const DEFAULT_LIMITS: CacheLimits = { maxTokens: 1000, maxCharacters: 1_000_000 }
const MAX_SHARE = 1 / 8

/**
 * Two generations: a full one becomes the old one, and what nobody asks for in the meantime is forgotten with it.
 *
 * perf: a hit in the young generation is one look-up and moves nothing; a list by last use would be rebuilt by every hit.
 * security: only what was good may come in, so nobody fills it with rubbish.
 */
export class TokenCache<T> {
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  readonly #limits: () => CacheLimits
  readonly #sizeOf: (token: string, value: T) => number
  #characters = 0

  /** `limits` are those of now: workers may share them. `sizeOf` says how many characters an entry takes. */
  constructor(limits = (): CacheLimits => DEFAULT_LIMITS, sizeOf = (token: string, _value: T): number => token.length) {
    this.#limits = limits
    this.#sizeOf = sizeOf
  }

  get(token: string): T | undefined {
    const found = this.#young.get(token)
    if (found !== undefined) return found
    const aged = this.#old.get(token)
    if (aged !== undefined) this.set(token, aged)
    return aged
  }

  set(token: string, value: T): void {
    const { maxTokens, maxCharacters } = this.#limits()
    const size = this.#sizeOf(token, value)
    if (size > maxCharacters * MAX_SHARE) return
    if (this.#young.size >= maxTokens || this.#characters + size > maxCharacters) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = 0
    }
    const replaced = this.#young.get(token)
    this.#characters += size - (replaced === undefined ? 0 : this.#sizeOf(token, replaced))
    // security: the token may be a slice of a cookie line of a megabyte, which some engines (Node 20) keep with it. Tokens are ASCII.
    this.#young.set(Buffer.from(token, 'latin1').toString('latin1'), value)
  }

  delete(token: string): void {
    const young = this.#young.get(token)
    if (young !== undefined && this.#young.delete(token)) this.#characters -= this.#sizeOf(token, young)
    this.#old.delete(token)
  }

  /** Tokens held, at most twice the limit: 2000. */
  get size(): number {
    return this.#young.size + this.#old.size
  }
}
