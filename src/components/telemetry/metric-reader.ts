// What all threads of the process have counted, added up.

import type { SharedMemory } from '../../engine/compile/component.ts'
import { SlabControl, SlabCursor, type SlabEntry } from './metric-slab.ts'
import type { Attributes, Instrument, Series } from './metric-types.ts'

interface Walked {
  readonly cursor: SlabCursor
  count: number
}

interface Sum {
  readonly instrument: number
  readonly attributes: Attributes
  /** The same series in the slabs that have it. */
  readonly parts: SlabEntry['values'][]
}

export class MetricReader {
  readonly #shared: SharedMemory
  readonly #name: string
  readonly #instruments: readonly Instrument[]
  readonly #control: SlabControl
  readonly #slabs = new Map<number, Walked>()
  readonly #sums = new Map<string, Sum>()

  constructor(shared: SharedMemory, name: string, instruments: readonly Instrument[]) {
    this.#shared = shared
    this.#name = name
    this.#instruments = instruments
    this.#control = new SlabControl(shared, name)
  }

  /** Milliseconds since 1970 from which everything is counted; 0 while nobody counts. */
  get startMs(): number {
    return this.#control.startMs
  }

  /** Everything as it stands now, by instrument in their order. */
  collect(): Series[] {
    for (const slab of this.#control.used()) this.#walk(slab)
    return [...this.#sums.values()]
      .sort((a, b) => a.instrument - b.instrument)
      .map(({ instrument, attributes, parts }) => ({
        instrument: this.#instruments[instrument] as Instrument,
        attributes,
        values: Array.from(parts[0] as Float64Array, (_, at) => parts.reduce((sum, part) => sum + (part[at] as number), 0)),
      }))
  }

  /** Takes in what a slab has more than at the last time. */
  #walk(slab: number): void {
    let walked = this.#slabs.get(slab)
    if (walked === undefined) {
      walked = { cursor: new SlabCursor(this.#shared, this.#name, slab, this.#instruments), count: 0 }
      this.#slabs.set(slab, walked)
    }
    for (const count = this.#control.count(slab); walked.count < count; walked.count++) {
      const { instrument, attributes, values } = walked.cursor.read()
      const key = `${instrument} ${JSON.stringify(attributes)}`
      const sum = this.#sums.get(key)
      if (sum === undefined) this.#sums.set(key, { instrument, attributes, parts: [values] })
      else sum.parts.push(values)
    }
  }
}
