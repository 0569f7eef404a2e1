// What has become of something outside that all threads use, as they see it together: one of them says so when it goes, one when it is back.

import type { SharedMemory } from './compile/shared-memory.ts'

const STATE = 0
const LOST = 1
const UP = 0
const DOWN = 1

export class Outage {
  readonly #words: Int32Array<SharedArrayBuffer>

  /** `name` is the same in all threads, and stays over reloads. */
  constructor(shared: SharedMemory, name: string) {
    this.#words = new Int32Array(shared.buffer(name, 8))
  }

  /** So many were meant for it and will never reach it. */
  lose(count: number): void {
    Atomics.add(this.#words, LOST, count)
  }

  /** Whether nobody has said yet that it is gone: whoever is told true says it. */
  begin(): boolean {
    return Atomics.compareExchange(this.#words, STATE, UP, DOWN) === UP
  }

  /** It is there: how many were lost, for the one who says that it is back; null where there is nothing to say. */
  end(): number | null {
    if (Atomics.compareExchange(this.#words, STATE, DOWN, UP) !== DOWN) return null
    return Atomics.exchange(this.#words, LOST, 0)
  }
}
