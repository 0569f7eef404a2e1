// Memory that one thread writes metrics into and another reads them from. Single writer: adding is a plain addition, no lock and no atomic.
//
// A slab is a list of series: texts in pages of one kind, numbers in pages of the other, both placed by a rule that reader and writer share.
// A thread leases a slab while it serves; the next one that takes it over goes on where it stopped, so that counters never go back.

import type { SharedMemory } from '../../engine/compile/component.ts'
import { type Attributes, type Instrument, widthOf } from './metric-types.ts'

/** So many threads at a time, those that ended without giving theirs back among them. */
const MAX_SLABS = 256
const PAGE_BYTES = 64 * 1024
const NUMBER_BYTES = 8
const LENGTH_BYTES = 4
/** Words of the control: when the first slab was leased (two words), then for each slab whether it is leased and how many series it has. */
const FIRST_SLAB = 2
const WORDS_PER_SLAB = 2
const FREE = 0
const LEASED = 1
/** A text of this length ends a page. */
const END_OF_PAGE = -1

/** One series of a slab. */
export interface SlabEntry {
  readonly instrument: number
  readonly attributes: Attributes
  /** The slab's own memory. */
  readonly values: Float64Array
}

export class SlabControl {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #start: BigInt64Array<SharedArrayBuffer>

  constructor(shared: SharedMemory, name: string) {
    const memory = shared.buffer(`${name} control`, (FIRST_SLAB + MAX_SLABS * WORDS_PER_SLAB) * LENGTH_BYTES)
    this.#words = new Int32Array(memory)
    this.#start = new BigInt64Array(memory, 0, 1)
  }

  /** The number of a slab that nobody else writes; null when all are leased. */
  lease(nowMs: number): number | null {
    Atomics.compareExchange(this.#start, 0, 0n, BigInt(Math.trunc(nowMs)))
    for (let slab = 0; slab < MAX_SLABS; slab++)
      if (Atomics.compareExchange(this.#words, this.#at(slab), FREE, LEASED) === FREE) return slab
    return null
  }

  release(slab: number): void {
    Atomics.store(this.#words, this.#at(slab), FREE)
  }

  /** Milliseconds since 1970 from which everything is counted; 0 before. */
  get startMs(): number {
    return Number(Atomics.load(this.#start, 0))
  }

  /** How many series of a slab are whole. */
  count(slab: number): number {
    return Atomics.load(this.#words, this.#at(slab) + 1)
  }

  publish(slab: number, count: number): void {
    Atomics.store(this.#words, this.#at(slab) + 1, count)
  }

  /** Slabs that have series. */
  *used(): Iterable<number> {
    for (let slab = 0; slab < MAX_SLABS; slab++) if (this.count(slab) > 0) yield slab
  }

  #at(slab: number): number {
    return FIRST_SLAB + slab * WORDS_PER_SLAB
  }
}

/** Walks a slab from its first series on. */
export class SlabCursor {
  readonly #shared: Pick<SharedMemory, 'buffer'>
  readonly #name: string
  readonly #instruments: readonly Instrument[]
  #textPage = 0
  #textAt = 0
  #valuePage = 0
  #valueAt = 0

  constructor(shared: Pick<SharedMemory, 'buffer'>, name: string, slab: number, instruments: readonly Instrument[]) {
    this.#shared = shared
    this.#name = `${name} ${slab}`
    this.#instruments = instruments
  }

  /** The next series; only when there is one. */
  read(): SlabEntry {
    let view = this.#text()
    if (this.#textAt + LENGTH_BYTES > PAGE_BYTES || view.getInt32(this.#textAt) === END_OF_PAGE) view = this.#nextTextPage()
    const length = view.getInt32(this.#textAt)
    const start = this.#textAt + LENGTH_BYTES
    const text = Buffer.from(view.buffer, start, length).toString()
    this.#textAt = start + length
    const [instrument, attributes] = JSON.parse(text) as [number, Attributes]
    return { instrument, attributes, values: this.#place(instrument) }
  }

  /** Adds a series behind the last one; null for attributes that fill more than a page. */
  write(instrument: number, attributes: Attributes): Float64Array | null {
    const text = Buffer.from(JSON.stringify([instrument, attributes]))
    if (text.length + LENGTH_BYTES > PAGE_BYTES) return null
    let view = this.#text()
    if (this.#textAt + LENGTH_BYTES + text.length > PAGE_BYTES) {
      if (this.#textAt + LENGTH_BYTES <= PAGE_BYTES) view.setInt32(this.#textAt, END_OF_PAGE)
      view = this.#nextTextPage()
    }
    view.setInt32(this.#textAt, text.length)
    text.copy(Buffer.from(view.buffer), this.#textAt + LENGTH_BYTES)
    this.#textAt += LENGTH_BYTES + text.length
    return this.#place(instrument)
  }

  #text(): DataView {
    return new DataView(this.#shared.buffer(`${this.#name} texts ${this.#textPage}`, PAGE_BYTES))
  }

  #nextTextPage(): DataView {
    this.#textPage++
    this.#textAt = 0
    return this.#text()
  }

  /** The numbers of the next series. */
  #place(instrument: number): Float64Array {
    const width = widthOf(this.#instruments[instrument] as Instrument)
    if (this.#valueAt + width * NUMBER_BYTES > PAGE_BYTES) {
      this.#valuePage++
      this.#valueAt = 0
    }
    const values = new Float64Array(this.#shared.buffer(`${this.#name} values ${this.#valuePage}`, PAGE_BYTES), this.#valueAt, width)
    this.#valueAt += width * NUMBER_BYTES
    return values
  }
}
