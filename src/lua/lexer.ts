// Text → tokens, with the positions and the error texts of gopher-lua's scanner. Knows nothing of grammar.

import { LuaSyntaxError } from './errors.ts'

/** `name`, `number`, `string` and `eof` are classes; every other type is the token's own text. */
export interface Token {
  readonly type: string
  /** The text; of a string its value, of `.` nothing (as in gopher-lua's messages). */
  readonly text: string
  readonly line: number
}

const END = -1
const NEWLINE = 10
const RETURN = 13
const TAB = 9
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const MINUS = 45
const EQUALS = 61
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const DOT = 46
const SINGLE = new Set('+*/%^#(){}];,'.split('').map((char) => char.charCodeAt(0)))
const KEYWORDS = new Set(
  'and break do else elseif end false for function if in local nil not or return repeat then true until while goto'.split(' '),
)
const ESCAPES: Readonly<Record<string, string>> = { a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' }

function isDecimal(char: number): boolean {
  return char >= 48 && char <= 57
}

function isHex(char: number): boolean {
  return isDecimal(char) || (char >= 97 && char <= 102) || (char >= 65 && char <= 70)
}

function isName(char: number): boolean {
  return char === 95 || (char >= 65 && char <= 90) || (char >= 97 && char <= 122)
}

export class Lexer {
  readonly chunkName: string
  private readonly source: string
  private at = 0
  /** -1 once the end was read: gopher-lua says `at EOF` then. */
  private line = 1
  private column = 0

  constructor(source: string, chunkName: string) {
    this.source = source
    this.chunkName = chunkName
  }

  error(near: string, reason: string): LuaSyntaxError {
    if (this.line === END) return new LuaSyntaxError(`${this.chunkName} at EOF:   ${reason}\n`, { line: 0, reason })
    const message = `${this.chunkName} line:${this.line}(column:${this.column}) near '${near}':   ${reason}\n`
    return new LuaSyntaxError(message, { line: this.line, column: this.column, near, reason })
  }

  next(): Token {
    for (;;) {
      const char = this.skipSpace()
      const { line } = this
      if (char === MINUS && this.peek() === MINUS) {
        this.read()
        this.skipComment()
        continue
      }
      if (char === END) return { type: 'eof', text: '', line }
      if (isName(char)) return this.word(line)
      if (isDecimal(char)) return { type: 'number', text: this.number(char), line }
      return this.symbol(char, line)
    }
  }

  private peek(): number {
    return this.at < this.source.length ? this.source.charCodeAt(this.at) : END
  }

  private read(): number {
    const char = this.peek()
    if (char === END) {
      this.line = END
      this.column = 0
      return END
    }
    this.at++
    if (char !== NEWLINE && char !== RETURN) {
      this.column++
      return char
    }
    this.line++
    this.column = 0
    const next = this.peek()
    if (next !== char && (next === NEWLINE || next === RETURN)) this.at++
    return NEWLINE
  }

  private skipSpace(): number {
    for (;;) {
      const char = this.read()
      if (char !== SPACE && char !== TAB && char !== NEWLINE) return char
    }
  }

  private skipComment(): void {
    let char: number = MINUS
    if (this.peek() === OPEN_BRACKET) {
      char = this.read()
      const next = this.peek()
      if (next === OPEN_BRACKET || next === EQUALS) {
        this.longString(this.read(), 'invalid multiline comment')
        return
      }
    }
    while (char !== NEWLINE && char !== END) char = this.read()
  }

  private word(line: number): Token {
    const start = this.at - 1
    for (let char = this.peek(); isName(char) || isDecimal(char); char = this.peek()) this.read()
    const text = this.source.slice(start, this.at)
    return { type: KEYWORDS.has(text) ? text : 'name', text, line }
  }

  private digits(): void {
    while (isDecimal(this.peek())) this.read()
  }

  private number(first: number): string {
    let start = this.at - 1
    if (first === 48) {
      const next = this.peek()
      if (next === 120 || next === 88) {
        this.read()
        while (isHex(this.peek())) this.read()
        const text = this.source.slice(start, this.at)
        if (text.length === 2) throw this.error(text, 'illegal hexadecimal number')
        return text
      }
      // compat: one leading zero is dropped, so 08 is 8 and 0010 is read as the octal 010.
      if (isDecimal(next)) {
        this.read()
        start++
      }
    }
    this.digits()
    if (this.peek() === DOT) {
      this.read()
      this.digits()
    }
    const exponent = this.peek()
    if (exponent === 101 || exponent === 69) {
      this.read()
      const sign = this.peek()
      if (sign === 43 || sign === MINUS) this.read()
      // compat: whatever stands here belongs to the number, which is then no number but not-a-number.
      this.read()
      this.digits()
    }
    return this.source.slice(start, this.at)
  }

  private string(quote: number): string {
    let text = ''
    for (let char = this.read(); char !== quote; char = this.read()) {
      if (char === NEWLINE || char === END) throw this.error(text, 'unterminated string')
      text += char === BACKSLASH ? this.escape() : String.fromCharCode(char)
    }
    return text
  }

  private escape(): string {
    const char = this.read()
    if (char === END) return '\xff'
    if (!isDecimal(char)) {
      const text = String.fromCharCode(char)
      return ESCAPES[text] ?? text
    }
    let value = char - 48
    for (let i = 0; i < 2 && isDecimal(this.peek()); i++) value = value * 10 + this.read() - 48
    return String.fromCharCode(value & 255)
  }

  private separators(first: number): { count: number; char: number } {
    let count = 0
    let char = first
    while (char === EQUALS) {
      count++
      char = this.read()
    }
    return { count, char }
  }

  private longString(first: number, commentError: string | null): string {
    const open = this.separators(first)
    if (open.char !== OPEN_BRACKET) {
      throw this.error(commentError === null ? String.fromCharCode(open.char & 0xffff) : '', commentError ?? 'invalid multiline string')
    }
    let char = this.read()
    if (char === NEWLINE) char = this.read()
    let text = ''
    for (;;) {
      if (char === END) throw this.error(text, commentError ?? 'unterminated multiline string')
      if (char === CLOSE_BRACKET) {
        const close = this.separators(this.read())
        if (close.count === open.count && close.char === CLOSE_BRACKET) return text
        text += `]${'='.repeat(close.count)}`
        char = close.char
      } else {
        text += String.fromCharCode(char)
        char = this.read()
      }
    }
  }

  private symbol(char: number, line: number): Token {
    const text = String.fromCharCode(char)
    if (SINGLE.has(char) || char === MINUS) return { type: text, text, line }
    const next = this.peek()
    switch (text) {
      case '"':
      case "'":
        return { type: 'string', text: this.string(char === QUOTE ? QUOTE : char), line }
      case '[':
        if (next !== OPEN_BRACKET && next !== EQUALS) return { type: text, text, line }
        return { type: 'string', text: this.longString(this.read(), null), line }
      case '=':
      case '<':
      case '>':
        return next === EQUALS ? this.pair(`${text}=`, line) : { type: text, text, line }
      case '~':
        if (next === EQUALS) return this.pair('~=', line)
        throw this.error('~', "Invalid '~' token")
      case ':':
        return next === 58 ? this.pair('::', line) : { type: text, text, line }
      case '.':
        if (isDecimal(next)) return { type: 'number', text: this.number(char), line }
        return next === DOT ? this.dots(line) : { type: '.', text: '', line }
      default:
        throw this.error(text, 'Invalid token')
    }
  }

  private pair(text: string, line: number): Token {
    this.read()
    return { type: text, text, line }
  }

  private dots(line: number): Token {
    this.read()
    if (this.peek() !== DOT) return { type: '..', text: '..', line }
    this.read()
    return { type: '...', text: '...', line }
  }
}
