// A bounded memory of verified tokens. Knows nothing of what is remembered, nor of when it is no longer true.

/** Per generation; two of them exist. */
const MAX_TOKENS = 1000
const MAX_CHARACTERS = 1_000_000

/**
 * Two generations: a full one becomes the old one, and what nobody asks for in the meantime is forgotten with it.
 *
 * perf: a hit in the young generation is one look-up and moves nothing; a list by last use would be rebuilt by every hit.
 * security: only tokens with a good signature may come in, so nobody fills it with rubbish.
 */
export class TokenCache<T> {
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #characters = 0

  get(token: string): T | undefined {
    const found = this.#young.get(token)
    if (found !== undefined) return found
    const aged = this.#old.get(token)
    if (aged !== undefined) this.set(token, aged)
    return aged
  }

  set(token: string, value: T): void {
    if (this.#young.size >= MAX_TOKENS || this.#characters + token.length > MAX_CHARACTERS) {
      this.#old = this.#young
      this.#young = new Map()
      this.#characters = 0
    }
    if (!this.#young.has(token)) this.#characters += token.length
    // security: the token may be a slice of a cookie line of a megabyte, which some engines (Node 20) keep with it. Tokens are ASCII.
    this.#young.set(Buffer.from(token, 'latin1').toString('latin1'), value)
  }

  delete(token: string): void {
    this.#young.delete(token)
    this.#old.delete(token)
  }

  /** Tokens held, at most 2000. */
  get size(): number {
    return this.#young.size + this.#old.size
  }
}
