// Histograms that all workers share: a count, and a uniform sample of what was seen since the last collection, as KrakenD has them.

import type { Words } from './counters.ts'

/** The size of KrakenD's samples. */
export const SAMPLE_SIZE = 1028
/** Words of a histogram: values so far, and which sample of the slab is its own. */
export const HISTOGRAM_WORDS = 2

const COUNT = 0
const OWNER = 1
/** Nobody's yet. */
const NONE = 0
/** The slab is used up. */
const EMPTY = -1
const DOUBLE_BYTES = 8

/**
 * Room for the samples of all histograms that ever saw a value. A sample is taken at the first value and kept.
 * perf: memory that nobody has written to costs nothing, so the slab is large; with all of it in use later histograms only count.
 */
export class SampleSlab {
  static readonly SAMPLES = 16_384
  static readonly BYTES = DOUBLE_BYTES + SampleSlab.SAMPLES * SAMPLE_SIZE * DOUBLE_BYTES
  readonly #taken: Words
  readonly #values: Float64Array<SharedArrayBuffer>

  constructor(memory: SharedArrayBuffer) {
    this.#taken = new Int32Array(memory, 0, 1)
    this.#values = new Float64Array(memory, DOUBLE_BYTES)
  }

  /** Adds a value to the histogram at `words[at]`. */
  add(words: Words, at: number, value: number): void {
    const count = Atomics.add(words, at + COUNT, 1)
    let owner = words[at + OWNER] as number
    if (owner === NONE) owner = this.#take(words, at)
    if (owner === EMPTY) return
    const start = (owner - 1) * SAMPLE_SIZE
    if (count < SAMPLE_SIZE) {
      this.#values[start + count] = value
      return
    }
    const place = Math.floor(Math.random() * (count + 1))
    if (place < SAMPLE_SIZE) this.#values[start + place] = value
  }

  /** Values since the last `clear`. */
  countOf(words: Words, at: number): number {
    return Atomics.load(words, at + COUNT)
  }

  /** The sample in ascending order. */
  sampleOf(words: Words, at: number): Float64Array {
    const owner = Atomics.load(words, at + OWNER)
    const count = Math.min(Atomics.load(words, at + COUNT), SAMPLE_SIZE)
    if (owner <= NONE || count <= 0) return NO_VALUES
    const start = (owner - 1) * SAMPLE_SIZE
    return new Float64Array(this.#values.subarray(start, start + count)).sort()
  }

  clear(words: Words, at: number): void {
    Atomics.store(words, at + COUNT, 0)
  }

  #take(words: Words, at: number): number {
    const taken = Atomics.add(this.#taken, 0, 1)
    // Never wraps: one attempt for each histogram and worker.
    const own = taken < SampleSlab.SAMPLES ? taken + 1 : EMPTY
    const before = Atomics.compareExchange(words, at + OWNER, NONE, own)
    return before === NONE ? own : before
  }
}

const NO_VALUES = new Float64Array(0)

/** What a sample says; all 0 without values. */
export interface Distribution {
  /** All values, also those that are not in the sample. */
  readonly count: number
  readonly min: number
  readonly max: number
  readonly mean: number
  readonly variance: number
  readonly stdDev: number
  /** Of 0.99, say: interpolated. */
  readonly percentile: (share: number) => number
}

/** `values` in ascending order. */
export function describeSample(count: number, values: Float64Array): Distribution {
  const { length } = values
  let sum = 0
  for (const value of values) sum += value
  const mean = length === 0 ? 0 : sum / length
  let squares = 0
  for (const value of values) squares += (value - mean) ** 2
  const variance = length === 0 ? 0 : squares / length
  return {
    count,
    min: values[0] ?? 0,
    max: values[length - 1] ?? 0,
    mean,
    variance,
    stdDev: Math.sqrt(variance),
    percentile: (share) => percentileOf(values, share),
  }
}

/** As go-metrics interpolates. */
function percentileOf(values: Float64Array, share: number): number {
  const { length } = values
  if (length === 0) return 0
  const position = share * (length + 1)
  if (position < 1) return values[0] as number
  if (position >= length) return values[length - 1] as number
  const index = Math.floor(position)
  const lower = values[index - 1] as number
  return lower + (position - index) * ((values[index] as number) - lower)
}
