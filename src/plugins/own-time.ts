// Bounds the time that a handler takes itself: while it waits for what stands inside, its clock stands still.

import type { Scope } from '../engine/scope.ts'
import { inTime } from './in-time.ts'

export class OwnTime {
  /** Of the handler: ends when its time is up. */
  readonly #scope: Scope
  #leftMs: number
  #sinceMs = 0
  /** Running down; null while the clock stands still. */
  #clock: Scope | null = null

  constructor(scope: Scope, ms: number) {
    this.#scope = scope
    this.#leftMs = ms
  }

  /** What a promise of the handler gives, or why its time is up. */
  wait(running: PromiseLike<unknown>, onLate: () => void): Promise<unknown> {
    if (!this.#isPaused) this.resume()
    return inTime(running, this.#scope, onLate).finally(() => this.stop())
  }

  #isPaused = false

  pause(): void {
    this.#isPaused = true
    if (this.#clock === null) return
    this.#clock.close()
    this.#clock = null
    this.#leftMs = Math.max(1, this.#leftMs - (performance.now() - this.#sinceMs))
  }

  resume(): void {
    this.#isPaused = false
    this.#sinceMs = performance.now()
    this.#clock = this.#scope.child(this.#leftMs)
    // Whoever is told by the scope around it is told already.
    this.#clock.onEnd((reason) => this.#scope.end(reason))
  }

  stop(): void {
    this.#isPaused = true
    this.#clock?.close()
    this.#clock = null
  }
}
