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

/**
 * The bit positions of one element after the other. perf: whoever looks an element up mostly stops at the first or
 * second position, so each is computed when it is asked for, and nothing is allocated but the digest.
 */
export interface Walk {
  /** Positions of each element. */
  readonly length: number
  /** Begins with another element; gives its first position. */
  start(element: Uint8Array): number
  /** The next position; at most `length - 1` times. */
  next(): number
}

/** Chooses the way to positions once. A walk serves one element at a time. */
export function compileWalk({ n, p, hashName }: FilterParameters): Walk {
  const m = bitCount(n, p)
  const k = hashCount(m, n)
  return hashName === 'optimal' ? new OptimalWalk(m, k) : new DefaultWalk(m, Math.min(k, 5))
}

const TWO_32 = 4294967296

/** h0 + i·h1 in 64 bits, mod m. */
class OptimalWalk implements Walk {
  readonly length: number
  readonly #m: number
  /** 2^64 mod m: what a sum loses that goes beyond 64 bits. */
  readonly #wrap: number
  #words: Words = []
  #high = 0
  #low = 0
  #position = 0
  #step = -1

  constructor(m: number, k: number) {
    this.length = k
    this.#m = m
    this.#wrap = Number((1n << 64n) % BigInt(m))
  }

  start(element: Uint8Array): number {
    this.#words = optimalWords(element)
    this.#high = this.#words[0] as number
    this.#low = this.#words[1] as number
    this.#step = -1
    this.#position = remainder(this.#high, this.#low, this.#m)
    return this.#position
  }

  next(): number {
    const [, , stepHigh, stepLow] = this.#words as [number, number, number, number]
    if (this.#step < 0) this.#step = remainder(stepHigh, stepLow, this.#m)
    // perf: of the sum in 64 bits only the carry is needed, the rest is arithmetic of small numbers.
    this.#low += stepLow
    this.#high += stepHigh
    if (this.#low >= TWO_32) {
      this.#low -= TWO_32
      this.#high += 1
    }
    this.#position += this.#step
    if (this.#position >= this.#m) this.#position -= this.#m
    if (this.#high >= TWO_32) {
      this.#high -= TWO_32
      this.#position -= this.#wrap
      if (this.#position < 0) this.#position += this.#m
    }
    return this.#position
  }
}

/** Every word of the digests, mod m. */
class DefaultWalk implements Walk {
  readonly length: number
  readonly #m: number
  readonly #digests: number
  #words: Words = []
  #at = 0

  constructor(m: number, digests: number) {
    this.length = countDefaultWords(digests)
    this.#m = m
    this.#digests = digests
  }

  start(element: Uint8Array): number {
    this.#words = defaultWords(element, this.#digests)
    this.#at = 0
    return this.next()
  }

  next(): number {
    const high = this.#words[this.#at++] as number
    return remainder(high, this.#words[this.#at++] as number, this.#m)
  }
}

/** A number of 64 bits mod m. */
function remainder(high: number, low: number, m: number): number {
  // perf: with m below 2^32 nothing exceeds the 53 bits of a double, and big integers cost ten times as much.
  if (m < TWO_32) return (((((high * 65536) % m) * 65536) % m) + low) % m
  return Number(((BigInt(high) << 32n) | BigInt(low)) % BigInt(m))
}

/**
 * Bit i is bit `i & 7` of byte `i >> 3`: the layout of KrakenD's filters, and on every machine that Node runs
 * on (little-endian) the same as bit `i & 31` of word `i >> 5`.
 */
export function setBit(words: Int32Array, position: number): void {
  Atomics.or(words, Math.floor(position / 32), 1 << (position & 31))
}

export function hasBit(words: Int32Array, position: number): boolean {
  return ((words[Math.floor(position / 32)] as number) & (1 << (position & 31))) !== 0
}

/** How many bits are set. perf: all 32 of a word at once, as sums of ever wider fields. */
export function countBits(words: Int32Array): number {
  let count = 0
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as number
    const pairs = word - ((word >>> 1) & 0x55555555)
    const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333)
    count += Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return count
}
