// Strings of bytes seen as UTF-8, as Go's fmt and strconv see them. Pure.

import { quote as quoteText } from '../go/quote.ts'
import { decodeText } from '../go/text.ts'
import { bytesOfText } from './bytes.ts'

/** Length of the UTF-8 sequence at `at`, 0 where there is none. */
function sequenceLength(bytes: string, at: number): number {
  const lead = bytes.charCodeAt(at)
  if (lead < 0x80) return 1
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2
  if (lead < 0xc2 || lead > 0xf4) return 0
  for (let i = 1; i < length; i++) {
    const next = bytes.charCodeAt(at + i)
    if (!(next >= 0x80 && next < 0xc0)) return 0
  }
  const second = bytes.charCodeAt(at + 1)
  const isBad =
    (lead === 0xe0 && second < 0xa0) ||
    (lead === 0xed && second > 0x9f) ||
    (lead === 0xf0 && second < 0x90) ||
    (lead === 0xf4 && second > 0x8f)
  return isBad ? 0 : length
}

/** How many characters: a byte that is no UTF-8 counts as one. */
export function countRunes(bytes: string): number {
  let count = 0
  for (let at = 0; at < bytes.length; at += Math.max(1, sequenceLength(bytes, at))) count++
  return count
}

/** The first `count` characters. */
export function truncateRunes(bytes: string, count: number): string {
  let left = count
  let at = 0
  while (at < bytes.length && left-- > 0) at += Math.max(1, sequenceLength(bytes, at))
  return bytes.slice(0, at)
}

/** The character with a number, as bytes; U+FFFD for what is none. */
export function runeBytes(code: number): string {
  const isCharacter = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff)
  return bytesOfText(String.fromCodePoint(isCharacter ? code : 0xfffd))
}

/** `strconv.Quote`; `isAscii`: `strconv.QuoteToASCII`. */
export function quote(bytes: string, isAscii: boolean): string {
  return bytesOfText(quoteText(decodeText(Buffer.from(bytes, 'latin1')), isAscii))
}
