// Three bloom filters in memory that all threads share, moved on every TTL by one of them.

import { bitCount, compileWalk, countBits, filterBytes, hasBit, hashCount, setBit } from './bloom-filter.ts'
import type { FilterParameters, Walk } from './bloom-filter.ts'

// Words of the header in front of the three filters.
const ROTATIONS = 0
/** In 64-bit words: when the filters last moved, in milliseconds. */
const LAST_ROTATION = 1
const HEADER_BYTES = 64

/** Bytes of the shared memory for these parameters. */
export function sharedBytes(parameters: FilterParameters): number {
  return HEADER_BYTES + 3 * filterBytes(bitCount(parameters.n, parameters.p))
}

/**
 * An element is in `current` and `next` when it is added and found in `previous` and `current`, so it is
 * remembered for two to three times the TTL.
 */
export class RotatingFilter {
  readonly parameters: FilterParameters
  readonly m: number
  readonly k: number
  readonly #state: Int32Array
  readonly #times: BigInt64Array
  readonly #filters: readonly [Int32Array, Int32Array, Int32Array]
  readonly #walk: Walk

  /** Works on memory of `sharedBytes` bytes that others may use at the same time. */
  constructor(parameters: FilterParameters, memory: SharedArrayBuffer, nowMs: number) {
    this.parameters = parameters
    this.m = bitCount(parameters.n, parameters.p)
    this.k = hashCount(this.m, parameters.n)
    this.#walk = compileWalk(parameters)
    this.#state = new Int32Array(memory, 0, HEADER_BYTES / 4)
    this.#times = new BigInt64Array(memory, 0, HEADER_BYTES / 8)
    const bytes = filterBytes(this.m)
    const part = (index: number): Int32Array => new Int32Array(memory, HEADER_BYTES + index * bytes, bytes / 4)
    this.#filters = [part(0), part(1), part(2)]
    Atomics.compareExchange(this.#times, LAST_ROTATION, 0n, BigInt(Math.trunc(nowMs)))
  }

  /** Remembers the element. */
  add(element: Uint8Array): void {
    let rotations: number
    do {
      rotations = this.rotations
      const [current, next] = [this.#filter(rotations + 1), this.#filter(rotations + 2)]
      let position = this.#walk.start(element)
      for (let i = 1; ; i++) {
        setBit(current, position)
        setBit(next, position)
        if (i === this.#walk.length) break
        position = this.#walk.next()
      }
      // The filters may have moved meanwhile; the new `next` must have the element too.
    } while (this.rotations !== rotations)
  }

  /** Whether the element was added lately; with the configured probability also when it was not. */
  has(element: Uint8Array): boolean {
    const rotations = this.rotations
    const [previous, current] = [this.#filter(rotations), this.#filter(rotations + 1)]
    let position = this.#walk.start(element)
    let isInPrevious = hasBit(previous, position)
    let isInCurrent = hasBit(current, position)
    for (let i = 1; i < this.#walk.length && (isInPrevious || isInCurrent); i++) {
      position = this.#walk.next()
      isInPrevious &&= hasBit(previous, position)
      isInCurrent &&= hasBit(current, position)
    }
    return isInPrevious || isInCurrent
  }

  /** Moves the filters if it is time, which one thread of the process looks after. Gives the milliseconds until the next time. */
  rotateIfDue(nowMs: number, ttlMs: number): number {
    // After three moves everything is empty, however long the machine slept.
    for (let moved = 0; moved < 3 && this.#waitMs(nowMs, ttlMs) <= 0; moved++) this.#rotate(ttlMs)
    if (this.#waitMs(nowMs, ttlMs) <= 0) Atomics.store(this.#times, LAST_ROTATION, BigInt(Math.trunc(nowMs)))
    return this.#waitMs(nowMs, ttlMs)
  }

  /** Adds everything the three filters hold, given as bytes in KrakenD's bit layout. */
  unite(previous: Uint8Array, current: Uint8Array, next: Uint8Array): void {
    const rotations = Atomics.load(this.#state, ROTATIONS)
    uniteBytes(this.#filter(rotations), previous)
    uniteBytes(this.#filter(rotations + 1), current)
    uniteBytes(this.#filter(rotations + 2), next)
  }

  /** The share of bits that are set, as a mean of the three filters; pauses between them, because they may be large. */
  *fillDegreeInParts(): Generator<undefined, number> {
    let sum = 0
    for (const words of this.#filters) {
      sum += countBits(words) / this.m
      yield
    }
    return sum / 3
  }

  /** How often the filters moved. */
  get rotations(): number {
    return Atomics.load(this.#state, ROTATIONS)
  }

  #filter(index: number): Int32Array {
    return this.#filters[index % 3] as Int32Array
  }

  #waitMs(nowMs: number, ttlMs: number): number {
    return Number(Atomics.load(this.#times, LAST_ROTATION)) + ttlMs - nowMs
  }

  #rotate(ttlMs: number): void {
    const rotations = Atomics.load(this.#state, ROTATIONS)
    // What was `previous` is forgotten now and empty before anybody may write to it as `next`.
    this.#filter(rotations).fill(0)
    Atomics.store(this.#state, ROTATIONS, (rotations + 1) % 3_000_000)
    Atomics.add(this.#times, LAST_ROTATION, BigInt(ttlMs))
  }
}

function uniteBytes(words: Int32Array, bytes: Uint8Array): void {
  const padded = Buffer.alloc(words.byteLength)
  padded.set(bytes.subarray(0, words.byteLength))
  for (let i = 0; i < words.length; i++) {
    const word = padded.readInt32LE(i * 4)
    if (word !== 0) Atomics.or(words, i, word)
  }
}
