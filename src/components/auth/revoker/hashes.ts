// The digests that place an element in the filter, as 32-bit words. Knows nothing of filters.

import { hash } from 'node:crypto'

/** 64-bit numbers as pairs of 32-bit halves: high, low, high, low … */
export type Words = readonly number[]

const FNV128_LOW_PRIME = 0x13b
const TWO_32 = 4294967296
/** Brings what is above 32 bits down. */
const TO_CARRY = 1 / TWO_32

/** FNV-1 with 128 bits (multiply, then xor) as four 32-bit words, the highest first. */
export function fnv128(bytes: Uint8Array): readonly [number, number, number, number] {
  let [w3, w2, w1, w0] = [0x6c62272e, 0x07bb0142, 0x62b82175, 0x6295c58d]
  // perf: an index is several times faster than the iterator of a buffer.
  for (let i = 0; i < bytes.length; i++) {
    // The prime is 2^88 + 0x13b: one product with a small number and one shift by 88 bits.
    const p0 = w0 * FNV128_LOW_PRIME
    const n0 = p0 >>> 0
    const p1 = w1 * FNV128_LOW_PRIME + (p0 - n0) * TO_CARRY
    const n1 = p1 >>> 0
    const p2 = w2 * FNV128_LOW_PRIME + (p1 - n1) * TO_CARRY
    const n2 = p2 >>> 0
    const p3 = w3 * FNV128_LOW_PRIME + (p2 - n2) * TO_CARRY + ((w1 << 24) | (w0 >>> 8))
    w3 = p3 >>> 0
    // The shifted part may carry into the highest word.
    const s2 = n2 + ((w0 << 24) >>> 0)
    w2 = s2 >>> 0
    if (s2 >= TWO_32) w3 = (w3 + 1) >>> 0
    w1 = n1
    w0 = (n0 ^ (bytes[i] as number)) >>> 0
  }
  return [w3, w2, w1, w0]
}

/** FNV-1 with 64 bits as two 32-bit words, the higher first. */
export function fnv64(bytes: Uint8Array): readonly [number, number] {
  let [high, low] = [0xcbf29ce4, 0x84222325]
  for (let i = 0; i < bytes.length; i++) {
    // The prime is 2^40 + 0x1b3.
    const p0 = low * 0x1b3
    const n0 = p0 >>> 0
    high = (high * 0x1b3 + (p0 - n0) * TO_CARRY + ((low << 8) >>> 0)) >>> 0
    low = (n0 ^ (bytes[i] as number)) >>> 0
  }
  return [high, low]
}

let crcTable: readonly bigint[] | null = null

/** CRC-64 with the ECMA polynomial, reflected: Go's `crc64.ECMA`, also known from xz. */
export function crc64(bytes: Uint8Array): bigint {
  crcTable ??= makeCrcTable(0xc96c5795d7870f42n)
  let crc = 0xffffffffffffffffn
  for (const byte of bytes) crc = (crcTable[Number(crc & 0xffn) ^ byte] as bigint) ^ (crc >> 8n)
  return crc ^ 0xffffffffffffffffn
}

function makeCrcTable(polynomial: bigint): bigint[] {
  return Array.from({ length: 256 }, (_none, index) => {
    let crc = BigInt(index)
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n
    return crc
  })
}

function swapBytes(word: number): number {
  return ((word << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0
}

/** A digest of big-endian words read again in little-endian groups of eight bytes. */
function littleEndian(words: readonly number[]): number[] {
  const read: number[] = []
  for (let i = 0; i + 1 < words.length; i += 2) read.push(swapBytes(words[i + 1] as number), swapBytes(words[i] as number))
  return read
}

/** The two 64-bit numbers that `optimal` derives every position from. */
export function optimalWords(bytes: Uint8Array): Words {
  return littleEndian(fnv128(bytes))
}

const DEFAULT_DIGESTS: readonly ((bytes: Uint8Array) => Words)[] = [
  (bytes) => digestWords('md5', bytes),
  (bytes) => {
    const crc = crc64(bytes)
    return littleEndian([Number(crc >> 32n), Number(crc & 0xffffffffn)])
  },
  (bytes) => digestWords('sha1', bytes),
  (bytes) => littleEndian(fnv64(bytes)),
  optimalWords,
]

/** The 64-bit numbers of the first `count` (at most five) digests of `default`; each is a position. */
export function defaultWords(bytes: Uint8Array, count: number): Words {
  return DEFAULT_DIGESTS.slice(0, count).flatMap((digest) => digest(bytes))
}

/** How many 64-bit numbers `defaultWords` gives for that many digests. */
export function countDefaultWords(count: number): number {
  return [2, 1, 2, 1, 2].slice(0, count).reduce((sum, words) => sum + words, 0)
}

/** Whole groups of eight bytes: the last four bytes of a SHA-1 do not count. */
function digestWords(algorithm: string, bytes: Uint8Array): number[] {
  const digest = hash(algorithm, bytes, 'buffer')
  const words: number[] = []
  for (let i = 0; i + 8 <= digest.length; i += 8) words.push(digest.readUInt32LE(i + 4), digest.readUInt32LE(i))
  return words
}
