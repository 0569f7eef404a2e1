// What numbers and texts of an expression mean.

import { MAX_INT64, MAX_UINT64, MIN_INT64, parseFloat64 } from '../go/number.ts'
import { Uint } from './values.ts'
import type { Value } from './values.ts'

const SIMPLE_ESCAPES: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11 }

/** The int of a token, negative with `isNegative`; a text says what is wrong. */
export function readInt(text: string, isNegative: boolean): bigint | string {
  const value = isNegative ? -BigInt(text) : BigInt(text)
  return value > MAX_INT64 || value < MIN_INT64 ? 'invalid int literal' : value
}

export function readUint(text: string): Value {
  const value = BigInt(text.slice(0, -1))
  return value > MAX_UINT64 ? 'invalid uint literal' : new Uint(value)
}

export function readDouble(text: string, isNegative: boolean): number | string {
  const value = parseFloat64(text)
  if (value === null) return 'invalid double literal'
  return isNegative ? -value : value
}

/** The content of a text with its quotes; null when an escape is no code point. */
export function readText(token: string): string | null {
  let text = ''
  for (const unit of units(token)) {
    if (unit > 0x10ffff || (unit >= 0xd800 && unit <= 0xdfff)) return null
    text += String.fromCodePoint(unit)
  }
  return text
}

/** The content of bytes with its `b` and quotes; escapes are bytes, null where one is a code point. */
export function readBytes(token: string): Uint8Array | null {
  const { content, isRaw } = unquote(token.slice(1))
  if (isRaw || !content.includes('\\')) return Buffer.from(content, 'utf8')
  const parts: Buffer[] = []
  for (const [part] of content.matchAll(PARTS)) {
    if (/^\\[uU]/.test(part)) return null
    parts.push(part.startsWith('\\') ? Buffer.of(unescape(part)) : Buffer.from(part, 'utf8'))
  }
  return Buffer.concat(parts)
}

const PARTS = /\\(?:[xX]..|u.{4}|U.{8}|[0-3]..|[^])|[^\\]+/g

function* units(token: string): Generator<number> {
  const { content, isRaw } = unquote(token)
  for (const [part] of isRaw ? [[content]] : content.matchAll(PARTS)) {
    if (!isRaw && part?.startsWith('\\')) yield unescape(part)
    else for (const character of part ?? '') yield character.codePointAt(0) as number
  }
}

function unquote(token: string): { content: string; isRaw: boolean } {
  const isRaw = /^[rR]/.test(token)
  const quoted = isRaw ? token.slice(1) : token
  const width = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1
  return { content: quoted.slice(width, -width).replaceAll(/\r\n?/g, '\n'), isRaw }
}

function unescape(part: string): number {
  const sign = part.charAt(1)
  if (/[xXuU]/.test(sign)) return Number.parseInt(part.slice(2), 16)
  if (/\d/.test(sign)) return Number.parseInt(part.slice(1), 8)
  return SIMPLE_ESCAPES[sign] ?? (sign.codePointAt(0) as number)
}
