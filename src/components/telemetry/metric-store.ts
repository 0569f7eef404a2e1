// Where a thread counts: counters and histograms by instrument and attributes, bounded in number and length, seen by the whole process.

import type { SharedMemory } from '../../engine/compile/component.ts'
import { SlabControl, SlabCursor } from './metric-slab.ts'
import { type Attributes, boundedText, type Instrument } from './metric-types.ts'

/** security: hosts of redirects, methods and status codes are chosen by strangers; what exceeds is counted together, as OpenTelemetry says. */
const MAX_SERIES_PER_INSTRUMENT = 2000
const OVERFLOW: Attributes = [['otel.metric.overflow', true]]

export class Counter {
  readonly #values: Float64Array

  constructor(values: Float64Array) {
    this.#values = values
  }

  add(amount: number): void {
    this.#values[0] = (this.#values[0] as number) + amount
  }
}

export class Histogram {
  readonly #values: Float64Array
  readonly #bounds: readonly number[]

  constructor(values: Float64Array, bounds: readonly number[]) {
    this.#values = values
    this.#bounds = bounds
  }

  record(value: number): void {
    const [values, bounds] = [this.#values, this.#bounds]
    const sum = bounds.length + 1
    let at = 0
    // perf: most values are small, so from below.
    while (at < bounds.length && value > (bounds[at] as number)) at++
    values[at] = (values[at] as number) + 1
    values[sum] = (values[sum] as number) + value
  }
}

export interface MetricStoreInit {
  readonly shared: SharedMemory
  /** The same name is the same metrics, in every thread. */
  readonly name: string
  readonly instruments: readonly Instrument[]
  /** Milliseconds since 1970. */
  readonly nowMs: number
}

export class MetricStore {
  readonly #init: MetricStoreInit
  readonly #control: SlabControl
  readonly #slab: number | null
  readonly #cursor: SlabCursor
  readonly #known = new Map<string, Float64Array>()
  readonly #perInstrument: number[]
  #count = 0

  constructor(init: MetricStoreInit) {
    const { name, instruments } = init
    this.#init = init
    this.#control = new SlabControl(init.shared, name)
    this.#slab = this.#control.lease(init.nowMs)
    this.#perInstrument = instruments.map(() => 0)
    this.#cursor = new SlabCursor(this.#slab === null ? ownMemory() : init.shared, name, this.#slab ?? 0, instruments)
    const count = this.#slab === null ? 0 : this.#control.count(this.#slab)
    for (let i = 0; i < count; i++) {
      const { instrument, attributes, values } = this.#cursor.read()
      this.#remember(instrument, attributes, values)
    }
  }

  /** Whether anybody sees what is counted here: not when more threads count than can be seen. */
  get isSeen(): boolean {
    return this.#slab !== null
  }

  /** The counter of these attributes. Costs a search: keep it where the attributes are known. */
  counter(instrument: number, attributes: Attributes): Counter {
    return new Counter(this.#series(instrument, attributes))
  }

  histogram(instrument: number, attributes: Attributes): Histogram {
    return new Histogram(this.#series(instrument, attributes), this.#init.instruments[instrument]?.bounds ?? [])
  }

  /** Nothing is counted here any more: another thread may go on with it. */
  release(): void {
    if (this.#slab !== null) this.#control.release(this.#slab)
  }

  #series(instrument: number, attributes: Attributes): Float64Array {
    const bounded = attributes.map(([key, value]) => [key, typeof value === 'string' ? boundedText(value) : value] as const)
    const known = this.#known.get(keyOf(instrument, bounded))
    if (known !== undefined) return known
    const isFull = (this.#perInstrument[instrument] as number) >= MAX_SERIES_PER_INSTRUMENT - 1
    const kept = isFull ? OVERFLOW : bounded
    return this.#known.get(keyOf(instrument, kept)) ?? this.#add(instrument, kept)
  }

  #add(instrument: number, attributes: Attributes): Float64Array {
    const values = this.#cursor.write(instrument, attributes)
    if (values === null) return this.#series(instrument, OVERFLOW)
    this.#remember(instrument, attributes, values)
    if (this.#slab !== null) this.#control.publish(this.#slab, this.#count)
    return values
  }

  #remember(instrument: number, attributes: Attributes, values: Float64Array): void {
    this.#known.set(keyOf(instrument, attributes), values)
    this.#perInstrument[instrument] = (this.#perInstrument[instrument] as number) + 1
    this.#count++
  }
}

function keyOf(instrument: number, attributes: Attributes): string {
  return `${instrument} ${JSON.stringify(attributes)}`
}

function ownMemory(): Pick<SharedMemory, 'buffer'> {
  const buffers = new Map<string, SharedArrayBuffer>()
  return {
    buffer(name, byteLength) {
      const buffer = buffers.get(name) ?? new SharedArrayBuffer(byteLength)
      buffers.set(name, buffer)
      return buffer
    },
  }
}
