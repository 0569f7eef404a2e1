// fmt.Sprintf: a format and its arguments. What a verb does with a value is in format-value.ts.

import { Flags } from './format-flags.ts'
import { formatVerb } from './format-value.ts'
import { runeOf } from './text.ts'
import { GoInt, type GoValue, typeOf } from './value.ts'

/** Wider or more exact is an error, as in Go: a format cannot ask for gigabytes. */
const MAX_NUMBER = 1_000_000

/** Never fails: a mistake in the format shows in the text, `%!d(string=hi)`. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  return new Formatter(format, args).run()
}

class Formatter {
  readonly #format: string
  readonly #args: readonly GoValue[]
  #at = 0
  #next = 0
  #wasReordered = false
  /** Whether an index such as `[3]` was good. */
  #isGoodIndex = true
  /** Whether the last thing read was an index. */
  #afterIndex = false

  constructor(format: string, args: readonly GoValue[]) {
    this.#format = format
    this.#args = args
  }

  run(): string {
    let text = ''
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at)
      text += this.#format.slice(this.#at, percent < 0 ? undefined : percent)
      if (percent < 0) break
      this.#at = percent + 1
      text += this.#verb()
    }
    return text + this.#extra()
  }

  #extra(): string {
    if (this.#wasReordered || this.#next >= this.#args.length) return ''
    const rest = this.#args.slice(this.#next).map((value) => {
      const type = typeOf(value)
      return type === null ? '<nil>' : `${type}=${formatVerb(value, 'v', new Flags())}`
    })
    return `%!(EXTRA ${rest.join(', ')})`
  }

  #verb(): string {
    this.#isGoodIndex = true
    this.#afterIndex = false
    const flags = this.#readFlags()
    let text = ''
    this.#readIndex()
    if (this.#peek() === '*') {
      this.#at++
      const width = this.#readArgument()
      if (width === null) text += '%!(BADWIDTH)'
      else {
        flags.width = Math.abs(width)
        if (width < 0) {
          flags.minus = true
          flags.zero = false
        }
      }
      this.#afterIndex = false
    } else {
      flags.width = this.#readNumber()
      if (this.#afterIndex && flags.width !== null) this.#isGoodIndex = false
    }
    if (this.#peek() === '.') text += this.#readPrecision(flags)
    if (!this.#afterIndex) this.#readIndex()
    return text + this.#show(flags)
  }

  #readFlags(): Flags {
    const flags = new Flags()
    for (; ; this.#at++) {
      const character = this.#peek()
      if (character === '#') flags.sharp = true
      else if (character === '0') flags.zero = true
      else if (character === '+') flags.plus = true
      else if (character === '-') flags.minus = true
      else if (character === ' ') flags.space = true
      else return flags
    }
  }

  #readPrecision(flags: Flags): string {
    this.#at++
    if (this.#afterIndex) this.#isGoodIndex = false
    this.#readIndex()
    if (this.#peek() !== '*') {
      flags.precision = this.#readNumber() ?? 0
      return ''
    }
    this.#at++
    const precision = this.#readArgument()
    this.#afterIndex = false
    if (precision === null) return '%!(BADPREC)'
    if (precision >= 0) flags.precision = precision
    return precision < 0 ? '%!(BADPREC)' : ''
  }

  #show(flags: Flags): string {
    const verb = this.#readVerb()
    if (verb === null) return '%!(NOVERB)'
    if (verb === '%') return '%'
    if (!this.#isGoodIndex) return `%!${verb}(BADINDEX)`
    if (this.#next >= this.#args.length) return `%!${verb}(MISSING)`
    const value = this.#args[this.#next++]
    if (verb === 'w') return formatVerb(value, verb, flags)
    if (verb === 'v') {
      flags.sharpV = flags.sharp
      flags.sharp = false
      flags.plusV = flags.plus
      flags.plus = false
    }
    return formatVerb(value, verb, flags)
  }

  #readVerb(): string | null {
    const code = this.#format.codePointAt(this.#at)
    if (code === undefined) return null
    const character = String.fromCodePoint(code)
    this.#at += character.length
    return runeOf(character) === 0xfffd ? '\uFFFD' : character
  }

  #peek(): string {
    return this.#format.charAt(this.#at)
  }

  #readNumber(): number | null {
    const digits = /^\d+/.exec(this.#format.slice(this.#at, this.#at + 10))?.[0]
    if (digits === undefined) return null
    const value = Number(digits)
    this.#at += digits.length
    // compat: the number that is too large is skipped as if it were not there
    return value > MAX_NUMBER ? null : value
  }

  /** `[n]`: the next argument is the n-th. */
  #readIndex(): void {
    if (this.#peek() !== '[') return
    this.#wasReordered = true
    this.#afterIndex = true
    const end = this.#format.indexOf(']', this.#at)
    const number = end < 0 ? null : /^\d+$/.exec(this.#format.slice(this.#at + 1, end))
    this.#at = end < 0 ? this.#at + 1 : end + 1
    const index = number === null ? 0 : Number(number[0])
    if (index >= 1 && index <= this.#args.length) this.#next = index - 1
    else this.#isGoodIndex = false
  }

  /** The argument of a `*`, null when it is no fitting number. */
  #readArgument(): number | null {
    if (this.#next >= this.#args.length) return null
    const value = this.#args[this.#next++]
    if (!(value instanceof GoInt) || value.value > MAX_NUMBER || value.value < -MAX_NUMBER) return null
    return Number(value.value)
  }
}
