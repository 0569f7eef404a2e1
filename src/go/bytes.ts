// Bytes as text and back without loss: what Go keeps in a string need not be UTF-8. Knows nothing of URLs.

import { isUtf8 } from 'node:buffer'
import { characterLength } from '../json/repair.ts'

/** A byte that belongs to no character stands in a text as half of a surrogate pair, which no valid text has alone: 0xE9 as U+DCE9. */
const STAND_INS = 0xdc00
const MAX_BYTES_OF_UNIT = 3

/** Bytes as a text; `bytesOf` gives the same bytes again. */
export function textOf(bytes: Buffer): string {
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

/** A text as UTF-8; what was no UTF-8 when it became a text as it was. */
export function bytesOf(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8')
  const bytes = Buffer.allocUnsafe(text.length * MAX_BYTES_OF_UNIT)
  let length = 0
  let runStart = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit >= 0xd800 && unit < 0xdc00 && isLowHalf(text.charCodeAt(i + 1))) i++
    else if (unit >= STAND_INS + 0x80 && unit <= STAND_INS + 0xff) {
      length += bytes.write(text.slice(runStart, i), length, 'utf8')
      bytes[length++] = unit - STAND_INS
      runStart = i + 1
    }
  }
  length += bytes.write(text.slice(runStart), length, 'utf8')
  return bytes.subarray(0, length)
}

function isLowHalf(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000
}
