// Go's texts are bytes. Here they are strings in which each byte that is no UTF-8 stands as a lone surrogate, U+DC00 + byte.

const ESCAPE_BASE = 0xdc00
const ASCII = /^[\0-\x7F]*$/
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/

const decoder = new TextDecoder('utf-8', { ignoreBOM: true, fatal: true })

/** The bytes of a text: UTF-8, and the bytes that `decodeText` could not decode. */
export function encodeText(text: string): Buffer {
  if (!LONE.test(text)) return Buffer.from(text, 'utf8')
  const parts: Buffer[] = []
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    if (code >= ESCAPE_BASE + 0x80 && code <= ESCAPE_BASE + 0xff) parts.push(Buffer.of(code - ESCAPE_BASE))
    else parts.push(Buffer.from(character, 'utf8'))
  }
  return Buffer.concat(parts)
}

/** The text of bytes, which `encodeText` turns into the same bytes again. */
export function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return decodeBroken(bytes)
  }
}

function decodeBroken(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length;) {
    const length = runeLength(bytes, at)
    if (length === 0) text += String.fromCharCode(ESCAPE_BASE + (bytes[at++] ?? 0))
    else {
      text += decoder.decode(bytes.subarray(at, at + length))
      at += length
    }
  }
  return text
}

/** Bytes of the UTF-8 sequence that begins at `at`, 0 when none does. */
function runeLength(bytes: Uint8Array, at: number): number {
  const [first = 0, second = 0, third = 0, fourth = 0] = bytes.subarray(at, at + 4)
  const isNext = (byte: number): boolean => byte >= 0x80 && byte <= 0xbf
  if (first < 0x80) return 1
  if (first >= 0xc2 && first <= 0xdf) return isNext(second) ? 2 : 0
  if (first >= 0xe0 && first <= 0xef) {
    const low = first === 0xe0 ? 0xa0 : 0x80
    const high = first === 0xed ? 0x9f : 0xbf
    return second >= low && second <= high && isNext(third) ? 3 : 0
  }
  if (first >= 0xf0 && first <= 0xf4) {
    const low = first === 0xf0 ? 0x90 : 0x80
    const high = first === 0xf4 ? 0x8f : 0xbf
    return second >= low && second <= high && isNext(third) && isNext(fourth) ? 4 : 0
  }
  return 0
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
  let count = 0
  for (const _ of text) count++
  return count
}

/** Negative, 0 or positive in Go's order: by bytes, which is by code points where all is UTF-8. */
export function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x === y) continue
    if ((isSurrogate(x) || isSurrogate(y)) && (LONE.test(a) || LONE.test(b))) return Buffer.compare(encodeText(a), encodeText(b))
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
