// strconv.Quote and its kin: texts and runes as Go's source writes them, and back.

import { decodeText, encodeText } from './text.ts'
import { isPrint } from './unicode.ts'

const NAMED: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
}
const PLAIN = /^[ !#-[\]-~]*$/

/** `"a\tb"`; with `ascii` everything beyond ASCII is escaped. */
export function quote(text: string, ascii = false): string {
  if (PLAIN.test(text)) return `"${text}"`
  return `"${Array.from(text, (character) => escapeRune(character, '"', ascii)).join('')}"`
}

/** As Go's package time quotes: whatever is no printable ASCII stands there as bytes, `"5\xc2\xb5"`. */
export function quoteBytes(text: string): string {
  const inner = text.replaceAll(/["\\]/g, String.raw`\$&`).replaceAll(/[^ -\x7F]+/gu, (part) =>
    encodeText(part)
      .toString('hex')
      .replaceAll(/../g, String.raw`\x$&`),
  )
  return `"${inner}"`
}

/** `'x'`, of a code point; what is none becomes U+FFFD. */
export function quoteRune(code: number, ascii = false): string {
  const isValid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return `'${escapeRune(isValid ? String.fromCodePoint(code) : '\uFFFD', "'", ascii)}'`
}

/** Whether the text can stand between backquotes as it is. */
export function canBackquote(text: string): boolean {
  return !/[\0-\x08\n-\x1F`\x7F\uFEFF\uD800-\uDFFF]/.test(text.replaceAll(/[\uD800-\uDBFF][\uDC00-\uDFFF]/g, ''))
}

function escapeRune(character: string, mark: string, ascii: boolean): string {
  if (character === mark) return `\\${mark}`
  const named = NAMED[character]
  if (named !== undefined) return named
  const code = character.codePointAt(0) ?? 0
  if (code >= 0xd800 && code <= 0xdfff) return `\\x${hex(code & 0xff, 2)}`
  if (ascii ? code >= 0x20 && code < 0x7f : isPrint(character)) return character
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`
  return code > 0xffff ? `\\U${hex(code, 8)}` : `\\u${hex(code, 4)}`
}

/** As encoding/json writes a UTF-16 unit that may not stand for itself: `\u003c`. */
export function escapeUnit(unit: string): string {
  return `\\u${hex(unit.charCodeAt(0), 4)}`
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0')
}

const SIMPLE: Readonly<Record<string, string>> = { a: '\u0007', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\' }
const ESCAPE = /\\(?:([abfnrtv\\'"])|x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3}))/y

/** The text of a Go literal in double or back quotes, null when it is none. */
export function unquote(literal: string): string | null {
  const inner = literal.slice(1, -1)
  if (literal.startsWith('`')) return inner.replaceAll('\r', '')
  if (!inner.includes('\\')) return inner
  const bytes: Buffer[] = []
  for (let at = 0; at < inner.length;) {
    const end = inner.indexOf('\\', at)
    const plain = inner.slice(at, end < 0 ? undefined : end)
    if (plain !== '') bytes.push(encodeText(plain))
    if (end < 0) break
    const unit = readEscape(inner, end, '"')
    if (unit === null) return null
    bytes.push(unit.isByte ? Buffer.of(unit.code) : Buffer.from(String.fromCodePoint(unit.code)))
    at = unit.end
  }
  return decodeText(Buffer.concat(bytes))
}

/** The rune of a literal such as `'a'`, and what stands behind it; null when it is none. */
export function unquoteRune(literal: string): { readonly code: number; readonly tail: string } | null {
  const inner = literal.slice(1)
  const [first] = inner
  if (first === undefined || first === "'") return null
  if (first !== '\\') return { code: first.codePointAt(0) ?? 0, tail: inner.slice(first.length) }
  const unit = readEscape(inner, 0, "'")
  return unit === null ? null : { code: unit.code, tail: inner.slice(unit.end) }
}

interface Unit {
  readonly code: number
  /** `\x41` and `\101` are bytes, the others characters. */
  readonly isByte: boolean
  readonly end: number
}

function readEscape(text: string, at: number, mark: string): Unit | null {
  ESCAPE.lastIndex = at
  const match = ESCAPE.exec(text)
  if (match === null) return null
  const [, letter, byte, short, long, octal] = match
  const end = ESCAPE.lastIndex
  if (letter !== undefined) {
    if ((letter === "'" || letter === '"') && letter !== mark) return null
    return { code: (SIMPLE[letter] ?? letter).charCodeAt(0), isByte: false, end }
  }
  if (byte !== undefined) return { code: Number.parseInt(byte, 16), isByte: true, end }
  if (octal !== undefined) {
    const code = Number.parseInt(octal, 8)
    return code > 255 ? null : { code, isByte: true, end }
  }
  const code = Number.parseInt(short ?? long ?? '', 16)
  return code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff) ? null : { code, isByte: false, end }
}
