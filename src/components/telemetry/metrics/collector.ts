// The figures of the whole process, and the window that they are counted over. One of them exists, whatever the number of workers.

import type { ResponseMeter, PipeMeter, RouterMeter, Histogram } from './meters.ts'
import { describeSample, type Distribution, type SampleSlab } from './samples.ts'
import type { RuntimeFigures, RuntimeMemory } from './runtime-memory.ts'
import { Timer } from './timer.ts'

/** Everything that has a name. */
export interface NamedMeters {
  readonly slab: SampleSlab
  readonly router: RouterMeter
  readonly responses: ReadonlyMap<string, ResponseMeter>
  readonly pipes: ReadonlyMap<string, PipeMeter>
  readonly backends: ReadonlyMap<string, PipeMeter>
  readonly runtime: RuntimeMemory
}

export interface CollectorInit extends NamedMeters {
  /** Milliseconds of a clock that is never set back. */
  readonly steady: () => number
  /** Memory of the process in bytes. */
  readonly residentBytes: () => number
}

/** Requests of the window that runs, of the last one, and of all windows that have ended. */
export interface Traffic {
  readonly current: number
  readonly gauge: number
  readonly total: number
}

/** What the runtime said at the last collection. */
export interface Captured extends RuntimeFigures {
  readonly residentBytes: number
}

export class Collector {
  readonly meters: NamedMeters
  readonly readGcStats: Timer
  readonly readMemStats: Timer
  readonly #init: CollectorInit
  /** Counts where the window began, and the length of the last one. */
  #base: RouterMeter['counts']
  #last = { connected: 0, disconnected: 0 }
  #captured: Captured

  constructor(init: CollectorInit) {
    this.#init = init
    this.meters = init
    this.readGcStats = new Timer(init.steady())
    this.readMemStats = new Timer(init.steady())
    this.#base = init.router.counts
    this.#captured = this.#capture()
  }

  get nowMs(): number {
    return this.#init.steady()
  }

  get captured(): Captured {
    return this.#captured
  }

  traffic(which: 'connected' | 'disconnected'): Traffic {
    const base = this.#base[which]
    return { current: this.meters.router.counts[which] - base, gauge: this.#last[which], total: base }
  }

  describe({ words, at }: Histogram): Distribution {
    const { slab } = this.meters
    return describeSample(slab.countOf(words, at), slab.sampleOf(words, at))
  }

  /** Ends the window; what histograms hold is gone with `clear`. */
  collect(): void {
    const { counts } = this.meters.router
    this.#last = { connected: counts.connected - this.#base.connected, disconnected: counts.disconnected - this.#base.disconnected }
    this.#base = counts
    this.#captured = this.#capture()
  }

  /** Begins all histograms anew. */
  clear(): void {
    const { slab, responses, pipes, backends, runtime } = this.meters
    const clear = ({ words, at }: Histogram): void => slab.clear(words, at)
    for (const { size, time } of responses.values()) {
      clear(size)
      clear(time)
    }
    for (const meter of [...pipes.values(), ...backends.values()]) for (const { latency } of meter.outcomes()) clear(latency)
    clear(runtime.pauses)
  }

  #capture(): Captured {
    const { steady, residentBytes, runtime } = this.#init
    const startMs = steady()
    const figures = runtime.read()
    const middleMs = steady()
    const captured = { ...figures, residentBytes: residentBytes() }
    const endMs = steady()
    this.readGcStats.took(Math.round((middleMs - startMs) * 1e6), endMs)
    this.readMemStats.took(Math.round((endMs - middleMs) * 1e6), endMs)
    return captured
  }
}
