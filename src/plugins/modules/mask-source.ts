// A JavaScript or TypeScript source with everything blanked that is no code, so that words can be looked for. Understands no syntax beyond that.

/** Behind these a slash begins a regular expression; behind anything else it divides. */
const BEFORE_PATTERN = /(?:^|[([{,;=:?!&|+\-*%<>~^]|\b(?:return|typeof|case|in|of|do|else|void|delete|throw|new|await|yield|instanceof))$/
const LOOK_BACK = 20

/**
 * The same length and the same lines: comments, regular expressions and what stands inside of quotes are blanks; the quotes stay.
 * Never throws; a source that is no JavaScript gives something.
 */
export function maskSource(source: string): string {
  return new Masker(source).mask()
}

class Masker {
  readonly #source: string
  #at = 0
  #out = ''

  constructor(source: string) {
    this.#source = source
  }

  mask(): string {
    // A first line such as `#!/usr/bin/env node` is a comment.
    if (this.#source.startsWith('#!')) this.#blankLine()
    this.#code(false)
    return this.#out
  }

  /** Until the end, or until the brace that ends an expression of a template. */
  #code(isInTemplate: boolean): void {
    let depth = 0
    while (this.#at < this.#source.length) {
      const char = this.#source[this.#at] as string
      if (char === '/' && this.#slash()) continue
      if (char === "'" || char === '"') this.#quoted(char)
      else if (char === '`') this.#template()
      else if (isInTemplate && char === '}' && depth === 0) return
      else {
        if (char === '{') depth++
        else if (char === '}') depth--
        this.#keep(1)
      }
    }
  }

  /** Whether it began a comment or a regular expression, which is blanked then. */
  #slash(): boolean {
    const next = this.#source[this.#at + 1]
    if (next === '/') this.#blankLine()
    else if (next === '*') {
      const end = this.#source.indexOf('*/', this.#at + 2)
      this.#blank(end === -1 ? this.#source.length : end + 2)
    } else if (BEFORE_PATTERN.test(this.#out.slice(-LOOK_BACK).trimEnd())) this.#pattern()
    else return false
    return true
  }

  #pattern(): void {
    let isClass = false
    let end = this.#at + 1
    for (; end < this.#source.length; end++) {
      const char = this.#source[end]
      if (char === '\n' || (char === '/' && !isClass)) break
      if (char === '\\') end++
      else if (char === '[') isClass = true
      else if (char === ']') isClass = false
    }
    this.#blank(Math.min(end + 1, this.#source.length))
  }

  #quoted(quote: string): void {
    let end = this.#at + 1
    while (end < this.#source.length && this.#source[end] !== quote && this.#source[end] !== '\n') end += this.#source[end] === '\\' ? 2 : 1
    this.#keep(1)
    this.#blank(Math.min(end, this.#source.length))
    if (this.#source[this.#at] === quote) this.#keep(1)
  }

  #template(): void {
    this.#keep(1)
    while (this.#at < this.#source.length && this.#source[this.#at] !== '`') {
      if (this.#source.startsWith('${', this.#at)) {
        this.#keep(2)
        this.#code(true)
        this.#keep(1)
      } else this.#blank(Math.min(this.#at + (this.#source[this.#at] === '\\' ? 2 : 1), this.#source.length))
    }
    this.#keep(1)
  }

  #blankLine(): void {
    const end = this.#source.indexOf('\n', this.#at)
    this.#blank(end === -1 ? this.#source.length : end)
  }

  #keep(count: number): void {
    this.#out += this.#source.slice(this.#at, this.#at + count)
    this.#at += count
  }

  #blank(end: number): void {
    this.#out += this.#source.slice(this.#at, end).replaceAll(/[^\n]/g, ' ')
    this.#at = end
  }
}
