// What the JavaScript engine does in all threads together: pauses of its garbage collector, sizes of its heaps, in shared memory.

import { countMore, countOne, readCounter, type Words } from './counters.ts'
import type { GiveMemory, Histogram } from './meters.ts'
import { HISTOGRAM_WORDS, type SampleSlab } from './samples.ts'

/** Bytes of one thread. */
export interface HeapFigures {
  readonly used: number
  readonly total: number
  readonly external: number
  /** Since the thread began. */
  readonly allocated: number
}

/** Those of the whole process. */
export interface RuntimeFigures extends HeapFigures {
  readonly threads: number
  readonly collections: number
  readonly pauseTotalNs: number
  /** Milliseconds since 1970; 0 before the first one. */
  readonly lastCollectionMs: number
}

const COLLECTIONS = 0
const PAUSE_TOTAL = 2
const PAUSES = 4
const WORD_COUNT = PAUSES + HISTOGRAM_WORDS
const NUMBERS_AT = WORD_COUNT * 4
const KINDS = ['used', 'total', 'external', 'allocated'] as const
const THREADS = KINDS.length
const LAST_MS = THREADS + 1
const BYTES = NUMBERS_AT + (LAST_MS + 1) * 8

/** Milliseconds → nanoseconds. A pause that takes longer than two seconds counts as two. */
const NS = 1e6
const MAX_PAUSE_NS = 2e9

export class RuntimeMemory {
  readonly #words: Words
  readonly #numbers: BigInt64Array<SharedArrayBuffer>
  readonly #slab: SampleSlab

  constructor(memory: GiveMemory, slab: SampleSlab) {
    const buffer = memory('telemetry/metrics runtime', BYTES)
    this.#words = new Int32Array(buffer, 0, WORD_COUNT)
    this.#numbers = new BigInt64Array(buffer, NUMBERS_AT)
    this.#slab = slab
  }

  /** A thread has collected garbage. */
  paused(ms: number, nowMs: number): void {
    const ns = Math.min(Math.round(ms * NS), MAX_PAUSE_NS)
    countOne(this.#words, COLLECTIONS)
    countMore(this.#words, PAUSE_TOTAL, ns)
    this.#slab.add(this.#words, PAUSES, ns)
    Atomics.store(this.#numbers, LAST_MS, BigInt(Math.round(nowMs)))
  }

  /** Nanoseconds. */
  get pauses(): Histogram {
    return { words: this.#words, at: PAUSES }
  }

  /** Counts one more thread, whose figures it gives now and then; `leave` takes them out again. */
  join(): { publish(figures: HeapFigures): void; leave(): void } {
    const numbers = this.#numbers
    let said: HeapFigures = { used: 0, total: 0, external: 0, allocated: 0 }
    const publish = (figures: HeapFigures): void => {
      for (const [i, kind] of KINDS.entries()) Atomics.add(numbers, i, BigInt(Math.round(figures[kind] - said[kind])))
      said = figures
    }
    Atomics.add(numbers, THREADS, 1n)
    return {
      publish,
      leave() {
        // What was allocated stays allocated.
        publish({ used: 0, total: 0, external: 0, allocated: said.allocated })
        Atomics.add(numbers, THREADS, -1n)
      },
    }
  }

  read(): RuntimeFigures {
    const numberAt = (i: number): number => Number(Atomics.load(this.#numbers, i))
    const [used = 0, total = 0, external = 0, allocated = 0] = KINDS.map((_, i) => numberAt(i))
    return {
      used,
      total,
      external,
      allocated,
      threads: numberAt(THREADS),
      collections: readCounter(this.#words, COLLECTIONS),
      pauseTotalNs: readCounter(this.#words, PAUSE_TOTAL),
      lastCollectionMs: numberAt(LAST_MS),
    }
  }
}
