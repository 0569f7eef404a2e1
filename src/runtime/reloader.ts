// Replaces the configuration while it is served: read, open, swap. Whatever is wrong with the new one, the old one stays.

import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'
import { StartFailure } from './failure.ts'
import { findListenerChanges } from './listener-settings.ts'
import type { Station } from './station.ts'

const LABEL = '[SERVICE: Reload]'

export interface ReloaderInit {
  readonly station: Station
  /** What the socket was opened with. */
  readonly config: GatewayConfig
  /** Reads and checks the file again; null when it has errors, which have been printed then. */
  readonly reread: () => Promise<GatewayConfig | null>
  readonly createLog: (config: GatewayConfig) => Logger
}

export class Reloader {
  readonly #init: ReloaderInit
  #log: Logger
  #running: Promise<void> | null = null
  #isAskedAgain = false
  #isStopped = false
  /** The configuration that is served. */
  config: GatewayConfig

  constructor(init: ReloaderInit) {
    this.#init = init
    this.config = init.config
    this.#log = init.createLog(init.config)
  }

  /** Starts a reload; during one, another begins after it. */
  request(): void {
    if (this.#running !== null) {
      this.#isAskedAgain = true
      return
    }
    this.#running = this.#run().finally(() => (this.#running = null))
  }

  /** Resolves when no reload runs, and none will. */
  async stop(): Promise<void> {
    this.#isStopped = true
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      this.#isAskedAgain = false
      try {
        await this.#reload()
      } catch (error) {
        this.#log.error(`${LABEL} the running configuration stays: ${explain(error)}`)
      }
    } while (this.#isAskedAgain && !this.#isStopped)
  }

  async #reload(): Promise<void> {
    const { station, reread, createLog } = this.#init
    this.#log.info(`${LABEL} reading the configuration again`)
    const next = await reread()
    if (next === null) {
      this.#log.error(`${LABEL} the running configuration stays: the file has errors`)
      return
    }
    if (this.#isStopped) return
    await station.open(next)
    if (this.#isStopped) {
      await station.discard()
      return
    }
    await station.swap()
    this.config = next
    this.#log = createLog(next)
    const changes = findListenerChanges(this.#init.config, next)
    if (changes.length > 0) this.#log.warning(`${LABEL} needs a restart to take effect: ${changes.join(', ')}`)
    this.#log.info(`${LABEL} the new configuration is served`)
  }
}

/** Bugs with their stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartFailure) return error.message
  const { stack, message } = asError(error)
  return stack ?? message
}
