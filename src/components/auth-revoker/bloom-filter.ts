// The arithmetic of one bloom filter: size, positions, bits. Knows nothing of rotation and time.

import { countDefaultWords, defaultWords, optimalWords } from './hashes.ts'
import type { Words } from './hashes.ts'

export type HashName = 'optimal' | 'default'

export interface FilterParameters {
  /** Expected elements, at least 1. */
  readonly n: number
  /** Wanted probability of a false positive, between 0 and 1. */
  readonly p: number
  readonly hashName: HashName
}

/** Bits of a filter for `n` elements, as krakend/bloomfilter counts them. */
export function bitCount(n: number, p: number): number {
  return Math.ceil(-(n * Math.log(p)) / Math.log(2 ** Math.log(2)))
}

/** How many positions each element sets. */
export function hashCount(m: number, n: number): number {
  return Math.ceil((Math.log(2) * m) / n)
}

/** Bytes of one filter in memory. */
export function filterBytes(m: number): number {
  return Math.ceil(m / 32) * 4
}

/** Fills a list with the bit positions of an element; the list is the same one in every call. */
export type Positions = (element: Uint8Array) => Float64Array

/** Chooses the way to positions once. */
export function compilePositions({ n, p, hashName }: FilterParameters): Positions {
  const m = bitCount(n, p)
  const k = hashCount(m, n)
  return hashName === 'optimal' ? optimalPositions(m, k) : defaultPositions(m, Math.min(k, 5))
}

function optimalPositions(m: number, k: number): Positions {
  const modulus = BigInt(m)
  const wrap = Number((1n << 64n) % modulus)
  const positions = new Float64Array(k)
  return function placeOptimal(element) {
    const words = optimalWords(element)
    let [high, low] = [words[0] as number, words[1] as number]
    const [stepHigh, stepLow] = [words[2] as number, words[3] as number]
    let position = remainder(words, 0, modulus)
    const step = remainder(words, 2, modulus)
    positions[0] = position
    for (let i = 1; i < k; i++) {
      // perf: h0 + i·h1 wraps at 2^64; only whether it wraps is tracked in 64 bits, the rest is arithmetic of small numbers.
      low += stepLow
      high += stepHigh
      if (low > 0xffffffff) {
        low -= 4294967296
        high += 1
      }
      position += step
      if (position >= m) position -= m
      if (high > 0xffffffff) {
        high -= 4294967296
        position -= wrap
        if (position < 0) position += m
      }
      positions[i] = position
    }
    return positions
  }
}

function defaultPositions(m: number, digests: number): Positions {
  const modulus = BigInt(m)
  const positions = new Float64Array(countDefaultWords(digests))
  return function placeDefault(element) {
    const words = defaultWords(element, digests)
    for (let i = 0; i < positions.length; i++) positions[i] = remainder(words, i * 2, modulus)
    return positions
  }
}

function remainder(words: Words, at: number, modulus: bigint): number {
  return Number(((BigInt(words[at] as number) << 32n) | BigInt(words[at + 1] as number)) % modulus)
}

/**
 * Bit i is bit `i & 7` of byte `i >> 3`: the layout of KrakenD's filters, and on every machine that Node runs
 * on (little-endian) the same as bit `i & 31` of word `i >> 5`.
 */
export function setBits(words: Int32Array, positions: Float64Array): void {
  for (const position of positions) Atomics.or(words, Math.floor(position / 32), 1 << (position & 31))
}

export function hasBits(words: Int32Array, positions: Float64Array): boolean {
  for (const position of positions) {
    if (((words[Math.floor(position / 32)] as number) & (1 << (position & 31))) === 0) return false
  }
  return true
}

/** How many bits are set. */
export function countBits(words: Int32Array): number {
  let count = 0
  for (let word of words) {
    while (word !== 0) {
      word &= word - 1
      count++
    }
  }
  return count
}
