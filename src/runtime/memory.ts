// How much memory a thread has of the system.

import { Buffer } from 'node:buffer'
import { PerformanceObserver } from 'node:perf_hooks'
import v8 from 'node:v8'
import vm from 'node:vm'

/** Who waits for a gateway to answer does not wait for this as well. */
const START_IS_OVER_MS = 1000

/**
 * Collects the garbage of a start once: V8 keeps the room that it needed to read and compile the file, also under load.
 * perf: VmRSS of /proc/self/status is 84 MiB with one endpoint and 93 without it, 132 and 205 with 5,000. A pause of 25 ms, and of 60 with 5,000.
 */
export function returnStartMemory(): void {
  setTimeout(collectAll, START_IS_OVER_MS).unref()
}

function collectAll(): void {
  // Never taken back: the flag is one for all threads, and another may be between these two lines.
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as (options: object) => void
  // It gives pages back that it would keep otherwise.
  v8.setFlagsFromString('--memory-saver-mode')
  collect({ type: 'major', execution: 'sync', flavor: 'last-resort' })
  v8.setFlagsFromString('--no-memory-saver-mode')
}

/** Collecting garbage takes at least this share of a thread's time before more room is worth its memory. */
const WORTHWHILE_SHARE = 0.06
const DECIDE_EVERY_MS = 1000

/** V8 reads its flags whenever it wants more room. */
const THRIFTY = ['--semi-space-growth-factor=1', '--heap-growing-percent=100']
const GENEROUS = ['--semi-space-growth-factor=2', '--heap-growing-percent=0']

/**
 * Decides whether the heap may grow: the room for new objects at all, once in a decision, and that for old ones to more than twice between two
 * collections.
 */
export class HeapGrowth {
  readonly #setFlag: (flag: string) => void
  readonly #roomBytes: () => number
  #sinceMs: number
  #spentMs = 0
  /** The room when it was allowed to grow; Infinity when it is not. */
  #fromBytes = Infinity

  /** `setFlag` as of `node:v8`; `roomBytes`: what V8 has for new objects; `nowMs` as of performance.now(). */
  constructor(setFlag: (flag: string) => void, roomBytes: () => number, nowMs: number) {
    this.#setFlag = setFlag
    this.#roomBytes = roomBytes
    this.#sinceMs = nowMs
    this.#set(THRIFTY)
  }

  /** Garbage has been collected, which took so long. */
  collected(tookMs: number, nowMs: number): void {
    this.#spentMs += tookMs
    const passedMs = nowMs - this.#sinceMs
    if (passedMs >= DECIDE_EVERY_MS) {
      this.#decide(this.#spentMs >= passedMs * WORTHWHILE_SHARE)
      this.#sinceMs = nowMs
      this.#spentMs = 0
    } else if (this.#fromBytes !== Infinity && this.#roomBytes() > this.#fromBytes) this.#decide(false)
  }

  #decide(isBurden: boolean): void {
    this.#fromBytes = isBurden ? this.#roomBytes() : Infinity
    this.#set(isBurden ? GENEROUS : THRIFTY)
  }

  #set(flags: readonly string[]): void {
    for (const flag of flags) this.#setFlag(flag)
  }
}

/** Node keeps a whole pool for the last buffer that was cut from it. */
const POOL_BYTES = 8 * 1024

let isRestrained = false

/**
 * Takes little more memory under load than what is in flight. By itself V8 doubles the room for new objects, up to 64 MB, whenever enough
 * of them have survived, which they do sooner or later under any load: here it does while collecting them is a burden.
 * `isAlone`: no other thread serves in this process.
 * perf: `memory-under-load` in docs/reliability.md is 180 MiB without it; a request takes 3 to 8 % more CPU time where a core is always busy.
 */
export function restrainMemory({ isAlone }: { isAlone: boolean }): void {
  if (isRestrained) return
  isRestrained = true
  Buffer.poolSize = POOL_BYTES
  // The flags are those of the process: several threads would overrule each other, and whoever is busiest would pay.
  if (!isAlone) return
  const growth = new HeapGrowth(v8.setFlagsFromString, youngBytes, performance.now())
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) growth.collected(duration, performance.now())
  })
  observer.observe({ entryTypes: ['gc'] })
}

function youngBytes(): number {
  return v8.getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? 0
}
