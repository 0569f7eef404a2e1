// Replaces the configuration while it is served: read, open, swap. Whatever is wrong with the new one, the old one stays.

import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'
import type { ProcessParts, ProcessPlan } from '../process-parts.ts'
import { describeChanges, findListenerChanges } from './changes.ts'
import { StartFailure } from './failure.ts'
import { introduceLog } from './log.ts'
import type { Reading, Station } from './station.ts'

const LABEL = '[SERVICE: Reload]'

export interface ReloaderInit {
  readonly station: Station
  readonly parts: ProcessParts
  /** What the socket was opened with. */
  readonly config: GatewayConfig
  /** Reads and checks the file again, knowing which plugins are served; null when it has errors, which have been printed then. */
  readonly reread: (served: ReadonlySet<string>) => Promise<Reading | null>
  readonly createLog: (config: GatewayConfig) => Logger
}

export class Reloader {
  readonly #init: ReloaderInit
  /** The log of the configuration that is served. */
  log: Logger
  #running: Promise<void> | null = null
  #isAskedAgain = false
  #isStopped = false
  /** The configuration that is served. */
  config: GatewayConfig

  constructor(init: ReloaderInit) {
    this.#init = init
    this.config = init.config
    this.log = init.createLog(init.config)
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
        this.log.error(`${LABEL} the running configuration stays: ${explain(error)}`)
      }
    } while (this.#isAskedAgain && !this.#isStopped)
  }

  async #reload(): Promise<void> {
    const { reread, station } = this.#init
    this.log.info(`${LABEL} reading the configuration again`)
    const reading = await reread(station.served)
    if (reading === null) {
      this.log.error(`${LABEL} the running configuration stays: the file has errors`)
      return
    }
    if (this.#isStopped) return
    const next = reading.config
    const log = this.#init.createLog(next)
    const plan = await this.#open(reading, log)
    if (plan === null) return
    const before = this.config
    this.config = next
    this.log = log
    introduceLog(next, log)
    await this.#changeParts(plan)
    const settings = findListenerChanges(this.#init.config, next)
    if (settings.length > 0) log.warning(`${LABEL} needs a restart to take effect: ${settings.join(', ')}`)
    log.info(`${LABEL} the new configuration is served: ${describeChanges(before, next)}`)
  }

  /** Opens it beside the one that is served and lets it take over; null when the end came first. Whatever is wrong with it, it is given up again. */
  async #open(reading: Reading, log: Logger): Promise<ProcessPlan | null> {
    const { station, parts } = this.#init
    await station.open(reading)
    let plan: ProcessPlan | null = null
    try {
      plan = await parts.plan(reading.config, log)
    } finally {
      if (plan === null || this.#isStopped) await station.discard()
    }
    if (this.#isStopped) return null
    await station.swap()
    return plan
  }

  /** The gateway has taken over by now: it serves without a part that cannot do with the new configuration. */
  async #changeParts(plan: ProcessPlan): Promise<void> {
    try {
      await this.#init.parts.change(plan)
    } catch (error) {
      this.log.error(`${LABEL} served without what the process does beside: ${explain(error)}`)
    }
  }
}

/** Bugs with their stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartFailure) return error.message
  const { stack, message } = asError(error)
  return stack ?? message
}
