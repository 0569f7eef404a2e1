// How much memory a thread has of the system.

import { Buffer } from 'node:buffer'
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'
import vm from 'node:vm'

/** What the garbage of a start must take to be worth a pause. */
const WORTHWHILE_BYTES = 24 * 1024 * 1024

type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void

/**
 * Collects garbage once if the start has left much of it: V8 keeps the room that it needed to read and compile thousands of endpoints.
 * perf: with 5,000 endpoints VmRSS of /proc/self/status is 138 MB with it and 208 MB without, also ten seconds and some requests later;
 * takes some 60 ms then, and nothing with an ordinary file.
 */
export function returnStartMemory(): void {
  const young = v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')
  if ((young?.space_size ?? 0) < WORTHWHILE_BYTES) return
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as Collect
  v8.setFlagsFromString('--no-expose-gc')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
}

/** Collecting new objects takes at least this share of a thread's time before more room for them is worth its memory. */
const WORTHWHILE_SHARE = 0.1
const DECIDE_EVERY_MS = 500

/** Decides whether the room for new objects may grow, at most twice a second. */
export class YoungGeneration {
  readonly #setFlag: (flag: string) => void
  #sinceMs: number
  #spentMs = 0

  /** `setFlag` as of `node:v8`; `nowMs` as of performance.now(). */
  constructor(setFlag: (flag: string) => void, nowMs: number) {
    this.#setFlag = setFlag
    this.#sinceMs = nowMs
    this.#mayGrow(false)
  }

  /** New objects have been collected, which took so long. */
  collected(tookMs: number, nowMs: number): void {
    this.#spentMs += tookMs
    const passedMs = nowMs - this.#sinceMs
    if (passedMs < DECIDE_EVERY_MS) return
    this.#mayGrow(this.#spentMs >= passedMs * WORTHWHILE_SHARE)
    this.#sinceMs = nowMs
    this.#spentMs = 0
  }

  /** The flag is one for all threads of the process: that of the last to decide counts. V8 reads it whenever it wants more room. */
  #mayGrow(may: boolean): void {
    this.#setFlag(`--semi-space-growth-factor=${may ? 2 : 1}`)
  }
}

/** What Node's types leave out. */
type GcEntry = PerformanceEntry & { readonly detail: { readonly kind: number } }

/** Node keeps a whole pool for the last buffer that was cut from it. */
const POOL_BYTES = 8 * 1024

let isRestrained = false

/**
 * Takes little more memory under load than what is in flight. By itself V8 doubles the room for new objects, up to 64 MB, whenever enough
 * of them have survived, which they do sooner or later under any load: here it does while collecting them is a burden.
 * perf: `memory-under-load` in docs/reliability.md is 180 MiB without it, 155 with Node's larger pools; a request takes no more CPU time.
 */
export function restrainMemory(): void {
  if (isRestrained) return
  isRestrained = true
  Buffer.poolSize = POOL_BYTES
  const generation = new YoungGeneration(v8.setFlagsFromString, performance.now())
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { kind } = (entry as GcEntry).detail
      if (kind === constants.NODE_PERFORMANCE_GC_MINOR) generation.collected(entry.duration, performance.now())
    }
  })
  observer.observe({ entryTypes: ['gc'] })
}
