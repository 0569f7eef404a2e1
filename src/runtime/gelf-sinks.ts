// The GELF servers that one thread writes to: one for each address, kept as long as configurations name it.

import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import type { GelfTarget } from '../log/gelf-block.ts'
import type { GelfInit } from '../log/gelf-record.ts'
import { GelfTcp } from './gelf-tcp.ts'
import { GelfUdp } from './gelf-udp.ts'
import { OpenSinks } from './open-sinks.ts'
import { SinkHealth } from './sink-health.ts'

/** Takes texts of one or several lines; each becomes a record. Never blocks, never throws. */
export interface GelfSink {
  write(text: string): void
  /** For the access log: standard output gets it where the server was never reached. */
  writeOrPrint(text: string): void
}

export interface GelfWire extends GelfSink {
  /** Resolves when all is sent, or when nobody has taken it for a second. */
  end(): Promise<void>
}

export interface GelfSinksInit extends GelfInit {
  readonly shared: SharedMemory
  /** Where it is said what has become of a server. */
  readonly say: Logger
  /** Standard output. */
  readonly print: (text: string) => void
}

const LABEL = '[SERVICE: Logging][GELF]'

export class GelfSinks {
  readonly #init: GelfSinksInit
  readonly #open = new OpenSinks<GelfWire>()

  constructor(init: GelfSinksInit) {
    this.#init = init
  }

  open(target: GelfTarget): GelfSink {
    const name = `${target.isTcp ? 'tcp' : 'udp'} ${target.address}`
    return this.#open.get(name, () => this.#create(target, name))
  }

  end(): Promise<void> {
    return this.#open.end()
  }

  #create(target: GelfTarget, name: string): GelfWire {
    const { shared, say, print } = this.#init
    const health = new SinkHealth({ shared, label: LABEL, name, say })
    return target.isTcp ? new GelfTcp(target, this.#init, health, print) : new GelfUdp(target, this.#init, health, print)
  }
}
