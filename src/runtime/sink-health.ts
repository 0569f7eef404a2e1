// What has become of a server of the log, as all threads see it together: one line when it goes, one when it is back, with what was lost.

import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import { Outage } from '../engine/outage.ts'

export interface HealthInit {
  readonly shared: SharedMemory
  /** Whose line it is: `[SERVICE: Logging][GELF]`. */
  readonly label: string
  /** The same in all threads: `udp graylog:12201`. */
  readonly name: string
  readonly say: Logger
}

export class SinkHealth {
  readonly #init: HealthInit
  readonly #outage: Outage
  /** Only who saw it go can tell that it is back: nobody answers over UDP. */
  #isDown = false

  constructor(init: HealthInit) {
    this.#init = init
    this.#outage = new Outage(init.shared, `log server ${init.name}`)
  }

  lose(records: number): void {
    this.#outage.lose(records)
  }

  /** `reason` becomes a line unless this or another thread has said it. */
  failed(reason: string): void {
    if (this.#isDown) return
    this.#isDown = true
    if (this.#outage.begin()) this.#init.say.error(`${this.#init.label} ${reason}`)
  }

  recovered(): void {
    if (!this.#isDown) return
    this.#isDown = false
    const lost = this.#outage.end()
    if (lost !== null) this.#init.say.info(`${this.#init.label} ${this.#init.name} takes records again, ${lost} were lost`)
  }
}
