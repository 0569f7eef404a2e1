// Go's texts are bytes. Here they are strings in which each byte that is no UTF-8 stands as a lone surrogate, U+DC00 + byte.

import { isUtf8 } from 'node:buffer'

/** A byte that belongs to no character stands in a text as half of a surrogate pair, which no valid text has alone: 0xE9 as U+DCE9. */
const STAND_INS = 0xdc00
const MAX_BYTES_OF_UNIT = 3
const ASCII = /^[\0-\x7F]*$/

/** The text of bytes, which `encodeText` turns into the same bytes again. */
export function decodeText(source: Uint8Array): string {
  const bytes = Buffer.isBuffer(source) ? source : Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  if (isUtf8(bytes)) return bytes.toString('utf8')
  let text = ''
  // perf: a run of characters is decoded at once.
  let runStart = 0
  for (let at = 0; at < bytes.length;) {
    const length = characterLength(bytes, at)
    if (length === 0) {
      text += bytes.toString('utf8', runStart, at) + String.fromCharCode(STAND_INS + (bytes[at] as number))
      runStart = at + 1
    }
    at += length || 1
  }
  return text + bytes.toString('utf8', runStart)
}

/** The bytes of a text: UTF-8, and the bytes that `decodeText` could not decode. */
export function encodeText(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const bytes = Buffer.allocUnsafe(text.length * MAX_BYTES_OF_UNIT)
  let length = 0
  let runStart = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (isHighHalf(unit) && isLowHalf(text.charCodeAt(i + 1))) i++
    else if (unit >= STAND_INS + 0x80 && unit <= STAND_INS + 0xff) {
      length += bytes.write(text.slice(runStart, i), length, 'utf8')
      bytes[length++] = unit - STAND_INS
      runStart = i + 1
    }
  }
  length += bytes.write(text.slice(runStart), length, 'utf8')
  return bytes.subarray(0, length)
}

/** The text of bytes that stand one in a character, as header fields have them. */
export function textOfBytes(bytes: string): string {
  return ASCII.test(bytes) ? bytes : decodeText(Buffer.from(bytes, 'latin1'))
}

/** The bytes of a text, one in a character. */
export function bytesOfText(text: string): string {
  return ASCII.test(text) ? text : encodeText(text).toString('latin1')
}

function isHighHalf(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}

/** Length in bytes of the valid character at `i`; 0 when there is none. */
export function characterLength(bytes: Uint8Array, i: number): number {
  const first = bytes[i] as number
  if (first < 0x80) return 1
  if (first < 0xc2 || first > 0xf4) return 0
  // perf: reading behind the end of an array would slow every later read down
  const second = i + 1 < bytes.length ? (bytes[i + 1] as number) : 0
  const low = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80
  const high = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf
  if (second < low || second > high) return 0
  const length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
  if (i + length > bytes.length) return 0
  for (let k = 2; k < length; k++) if (((bytes[i + k] as number) & 0xc0) !== 0x80) return 0
  return length
}

/** `len` of a text. */
export function byteLength(text: string): number {
  return ASCII.test(text) ? text.length : encodeText(text).length
}

/** `text[start:end]`, offsets in bytes within the text. */
export function sliceBytes(text: string, start: number, end?: number): string {
  return ASCII.test(text) ? text.slice(start, end) : decodeText(encodeText(text).subarray(start, end))
}

/** The code points of `[]rune(text)`: U+FFFD for bytes that are no UTF-8. */
export function runesOf(text: string): number[] {
  return Array.from(text, (character) => runeOf(character))
}

/** The code point of one character as Go sees it: U+FFFD for a byte that is no UTF-8. */
export function runeOf(character: string): number {
  const code = character.codePointAt(0) ?? 0
  return code >= 0xd800 && code <= 0xdfff ? 0xfffd : code
}

/** Characters, each broken byte one of them. */
export function countRunes(text: string): number {
  if (ASCII.test(text)) return text.length
  let count = text.length
  // perf: an iterator over the characters takes three times as long
  for (let i = 1; i < text.length; i++) if (isLowHalf(text.charCodeAt(i)) && isHighHalf(text.charCodeAt(i - 1))) count--
  return count
}

/** Negative, 0 or positive in Go's order: by bytes, which is by code points where all is UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if (x < 0xd800 && y < 0xd800) return x - y
    if ((isSurrogate(x) || isSurrogate(y)) && !(a.isWellFormed() && b.isWellFormed())) return Buffer.compare(encodeText(a), encodeText(b))
    return rank(x) - rank(y)
  }
  return a.length - b.length
}

function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff
}

/** Halves of a surrogate pair stand for code points above all other units. */
function rank(unit: number): number {
  return isSurrogate(unit) ? unit + 0x10000 : unit
}

/** A text of other origin, such as JSON: lone surrogates become U+FFFD, as Go's decoders do. */
export function fromForeign(text: string): string {
  return text.toWellFormed()
}
