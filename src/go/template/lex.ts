// The text of a template becomes tokens: texts, delimiters and the words between them. Trimming happens here.

import { Flags, formatUnicode } from '../format-flags.ts'
import { quote } from '../quote.ts'
import { runeOf } from '../text.ts'
import { isDigit, isLetter, isPrint } from '../unicode.ts'
import { isKeyword, type Token, type TokenKind } from './tokens.ts'

const LEFT = '{{'
const RIGHT = '}}'
const SPACE = /[ \t\r\n]+/y
const TRIM_LEFT = /-[ \t\r\n]/y
const TRIM_RIGHT = /[ \t\r\n]-\}\}/y
/** White space of which trimming takes runs. */
const BLANKS = /[ \t\r\n]+/y

export interface LexOptions {
  /** Whether `break` and `continue` are keywords: no function has these names. */
  readonly breaks: boolean
  readonly continues: boolean
}

export class Lexer {
  readonly #text: string
  readonly #options: LexOptions
  #at = 0
  #line = 1
  /** Where that line ends. perf: looked for once a line, not once a token. */
  #lineEnd: number
  #isInside = false
  #depth = 0
  /** An error ends the text. */
  #isOver = false

  constructor(text: string, options: LexOptions) {
    this.#text = text
    this.#options = options
    this.#lineEnd = this.#endOfLine(0)
  }

  next(): Token {
    if (this.#isOver) return this.#token('end-of-text', this.#text.length)
    return this.#isInside ? this.#inside() : this.#outside()
  }

  #token(kind: TokenKind, start: number, text = this.#text.slice(start, this.#at)): Token {
    for (; this.#lineEnd < start; this.#lineEnd = this.#endOfLine(this.#lineEnd + 1)) this.#line++
    return { kind, at: start, text, line: this.#line }
  }

  /** Infinity for the last line. */
  #endOfLine(from: number): number {
    const found = this.#text.indexOf('\n', from)
    return found < 0 ? Infinity : found
  }

  #error(start: number, message: string): Token {
    this.#isOver = true
    return this.#token('error', start, message)
  }

  #outside(): Token {
    for (;;) {
      const start = this.#at
      const left = this.#text.indexOf(LEFT, start)
      if (left < 0) {
        this.#at = this.#text.length
        if (this.#at > start) return this.#token('text', start)
        return this.#token('end-of-text', start)
      }
      const isTrimmed = matches(TRIM_LEFT, this.#text, left + LEFT.length)
      const end = isTrimmed ? trimEnd(this.#text, start, left) : left
      if (end > start) {
        this.#at = end
        const token = this.#token('text', start)
        this.#at = left
        return token
      }
      this.#at = left
      const body = left + LEFT.length + (isTrimmed ? 2 : 0)
      if (this.#text.startsWith('/*', body)) {
        const problem = this.#comment(left, body)
        if (problem !== null) return problem
        continue
      }
      this.#isInside = true
      this.#depth = 0
      this.#at = left + LEFT.length
      const token = this.#token('left-delim', left)
      this.#at = body
      return token
    }
  }

  /** Skips a comment; the error when it is a wrong one. */
  #comment(left: number, body: number): Token | null {
    const close = this.#text.indexOf('*/', body + 2)
    if (close < 0) return this.#error(left, 'unclosed comment')
    this.#at = close + 2
    if (!this.#skipRight()) return this.#error(left, 'comment ends before closing delimiter')
    return null
  }

  /** Steps over a right delimiter and the space it trims, when there is one. */
  #skipRight(): boolean {
    if (matches(TRIM_RIGHT, this.#text, this.#at)) {
      this.#at += 2 + RIGHT.length
      BLANKS.lastIndex = this.#at
      if (BLANKS.test(this.#text)) this.#at = BLANKS.lastIndex
      return true
    }
    if (!this.#text.startsWith(RIGHT, this.#at)) return false
    this.#at += RIGHT.length
    return true
  }

  #inside(): Token {
    const start = this.#at
    if (matches(TRIM_RIGHT, this.#text, start) || this.#text.startsWith(RIGHT, start)) return this.#rightDelim(start)
    const character = this.#peek()
    if (character === '') return this.#error(start, 'unclosed action')
    SPACE.lastIndex = start
    if (SPACE.test(this.#text)) return this.#space(start)
    this.#at += character.length
    switch (character) {
      case '=':
        return this.#token('assign', start)
      case ':':
        if (this.#peek() !== '=') return this.#error(start, 'expected :=')
        this.#at++
        return this.#token('declare', start)
      case '|':
        return this.#token('pipe', start)
      case '"':
        return this.#quoted(start, '"', 'string', 'unterminated quoted string')
      case '`':
        return this.#raw(start)
      case "'":
        return this.#quoted(start, "'", 'rune', 'unterminated character constant')
      case '$':
        return this.#fieldOrVariable(start, 'variable')
      case '(':
        this.#depth++
        return this.#token('left-paren', start)
      case ')':
        this.#depth--
        return this.#depth < 0 ? this.#error(start, 'unexpected right paren') : this.#token('right-paren', start)
      default:
        return this.#word(start, character)
    }
  }

  #word(start: number, character: string): Token {
    // compat: a point at the end of the text is read as a number, which the parser refuses
    const isNumber = /[-+0-9]/.test(character) || (character === '.' && /^[0-9]?$/.test(this.#peek()))
    if (isNumber) {
      this.#at = start
      return this.#number(start)
    }
    if (character === '.') return this.#fieldOrVariable(start, 'field')
    if (isAlphaNumeric(character)) return this.#identifier(start)
    if (/^[!-~]$/.test(character)) return this.#token('char', start)
    return this.#error(start, `unrecognized character in action: ${describe(character)}`)
  }

  #rightDelim(start: number): Token {
    if (this.#depth > 0) return this.#error(start, 'unclosed left paren')
    const isTrimmed = !this.#text.startsWith(RIGHT, start)
    this.#skipRight()
    this.#isInside = false
    return this.#token('right-delim', isTrimmed ? start + 2 : start, RIGHT)
  }

  /** A run of space; its last may belong to a trimming delimiter. */
  #space(start: number): Token {
    const end = SPACE.lastIndex
    this.#at = matches(TRIM_RIGHT, this.#text, end - 1) ? end - 1 : end
    return this.#token('space', start)
  }

  #peek(): string {
    const code = this.#text.codePointAt(this.#at)
    return code === undefined ? '' : String.fromCodePoint(code)
  }

  #quoted(start: number, mark: string, kind: TokenKind, message: string): Token {
    for (;;) {
      const character = this.#text.charAt(this.#at++)
      if (character === mark) return this.#token(kind, start)
      const next = character === '\\' ? this.#text.charAt(this.#at++) : character
      if (next === '' || next === '\n') return this.#error(start, message)
    }
  }

  #raw(start: number): Token {
    const end = this.#text.indexOf('`', this.#at)
    if (end < 0) return this.#error(start, 'unterminated raw quoted string')
    this.#at = end + 1
    return this.#token('raw-string', start)
  }

  #skipAlphaNumeric(): void {
    for (let character = this.#peek(); character !== '' && isAlphaNumeric(character); character = this.#peek()) this.#at += character.length
  }

  #identifier(start: number): Token {
    this.#skipAlphaNumeric()
    if (!this.#isTerminated()) return this.#error(start, `bad character ${describe(this.#peek())}`)
    const word = this.#text.slice(start, this.#at)
    if (word === 'true' || word === 'false') return this.#token('bool', start)
    if (word === 'break' && !this.#options.breaks) return this.#token('identifier', start)
    if (word === 'continue' && !this.#options.continues) return this.#token('identifier', start)
    return this.#token(isKeyword(word) ? word : 'identifier', start)
  }

  #fieldOrVariable(start: number, kind: 'field' | 'variable'): Token {
    if (this.#isTerminated()) return this.#token(kind === 'variable' ? 'variable' : '.', start)
    this.#skipAlphaNumeric()
    if (!this.#isTerminated()) return this.#error(start, `bad character ${describe(this.#peek())}`)
    return this.#token(kind, start)
  }

  /** Whether a name may end here. */
  #isTerminated(): boolean {
    const character = this.#peek()
    return character === '' || ' \t\r\n.,|:)('.includes(character) || this.#text.startsWith(RIGHT, this.#at)
  }

  #number(start: number): Token {
    if (!this.#scanNumber()) return this.#badNumber(start)
    if (!/[+-]/.test(this.#peek())) return this.#token('number', start)
    if (!this.#scanNumber() || this.#text.charAt(this.#at - 1) !== 'i') return this.#badNumber(start)
    return this.#token('complex', start)
  }

  #badNumber(start: number): Token {
    return this.#error(start, `bad number syntax: ${quote(this.#text.slice(start, this.#at))}`)
  }

  #accept(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at
    if (!pattern.test(this.#text)) return false
    this.#at = pattern.lastIndex
    return true
  }

  #scanNumber(): boolean {
    this.#accept(/[+-]/y)
    let base = 10
    if (this.#accept(/0/y)) {
      if (this.#accept(/[xX]/y)) base = 16
      else if (this.#accept(/[oO]/y)) base = 8
      else if (this.#accept(/[bB]/y)) base = 2
    }
    const digits = { 2: /[01_]*/y, 8: /[0-7_]*/y, 10: /[0-9_]*/y, 16: /[0-9a-fA-F_]*/y }[base] ?? /[0-9_]*/y
    this.#accept(digits)
    if (this.#accept(/\./y)) this.#accept(digits)
    if (base === 10 && this.#accept(/[eE]/y)) this.#accept(/[+-]?[0-9_]*/y)
    if (base === 16 && this.#accept(/[pP]/y)) this.#accept(/[+-]?[0-9_]*/y)
    this.#accept(/i/y)
    const next = this.#peek()
    if (next === '' || !isAlphaNumeric(next)) return true
    this.#at += next.length
    return false
  }
}

function matches(pattern: RegExp, text: string, at: number): boolean {
  pattern.lastIndex = at
  return pattern.test(text)
}

function trimEnd(text: string, start: number, end: number): number {
  let at = end
  while (at > start && ' \t\r\n'.includes(text.charAt(at - 1))) at--
  return at
}

function isAlphaNumeric(character: string): boolean {
  return character === '_' || isLetter(character) || isDigit(character)
}

/** `U+002D '-'`; the end of the text is rune -1. */
function describe(character: string): string {
  const flags = new Flags()
  flags.sharp = isPrint(character)
  return character === '' ? 'U+FFFFFFFFFFFFFFFF' : formatUnicode(BigInt(runeOf(character)), flags)
}
