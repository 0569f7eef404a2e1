// What has become of a server of the log, as all threads see it together: one line when it goes, one when it is back, with what was lost.

import type { Logger, SharedMemory } from '../engine/compile/component.ts'

const STATE = 0
const LOST = 1
const UP = 0
const DOWN = 1

export interface HealthInit {
  readonly shared: SharedMemory
  /** The same in all threads: `udp graylog:12201`. */
  readonly name: string
  readonly say: Logger
}

export class SinkHealth {
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #name: string
  readonly #say: Logger
  #isDown = false

  constructor({ shared, name, say }: HealthInit) {
    this.#words = new Int32Array(shared.buffer(`log server ${name}`, 8))
    this.#name = name
    this.#say = say
  }

  lose(records: number): void {
    Atomics.add(this.#words, LOST, records)
  }

  /** `reason` becomes a line unless this or another thread has said it. */
  failed(reason: string): void {
    if (this.#isDown) return
    this.#isDown = true
    if (Atomics.compareExchange(this.#words, STATE, UP, DOWN) === UP) this.#say.error(`[SERVICE: Logging][GELF] ${reason}`)
  }

  recovered(): void {
    if (!this.#isDown) return
    this.#isDown = false
    if (Atomics.compareExchange(this.#words, STATE, DOWN, UP) !== DOWN) return
    const lost = Atomics.exchange(this.#words, LOST, 0)
    this.#say.info(`[SERVICE: Logging][GELF] ${this.#name} takes records again, ${lost} were lost`)
  }
}
