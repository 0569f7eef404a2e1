// What was worked out from a few texts of outside, kept so that it need not be worked out again: bounded in number and in length.

/**
 * Characters; a longer text is worked out every time.
 * security: whoever chooses a text also chooses its length, and what is remembered stays as long as the process.
 */
export const MAX_REMEMBERED_LENGTH = 64

/** A table for one rule. It holds at most `limit` texts that came by themselves and as many that were expected. */
export class FewTexts<T extends string | number | boolean | null> {
  readonly #limit: number
  readonly #derive: (text: string) => T
  readonly #known = new Map<string, T>()
  #expected = 0

  /** `derive` gives the same for the same text, and never throws. */
  constructor(limit: number, derive: (text: string) => T) {
    this.#limit = limit
    this.#derive = derive
  }

  /** Texts that are remembered now. */
  get size(): number {
    return this.#known.size
  }

  /** What `derive` gives for a text. */
  of(text: string): T {
    if (text.length > MAX_REMEMBERED_LENGTH) return this.#derive(text)
    const known = this.#known.get(text)
    if (known !== undefined) return known
    if (this.#known.size - this.#expected >= this.#limit) return this.#derive(text)
    return this.#remember(text)
  }

  /** Takes texts in that strangers cannot keep out: those that the configuration and everybody uses. */
  expect(texts: Iterable<string>): void {
    for (const text of texts) {
      if (this.#expected >= this.#limit) return
      if (text.length > MAX_REMEMBERED_LENGTH || this.#known.has(text)) continue
      const before = this.#known.size
      this.#remember(text)
      this.#expected += this.#known.size - before
    }
  }

  /** security: a piece of a text (`slice`) keeps the whole of it in memory, so a copy is taken; texts beyond a byte a character have none. */
  #remember(text: string): T {
    const copy = Buffer.from(text, 'latin1').toString('latin1')
    const value = this.#derive(copy === text ? copy : text)
    if (copy === text) this.#known.set(copy, value)
    return value
  }
}
