// Replaces the configuration while it is served: read, open, swap. Whatever is wrong with the new one, the old one stays.

import { relative } from 'node:path'
import type { GatewayConfig } from '../config/types.ts'
import { ConfigError, type Logger } from '../engine/compile/component.ts'
import { asError } from '../engine/errors.ts'
import type { HealthBoard } from '../engine/process/health-board.ts'
import { processSettings } from '../engine/process/process-blocks.ts'
import type { ProcessParts, ProcessPlan } from '../process-parts.ts'
import { describeChanges, findListenerChanges } from './changes.ts'
import { StartFailure } from './failure.ts'
import { introduceLog } from './log.ts'
import { WatchedFiles } from './watched-files.ts'
import type { Reading, Refused, Sources, Station } from './station.ts'

const LABEL = '[SERVICE: Reload]'

export interface ReloaderInit {
  readonly station: Station
  readonly parts: ProcessParts
  /** What is served, and what the socket was opened with. */
  readonly reading: Reading
  /** Reads and checks the file again, knowing which plugins are served. */
  readonly reread: Reread
  readonly health: HealthBoard
  readonly createLog: (config: GatewayConfig) => Logger
}

export type Reread = (served: ReadonlySet<string>) => Promise<Reading | Refused>

export class Reloader {
  readonly #init: ReloaderInit
  /** The log of the configuration that is served. */
  log: Logger
  #running: Promise<void> | null = null
  #isAskedAgain = false
  #isStopped = false
  /** The configuration that is served. */
  config: GatewayConfig

  readonly #watched: WatchedFiles
  /** Where the configuration was read from last, whether it could be served or not. */
  #sources: Sources
  /** Files whose change asks for the reload that comes. */
  readonly #changed = new Set<string>()

  constructor(init: ReloaderInit) {
    const { reading } = init
    this.#init = init
    this.config = reading.config
    this.#sources = reading
    this.log = init.createLog(reading.config)
    this.#watched = new WatchedFiles({ log: () => this.log, onChange: (paths) => this.request(paths) })
    void this.#watch()
  }

  /** Starts a reload; during one, another begins after it. `changed`: the files that ask for it. */
  request(changed: readonly string[] = []): void {
    if (this.#isStopped) return
    for (const path of changed) this.#changed.add(path)
    if (this.#running !== null) {
      this.#isAskedAgain = true
      return
    }
    this.#running = this.#run().finally(() => (this.#running = null))
  }

  /** Resolves when no reload runs, and none will. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.#watched.stop()
    await this.#running
  }

  async #run(): Promise<void> {
    do {
      this.#isAskedAgain = false
      try {
        await this.#reload()
      } catch (error) {
        this.#refuse(explain(error))
      }
      await this.#watch()
    } while (this.#isAskedAgain && !this.#isStopped)
  }

  async #reload(): Promise<void> {
    const { reread, station } = this.#init
    const changed = [...this.#changed]
    this.#changed.clear()
    this.log.info(`${LABEL} reading the configuration again${changed.length === 0 ? '' : `, changed: ${nameFiles(changed)}`}`)
    const reading = await reread(station.served)
    this.#sources = reading
    if (this.#isStopped) return
    if (reading.config === null) {
      this.#refuse(`the file has errors: ${reading.reason}`)
      return
    }
    const next = reading.config
    const log = this.#init.createLog(next)
    const plan = await this.#open(reading, log)
    if (plan === null) return
    const before = this.config
    this.config = next
    this.log = log
    introduceLog(next, log)
    await this.#changeParts(plan)
    const settings = findListenerChanges(this.#init.reading.config, next)
    if (settings.length > 0) log.warning(`${LABEL} needs a restart to take effect: ${settings.join(', ')}`)
    const files = changed.length === 0 ? '' : `; files: ${nameFiles(changed)}`
    this.#init.health.tellReload(null)
    log.info(`${LABEL} the new configuration is served: ${await describeChanges(before, next)}${files}`)
  }

  #refuse(reason: string): void {
    this.#init.health.tellReload({ reason, at: new Date().toISOString() })
    this.log.error(`${LABEL} the running configuration stays: ${reason}`)
  }

  /** Follows the files of what is served and of what was read last, if the configuration wants that. */
  async #watch(): Promise<void> {
    const { station, parts } = this.#init
    const isWanted = processSettings(this.config.extraConfig).watchesFiles
    const { files, sinceMs } = this.#sources
    await this.#watched.follow(isWanted ? [...files, ...station.files, ...parts.files] : null, sinceMs)
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

/** So many are named. */
const MAX_FILES = 3

function nameFiles(paths: readonly string[]): string {
  const names = paths.slice(0, MAX_FILES).map((path) => relative(process.cwd(), path))
  return paths.length > MAX_FILES ? `${names.join(', ')} and ${paths.length - MAX_FILES} more` : names.join(', ')
}

/** Bugs with their stack. */
function explain(error: unknown): string {
  if (error instanceof ConfigError || error instanceof StartFailure) return error.message
  const { stack, message } = asError(error)
  return stack ?? message
}
