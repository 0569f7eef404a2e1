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
let mayHaveDuplicates = false
let hasInexactNumbers = false
let hasLoneSurrogates = false

/** Scans the first value of `b`. Throws a GatewayError with Go's text when there is no valid one. */
export function scanJson(b: Uint8Array): JsonScan {
  hashCount = 0
  mayHaveDuplicates = hasInexactNumbers = hasLoneSurrogates = false
  const start = skipSpace(b, 0)
  if (start >= b.length) throw decodeError('EOF')
  const memberStarts: number[] = []
  const end = skipValue(b, new DataView(b.buffer, b.byteOffset, b.length), start, memberStarts)
  return { kind: kindOf(b[start] as number), start, end, memberStarts, mayHaveDuplicates, hasInexactNumbers, hasLoneSurrogates }
}

/** An error of the decoder, as the client may see it. */
export function decodeError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_DECODE', source: 'backend' })
}

/** One value from `start` on; gives the offset behind it. */
function skipValue(b: Uint8Array, view: DataView, start: number, memberStarts: number[]): number {
  let i = start
  let depth = 0
  let inObject = false
  for (;;) {
    const c = byteAt(b, i)
    if (c === QUOTE) i = skipString(b, view, i + 1)
    else if (c === OPEN_OBJECT || c === OPEN_ARRAY) {
      isInObject[depth] = inObject ? 1 : 0
      if (++depth > MAX_DEPTH) fail(b, i, 'exceeded max depth')
      inObject = c === OPEN_OBJECT
      bases[depth] = hashCount
      i = skipSpace(b, i + 1)
      if (byteAt(b, i) !== (inObject ? CLOSE_OBJECT : CLOSE_ARRAY)) {
        if (inObject) {
          if (depth === 1) memberStarts.push(i)
          i = skipKey(b, view, i)
        }
        continue
      }
      i++
      inObject = isInObject[--depth] === 1
    } else i = skipScalar(b, i, c)

    for (;;) {
      if (depth === 0) return i
      i = skipSpace(b, i)
      const c = byteAt(b, i)
      if (c === COMMA) {
        i = skipSpace(b, i + 1)
        if (inObject) {
          if (depth === 1) memberStarts.push(i)
          i = skipKey(b, view, i)
        }
        break
      }
      if (inObject) {
        if (c !== CLOSE_OBJECT) fail(b, i, 'after object key:value pair')
        closeObject(bases[depth] as number)
      } else if (c !== CLOSE_ARRAY) fail(b, i, 'after array element')
      i++
      inObject = isInObject[--depth] === 1
    }
  }
}

/** The byte at an offset; -1 behind the end. perf: reading behind the end of an array would slow every later read down. */
function byteAt(b: Uint8Array, i: number): number {
  return i < b.length ? (b[i] as number) : -1
}

function skipSpace(b: Uint8Array, start: number): number {
  let i = start
  for (;;) {
    const c = byteAt(b, i)
    if (c > SPACE || (c !== SPACE && c !== 10 && c !== 13 && c !== 9)) return i
    i++
  }
}

/** A key, its colon and the space around them; notes the key's hash. */
function skipKey(b: Uint8Array, view: DataView, start: number): number {
  if (byteAt(b, start) !== QUOTE) fail(b, start, 'looking for beginning of object key string')
  const i = skipSpace(b, skipString(b, view, start + 1, true))
  if (byteAt(b, i) !== COLON) fail(b, i, 'after object key')
  if (hashCount === hashes.length) {
    const larger = new Int32Array(hashCount * 2)
    larger.set(hashes)
    hashes = larger
  }
  hashes[hashCount++] = hash
  return skipSpace(b, i + 1)
}

/** The rest of a string behind its opening quote. */
function skipString(b: Uint8Array, view: DataView, start: number, isKey = false): number {
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
    if (c < SPACE) fail(b, i, 'in string literal')
    if (isKey) mayHaveDuplicates = true
    i = skipEscape(b, i + 1)
  }
  // a key never ends here: a colon, a value and a bracket must follow it
  return skipLastString(b, i)
}

/** The rest of a string within the last bytes of the input. */
function skipLastString(b: Uint8Array, start: number): number {
  let i = start
  for (;;) {
    const c = byteAt(b, i)
    if (c === QUOTE) return i + 1
    if (c < SPACE) fail(b, i, 'in string literal')
    i = c === BACKSLASH ? skipEscape(b, i + 1) : i + 1
  }
}

/** What stands behind a backslash. */
function skipEscape(b: Uint8Array, i: number): number {
  const c = byteAt(b, i)
  if (c !== LOWER_U) {
    if (!SIMPLE_ESCAPES.has(c)) fail(b, i, 'in string escape code')
    return i + 1
  }
  const unit = readHex(b, i + 1)
  if (unit < 0xd800 || unit > 0xdfff) return i + 5
  if (unit < 0xdc00 && byteAt(b, i + 5) === BACKSLASH && byteAt(b, i + 6) === LOWER_U) {
    const second = readHex(b, i + 7)
    if (second >= 0xdc00 && second <= 0xdfff) return i + 11
  }
  hasLoneSurrogates = true
  return i + 5
}

function readHex(b: Uint8Array, start: number): number {
  let unit = 0
  for (let i = start; i < start + 4; i++) {
    const c = byteAt(b, i)
    if (isDigit(c)) unit = unit * 16 + c - DIGIT_0
    else if ((c >= 65 && c <= 70) || (c >= 97 && c <= 102)) unit = unit * 16 + (c & 0x1f) + 9
    else fail(b, i, 'in \\u hexadecimal character escape')
  }
  return unit
}

function skipScalar(b: Uint8Array, i: number, c: number): number {
  if (c === MINUS || isDigit(c)) return skipNumber(b, i)
  if (c === 116) return skipWord(b, i, 'true')
  if (c === 102) return skipWord(b, i, 'false')
  if (c === 110) return skipWord(b, i, 'null')
  return fail(b, i, 'looking for beginning of value')
}

function skipWord(b: Uint8Array, start: number, word: string): number {
  for (let i = 1; i < word.length; i++) {
    if (byteAt(b, start + i) !== word.charCodeAt(i)) fail(b, start + i, `in literal ${word} (expecting '${word[i]}')`)
  }
  return start + word.length
}

function skipNumber(b: Uint8Array, start: number): number {
  const isNegative = b[start] === MINUS
  const first = isNegative ? start + 1 : start
  const isZero = byteAt(b, first) === DIGIT_0
  let i = first + 1
  if (!isZero) {
    if (!isDigit(byteAt(b, first))) fail(b, first, 'in numeric literal')
    i = skipDigits(b, i)
  } else if (isNegative && byteAt(b, i) !== POINT) hasInexactNumbers = true
  let digits = i - first
  let c = byteAt(b, i)
  if (c === POINT) {
    const fraction = i + 1
    if (!isDigit(byteAt(b, fraction))) fail(b, fraction, 'after decimal point in numeric literal')
    i = skipDigits(b, fraction + 1)
    digits += i - fraction
    // a zero at the end is not printed, and six zeros at the beginning are printed as an exponent
    if (b[i - 1] === DIGIT_0 || (isZero && hasSixZeros(b, fraction))) hasInexactNumbers = true
    c = byteAt(b, i)
  }
  if (digits > 15) hasInexactNumbers = true
  if (c !== 101 && c !== 69) return i
  hasInexactNumbers = true
  i++
  c = byteAt(b, i)
  if (c === 43 || c === MINUS) i++
  if (!isDigit(byteAt(b, i))) fail(b, i, 'in exponent of numeric literal')
  return skipDigits(b, i + 1)
}

function hasSixZeros(b: Uint8Array, start: number): boolean {
  for (let i = start; i < start + 6; i++) if (byteAt(b, i) !== DIGIT_0) return false
  return true
}

function skipDigits(b: Uint8Array, start: number): number {
  let i = start
  while (isDigit(byteAt(b, i))) i++
  return i
}

function isDigit(c: number): boolean {
  return c >= DIGIT_0 && c <= 57
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

function kindOf(c: number): JsonKind {
  if (c === OPEN_OBJECT) return 'object'
  if (c === OPEN_ARRAY) return 'array'
  if (c === QUOTE) return 'string'
  if (c === 116 || c === 102) return 'bool'
  return c === 110 ? 'null' : 'number'
}

/** Throws Go's text for an unexpected byte, or for the end of the input. */
function fail(b: Uint8Array, at: number, context: string): never {
  const c = byteAt(b, at)
  if (c < 0) throw decodeError('unexpected EOF')
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
