// Validates one JSON value in bytes the way Go's decoder does, and notes what may not be passed on untouched. Knows nothing of the value's meaning.
//
// perf: an own pass over the bytes costs under half of what JSON.parse does, and most bodies are never read. State lives in
// module variables and typed arrays that are used again: nothing is allocated but the result (json.bench.ts).

import { GatewayError } from '../errors.ts'

export type JsonKind = 'object' | 'array' | 'string' | 'number' | 'bool' | 'null'

export interface JsonScan {
  readonly kind: JsonKind
  /** Offsets of the value; what follows was not looked at. */
  readonly start: number
  readonly end: number
  /** Where the keys of a top-level object begin (their opening quotes), in order. */
  readonly memberStarts: readonly number[]
  /** A key may be there twice in one object. Also true when a key has escapes. */
  readonly mayHaveDuplicates: boolean
  /** A double would print some number differently. */
  readonly hasInexactNumbers: boolean
  /** `\ud800` without its other half. */
  readonly hasLoneSurrogates: boolean
}

/** As in Go's encoding/json. */
const MAX_DEPTH = 10_000
const QUOTE = 0x22
const BACKSLASH = 0x5c
const SPACE = 0x20
const COLON = 0x3a
const COMMA = 0x2c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d
const MINUS = 0x2d
const POINT = 0x2e
const DIGIT_0 = 0x30
const LOWER_U = 0x75
/** `"`, `\`, `/`, b, f, n, r, t */
const SIMPLE_ESCAPES = new Set([0x22, 0x5c, 0x2f, 0x62, 0x66, 0x6e, 0x72, 0x74])
const GO_ESCAPES = new Map([
  [7, '\\a'],
  [8, '\\b'],
  [9, '\\t'],
  [10, '\\n'],
  [11, '\\v'],
  [12, '\\f'],
  [13, '\\r'],
  [BACKSLASH, '\\\\'],
])

const isInObject = new Uint8Array(MAX_DEPTH + 2)
/** Where the key hashes of each open object begin in `hashes`. */
const bases = new Int32Array(MAX_DEPTH + 2)
let hashes = new Int32Array(1024)
let hashCount = 0
/** Hash of the string that was read last. */
let hash = 0
let bytes: Uint8Array = new Uint8Array(0)
let view = new DataView(bytes.buffer)
let mayHaveDuplicates = false
let hasInexactNumbers = false
let hasLoneSurrogates = false

/** Scans the first value of `input`. Throws a GatewayError with Go's text when there is no valid one. */
export function scanJson(input: Uint8Array): JsonScan {
  bytes = input
  view = new DataView(input.buffer, input.byteOffset, input.length)
  hashCount = 0
  mayHaveDuplicates = hasInexactNumbers = hasLoneSurrogates = false
  const start = skipSpace(0)
  if (start >= input.length) throw decodeError('EOF')
  const memberStarts: number[] = []
  const end = skipValue(start, memberStarts)
  return { kind: kindAt(start), start, end, memberStarts, mayHaveDuplicates, hasInexactNumbers, hasLoneSurrogates }
}

/** An error of the decoder, as the client may see it. */
export function decodeError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_DECODE', source: 'backend' })
}

/** One value from `start` on; gives the offset behind it. */
function skipValue(start: number, memberStarts: number[]): number {
  const b = bytes
  let i = start
  let depth = 0
  let inObject = false
  for (;;) {
    const c = b[i]
    if (c === QUOTE) i = skipString(i + 1)
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      isInObject[depth] = inObject ? 1 : 0
      if (++depth > MAX_DEPTH) fail(i, 'exceeded max depth')
      inObject = c === OPEN_OBJECT
      bases[depth] = hashCount
      i = skipSpace(i + 1)
      if (b[i] !== (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        if (inObject) {
          if (depth === 1) memberStarts.push(i)
          i = skipKey(i)
        }
        continue
      }
      i++
      inObject = isInObject[--depth] === 1
    } else i = skipScalar(i)

    for (;;) {
      if (depth === 0) return i
      i = skipSpace(i)
      const c = b[i]
      if (c === COMMA) {
        i = skipSpace(i + 1)
        if (inObject) {
          if (depth === 1) memberStarts.push(i)
          i = skipKey(i)
        }
        break
      }
      if (inObject) {
        if (c !== CLOSE_OBJECT) fail(i, 'after object key:value pair')
        closeObject(bases[depth] as number)
      } else if (c !== CLOSE_ARRAY) fail(i, 'after array element')
      i++
      inObject = isInObject[--depth] === 1
    }
  }
}

/** A key, its colon and the space around them; notes the key's hash. */
function skipKey(start: number): number {
  if (bytes[start] !== QUOTE) fail(start, 'looking for beginning of object key string')
  let i = skipSpace(skipString(start + 1, true))
  if (bytes[i] !== COLON) fail(i, 'after object key')
  if (hashCount === hashes.length) {
    const larger = new Int32Array(hashCount * 2)
    larger.set(hashes)
    hashes = larger
  }
  hashes[hashCount++] = hash
  i = skipSpace(i + 1)
  return i
}

/** The rest of a string behind its opening quote. */
function skipString(start: number, isKey = false): number {
  const b = bytes
  const lastWord = b.length - 4
  let i = start
  let h = 0
  // perf: four bytes at a time; `hit` has the top bit of the first byte that is a quote, a backslash or a control character
  while (i <= lastWord) {
    const word = view.getInt32(i, true)
    const quote = word ^ 0x22222222
    const slash = word ^ 0x5c5c5c5c
    const hit = (((quote - 0x01010101) & ~quote) | ((slash - 0x01010101) & ~slash) | ((word - 0x20202020) & ~word)) & 0x80808080
    if (hit === 0) {
      h = Math.imul(h ^ word, 0x9e3779b1)
      h ^= h >>> 15
      i += 4
      continue
    }
    const bit = hit & -hit
    i += (31 - Math.clz32(bit)) >> 3
    const c = b[i] as number
    if (c === QUOTE) {
      h = Math.imul(h ^ (word & ((bit >>> 7) - 1)), 0x9e3779b1)
      hash = h ^ (h >>> 15)
      return i + 1
    }
    if (c < SPACE) fail(i, 'in string literal')
    if (isKey) mayHaveDuplicates = true
    i = skipEscape(i + 1)
  }
  // a key never ends here: a colon, a value and a bracket must follow it
  return skipLastString(i)
}

/** The rest of a string within the last bytes of the input. */
function skipLastString(start: number): number {
  let i = start
  for (;;) {
    const c = bytes[i]
    if (c === undefined) fail(i, '')
    if (c === QUOTE) return i + 1
    if (c < SPACE) fail(i, 'in string literal')
    i = c === BACKSLASH ? skipEscape(i + 1) : i + 1
  }
}

/** What stands behind a backslash. */
function skipEscape(i: number): number {
  const c = bytes[i] as number
  if (c !== LOWER_U) {
    if (!SIMPLE_ESCAPES.has(c)) fail(i, 'in string escape code')
    return i + 1
  }
  const unit = readHex(i + 1)
  if (unit < 0xd800 || unit > 0xdfff) return i + 5
  if (unit < 0xdc00 && bytes[i + 5] === BACKSLASH && bytes[i + 6] === LOWER_U) {
    const second = readHex(i + 7)
    if (second >= 0xdc00 && second <= 0xdfff) return i + 11
  }
  hasLoneSurrogates = true
  return i + 5
}

function readHex(start: number): number {
  let unit = 0
  for (let i = start; i < start + 4; i++) {
    const c = bytes[i] as number
    if (isDigit(c)) unit = unit * 16 + c - DIGIT_0
    else if ((c >= 65 && c <= 70) || (c >= 97 && c <= 102)) unit = unit * 16 + (c & 0x1f) + 9
    else fail(i, 'in \\u hexadecimal character escape')
  }
  return unit
}

function skipScalar(i: number): number {
  const c = bytes[i]
  if (c === MINUS || isDigit(c)) return skipNumber(i)
  if (c === 116) return skipWord(i, 'true')
  if (c === 102) return skipWord(i, 'false')
  if (c === 110) return skipWord(i, 'null')
  return fail(i, 'looking for beginning of value')
}

function skipWord(start: number, word: string): number {
  for (let i = 1; i < word.length; i++) {
    if (bytes[start + i] !== word.charCodeAt(i)) fail(start + i, `in literal ${word} (expecting '${word[i]}')`)
  }
  return start + word.length
}

function skipNumber(start: number): number {
  const b = bytes
  let i = b[start] === MINUS ? start + 1 : start
  const first = i
  if (b[i] === DIGIT_0) i++
  else if (isDigit(b[i])) i = skipDigits(i + 1)
  else fail(i, 'in numeric literal')
  let digits = i - first
  // `-0`
  if (digits === 1 && first > start && b[first] === DIGIT_0) hasInexactNumbers = true
  if (b[i] === POINT) {
    const fraction = i + 1
    if (!isDigit(b[fraction])) fail(fraction, 'after decimal point in numeric literal')
    i = skipDigits(fraction + 1)
    digits += i - fraction
    // a zero at the end is not printed, and six zeros at the beginning are printed as an exponent
    if (b[i - 1] === DIGIT_0 || (b[first] === DIGIT_0 && hasSixZeros(fraction))) hasInexactNumbers = true
  }
  if (digits > 15) hasInexactNumbers = true
  if (b[i] !== 101 && b[i] !== 69) return i
  hasInexactNumbers = true
  i++
  if (b[i] === 43 || b[i] === MINUS) i++
  if (!isDigit(b[i])) fail(i, 'in exponent of numeric literal')
  return skipDigits(i + 1)
}

function hasSixZeros(start: number): boolean {
  for (let i = start; i < start + 6; i++) if (bytes[i] !== DIGIT_0) return false
  return true
}

function skipDigits(start: number): number {
  let i = start
  while (isDigit(bytes[i])) i++
  return i
}

function skipSpace(start: number): number {
  const b = bytes
  let i = start
  for (;;) {
    const c = b[i] as number
    if (c > SPACE || (c !== SPACE && c !== 10 && c !== 13 && c !== 9)) return i
    i++
  }
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= DIGIT_0 && c <= 57
}

/** Tells whether two keys of the object that ends may be the same, and forgets them. */
function closeObject(base: number): void {
  const count = hashCount - base
  if (count > 1 && !mayHaveDuplicates) mayHaveDuplicates = count <= 8 ? hasPair(base) : hasPairInTable(base, count)
  hashCount = base
}

function hasPair(base: number): boolean {
  for (let i = base + 1; i < hashCount; i++) {
    for (let j = base; j < i; j++) if (hashes[i] === hashes[j]) return true
  }
  return false
}

/** Open addressing; a slot counts only when its stamp is of this round, so nothing has to be cleared. */
let table = new Int32Array(4096)
let stamps = new Int32Array(4096)
let round = 0

function hasPairInTable(base: number, count: number): boolean {
  if (count * 2 > table.length) {
    const size = 2 ** Math.ceil(Math.log2(count * 2))
    table = new Int32Array(size)
    stamps = new Int32Array(size)
    round = 0
  }
  const mask = table.length - 1
  round = (round + 1) | 0
  for (let i = base; i < hashCount; i++) {
    const key = hashes[i] as number
    let slot = key & mask
    while (stamps[slot] === round) {
      if (table[slot] === key) return true
      slot = (slot + 1) & mask
    }
    stamps[slot] = round
    table[slot] = key
  }
  return false
}

function kindAt(start: number): JsonKind {
  const c = bytes[start]
  if (c === OPEN_OBJECT) return 'object'
  if (c === OPEN_ARRAY) return 'array'
  if (c === QUOTE) return 'string'
  if (c === 116 || c === 102) return 'bool'
  return c === 110 ? 'null' : 'number'
}

/** Throws Go's text for an unexpected byte, or for the end of the input. */
function fail(at: number, context: string): never {
  const c = bytes[at]
  if (c === undefined) throw decodeError('unexpected EOF')
  throw decodeError(`invalid character ${quoteByte(c)} ${context}`)
}

/** As Go's quoteChar does: the byte as a Latin-1 character, escaped where it does not print. */
function quoteByte(c: number): string {
  if (c === 0x27) return `'\\''`
  if (c === QUOTE) return `'"'`
  const named = GO_ESCAPES.get(c)
  if (named !== undefined) return `'${named}'`
  if (c < SPACE || c === 0x7f) return `'\\x${c.toString(16).padStart(2, '0')}'`
  if ((c > 0x7f && c <= 0xa0) || c === 0xad) return `'\\u00${c.toString(16)}'`
  return `'${String.fromCharCode(c)}'`
}
