// Where and why a text is no JSON, in the words of Go's encoding/json. Runs only after a parser has failed.

import { FormatError } from './format-error.ts'

const blanks = new Set([' ', '\t', '\r', '\n'])
const escapes = new Set(['b', 'f', 'n', 'r', 't', '\\', '/', '"'])

/** The error of a text that is not valid JSON. */
export function describeSyntaxError(text: string): FormatError {
  const scanner = new Scanner(text)
  try {
    scanner.value()
    scanner.skipBlanks()
    if (scanner.at < text.length) scanner.fail('after top-level value')
  } catch (error) {
    if (error instanceof FormatError) return error
    if (!(error instanceof RangeError)) throw error
  }
  return new FormatError('exceeded max depth')
}

class Scanner {
  readonly text: string
  at = 0

  constructor(text: string) {
    this.text = text
  }

  fail(context: string, hint = ''): never {
    const position = findPosition(this.text, Math.min(this.at, this.text.length))
    const character = this.text[this.at]
    if (character === undefined) throw new FormatError('unexpected end of JSON input', position, 'a bracket or quote is not closed')
    throw new FormatError(`invalid character ${quoteCharacter(this.text, this.at)} ${context}`, position, hint)
  }

  skipBlanks(): void {
    while (blanks.has(this.text[this.at]!)) this.at++
  }

  value(): void {
    this.skipBlanks()
    const character = this.text[this.at]
    if (character === '{') this.object()
    else if (character === '[') this.array()
    else if (character === '"') this.string()
    else if (character === 't') this.literal('true')
    else if (character === 'f') this.literal('false')
    else if (character === 'n') this.literal('null')
    else if (character === '-' || isDigit(character)) this.number()
    else this.fail('looking for beginning of value', hintForValue(this.text, this.at))
  }

  object(): void {
    this.at++
    this.skipBlanks()
    if (this.text[this.at] === '}') return void this.at++
    for (;;) {
      this.skipBlanks()
      if (this.text[this.at] !== '"') this.fail('looking for beginning of object key string', hintForValue(this.text, this.at))
      this.string()
      this.skipBlanks()
      if (this.text[this.at] !== ':') this.fail('after object key')
      this.at++
      this.value()
      this.skipBlanks()
      if (this.text[this.at] === '}') return void this.at++
      if (this.text[this.at] !== ',') this.fail('after object key:value pair', 'a comma is missing before this')
      this.at++
    }
  }

  array(): void {
    this.at++
    this.skipBlanks()
    if (this.text[this.at] === ']') return void this.at++
    for (;;) {
      this.value()
      this.skipBlanks()
      if (this.text[this.at] === ']') return void this.at++
      if (this.text[this.at] !== ',') this.fail('after array element', 'a comma is missing before this')
      this.at++
    }
  }

  string(): void {
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      const character = this.text[this.at]
      if (character === undefined || character < ' ') this.fail('in string literal', 'a quote is not closed')
      if (character !== '\\') continue
      this.at++
      if (this.text[this.at] === 'u') this.unicodeEscape()
      else if (!escapes.has(this.text[this.at]!)) this.fail('in string escape code')
    }
    this.at++
  }

  unicodeEscape(): void {
    for (let digits = 0; digits < 4; digits++) {
      this.at++
      if (!/^[0-9a-fA-F]$/.test(this.text[this.at] ?? '')) this.fail('in \\u hexadecimal character escape')
    }
  }

  literal(word: string): void {
    for (let index = 1; index < word.length; index++) {
      this.at++
      if (this.text[this.at] !== word[index]) this.fail(`in literal ${word} (expecting '${word[index]}')`)
    }
    this.at++
  }

  number(): void {
    if (this.text[this.at] === '-') {
      this.at++
      if (!isDigit(this.text[this.at])) this.fail('in numeric literal')
    }
    if (this.text[this.at] === '0') this.at++
    else this.digits()
    if (this.text[this.at] === '.') {
      this.at++
      if (!isDigit(this.text[this.at])) this.fail('after decimal point in numeric literal')
      this.digits()
    }
    if (this.text[this.at] === 'e' || this.text[this.at] === 'E') {
      this.at++
      if (this.text[this.at] === '+' || this.text[this.at] === '-') this.at++
      if (!isDigit(this.text[this.at])) this.fail('in exponent of numeric literal')
      this.digits()
    }
  }

  digits(): void {
    while (isDigit(this.text[this.at])) this.at++
  }
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9'
}

/** Go looks at bytes: of a character beyond ASCII it shows the first one, as Latin-1. */
function quoteCharacter(text: string, at: number): string {
  const character = String.fromCodePoint(text.codePointAt(at)!)
  if (character === "'") return String.raw`'\''`
  if (character === '"') return `'"'`
  const byte = Buffer.from(character)[0]!
  if (byte >= 0x80) return byte >= 0xa0 && byte !== 0xad ? `'${String.fromCharCode(byte)}'` : `'\\u00${byte.toString(16)}'`
  const named: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\', '\b': '\\b', '\f': '\\f', '\v': '\\v' }
  named['\u0007'] = '\\a'
  if (named[character] !== undefined) return `'${named[character]}'`
  return byte < 0x20 || byte === 0x7f ? `'\\x${byte.toString(16).padStart(2, '0')}'` : `'${character}'`
}

function hintForValue(text: string, at: number): string {
  const character = text[at]
  if (character === '\uFEFF') return 'the file begins with a byte order mark: save it as UTF-8 without BOM'
  if (character === '/' || character === '#') return 'JSON has no comments: use a key such as "@comment"'
  if (character === "'") return 'JSON texts stand in double quotes'
  if ((character === '}' || character === ']') && text.slice(0, at).trimEnd().endsWith(',')) return 'remove the comma before this'
  return ''
}

function findPosition(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset)
  const lineStart = before.lastIndexOf('\n') + 1
  return { line: before.split('\n').length, column: offset - lineStart + 1 }
}
