// fmt.Fprintf: a format and its arguments. What a verb does with a value is in format-value.ts, or known to whoever has other values.

import { Flags } from './format-flags.ts'
import { formatVerb } from './format-value.ts'
import { runeOf } from './text.ts'
import { GoInt, type GoValue, typeOf } from './value.ts'

/** Wider or more exact is an error, as in Go: a format cannot ask for gigabytes. */
const MAX_NUMBER = 1_000_000

/** What a format asks of the values it is given. */
export interface Printer<Value> {
  /** The value under a verb. */
  print(value: Value, verb: string, flags: Flags): string
  /** The name of its type; null for a nil without one. */
  typeOf(value: Value): string | null
  /** What it means as a width or precision; null where Go has no whole number. */
  integerOf(value: Value): bigint | null
}

const GO_PRINTER: Printer<GoValue> = {
  print: formatVerb,
  typeOf,
  integerOf: (value) => (value instanceof GoInt ? value.value : null),
}

/** Never fails: a mistake in the format shows in the text, `%!d(string=hi)`. */
export function sprintf(format: string, args: readonly GoValue[]): string {
  let text = ''
  printf(format, args, GO_PRINTER, (piece) => {
    text += piece
  })
  return text
}

/** The same piece by piece, with values of any kind. */
export function printf<Value>(format: string, args: readonly Value[], printer: Printer<Value>, write: (piece: string) => void): void {
  new Formatter(format, args, printer).run(write)
}

class Formatter<Value> {
  readonly #format: string
  readonly #args: readonly Value[]
  readonly #printer: Printer<Value>
  #at = 0
  #next = 0
  #wasReordered = false
  /** Whether an index such as `[3]` was good. */
  #isGoodIndex = true
  /** Whether the last thing read was an index. */
  #afterIndex = false

  constructor(format: string, args: readonly Value[], printer: Printer<Value>) {
    this.#format = format
    this.#args = args
    this.#printer = printer
  }

  run(write: (piece: string) => void): void {
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at)
      write(this.#format.slice(this.#at, percent < 0 ? undefined : percent))
      if (percent < 0) break
      this.#at = percent + 1
      write(this.#verb())
    }
    if (!this.#wasReordered && this.#next < this.#args.length) write(this.#extra())
  }

  #extra(): string {
    const rest = this.#args.slice(this.#next).map((value) => {
      const type = this.#printer.typeOf(value)
      return type === null ? '<nil>' : `${type}=${this.#printer.print(value, 'v', new Flags())}`
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
    const value = this.#args[this.#next++] as Value
    if (verb === 'v' || verb === 'w') {
      flags.sharpV = flags.sharp
      flags.sharp = false
      flags.plusV = flags.plus
      flags.plus = false
    }
    return this.#printer.print(value, verb, flags)
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
    const start = this.#at
    while (isDigit(this.#peek())) this.#at++
    if (this.#at === start) return null
    const value = Number(this.#format.slice(start, this.#at))
    // compat: the number that is too large is skipped as if it were not there
    return value > MAX_NUMBER ? null : value
  }

  /** `[n]`: the next argument is the n-th. */
  #readIndex(): void {
    if (this.#peek() !== '[') return
    this.#wasReordered = true
    const end = this.#format.indexOf(']', this.#at)
    const number = end < 0 ? null : /^\d+$/.exec(this.#format.slice(this.#at + 1, end))
    this.#afterIndex = number !== null
    this.#at = end < 0 ? this.#at + 1 : end + 1
    const index = number === null ? 0 : Number(number[0])
    if (index >= 1 && index <= this.#args.length) this.#next = index - 1
    else this.#isGoodIndex = false
  }

  /** The argument of a `*`, null when it is no fitting number. */
  #readArgument(): number | null {
    if (this.#next >= this.#args.length) return null
    const value = this.#printer.integerOf(this.#args[this.#next++] as Value)
    return value === null || value > MAX_NUMBER || value < -MAX_NUMBER ? null : Number(value)
  }
}

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9'
}
