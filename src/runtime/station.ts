// What serves requests, be it this thread or several others. Which of the two a process has is decided anew at each reload.

import type { GatewayConfig } from '../config/types.ts'
import type { ResourcePool, SharedMemory } from '../engine/compile/component.ts'
import { digestCode } from './code.ts'
import { withTlsOf } from './changes.ts'
import type { Crew, Inventory } from './crew.ts'
import { EXIT, StartFailure } from './failure.ts'
import { accessWriter, createLogger, type Output } from './log.ts'
import { movesSockets, sharesPorts } from './port-sharing.ts'

/** Where a configuration comes from. */
export interface Sources {
  /** Files and folders that were read: the file itself, templates, settings, the folder of plugins. */
  readonly files: readonly string[]
  /** When the first of them was read: milliseconds since 1970. */
  readonly sinceMs: number
}

/** A file that has errors, which were printed. */
export interface Refused extends Sources {
  readonly config: null
  /** The first of them, in one line. */
  readonly reason: string
}

/** What was read of a file. */
export interface Reading extends Sources {
  readonly config: GatewayConfig
  /** The local files that its plugins were imported from, absolute path → SHA-256; null without plugins. */
  readonly pluginFiles: ReadonlyMap<string, string> | null
}

export interface StationInit {
  /** Threads that serve; 1: this one, as long as there are no plugins. */
  readonly workers: number
  readonly output: Output
  /** The memory that parts of the process have as well. */
  readonly shared: SharedMemory
  /** What parts of the process share with a gateway of this thread. */
  readonly pool: ResourcePool
  /** Modules that Node.js imports first in each worker. */
  readonly imports: readonly string[]
  /** No plugin may fail to load, whatever is written (`--strict`). */
  readonly isStrict: boolean
  /** Whether a listening socket can go to another thread; as this Node.js can by default. */
  readonly movesSockets?: boolean
}

/** Threads that have loaded one state of the code. */
interface Shift {
  readonly crew: Crew
  readonly isThreaded: boolean
  /** Null: no plugins. */
  readonly code: string | null
}

const LABEL = '[SERVICE: Reload]'
const NOTHING: Inventory = { plugins: new Set(), files: new Set() }
/** So many crews may still have requests at a time; the oldest of more is cut off. */
const MAX_LEAVING = 4
const CUT_AFTER_MS = 1000
const CANNOT_MOVE = 'changed plugins need a restart here: this Node.js cannot hand a port to another thread, 26.10 and newer can'

/** Two steps change what is served everywhere at once: `open` first, then `swap` or `discard`. */
export class Station {
  readonly #init: StationInit
  readonly #movesSockets: boolean
  #current: Shift | null = null
  #next: Shift | null = null
  #opened = NOTHING
  #inventory = NOTHING
  /** What was opened last. */
  #config: GatewayConfig | null = null
  /** What the port was opened with; null before. */
  #listener: GatewayConfig | null = null
  readonly #leaving = new Map<Crew, Promise<boolean>>()

  constructor(init: StationInit) {
    this.#init = init
    this.#movesSockets = init.movesSockets ?? movesSockets()
  }

  /** The plugins that are served. */
  get served(): ReadonlySet<string> {
    return this.#inventory.plugins
  }

  /** The files that what is served was made from. */
  get files(): ReadonlySet<string> {
    return this.#inventory.files
  }

  /**
   * Builds the gateway beside the one that serves: in the threads that are there, or in fresh ones when these have loaded other code.
   * Rejects when it cannot be served; nothing changes then.
   */
  async open({ config, pluginFiles }: Reading): Promise<void> {
    const code = digestCode(pluginFiles, this.#init.imports)
    const current = this.#current
    if (current?.code === code) this.#next = current
    else this.#next = await this.#assemble(config, code)
    this.#config = config
    const { crew } = this.#next
    try {
      const inventory = await crew.open({ config, served: this.served, isStrict: this.#init.isStrict })
      this.#opened = inventory
      if (crew !== current?.crew && this.#listener !== null) await crew.prepare(withTlsOf(this.#listener, config))
    } catch (error) {
      this.#next = null
      if (crew !== current?.crew) await crew.stop(1)
      throw error
    }
  }

  /** When it resolves, the opened gateway serves all new requests; the old one goes when its last request has ended. */
  async swap(): Promise<void> {
    const [old, next] = [this.#current, this.#next as Shift]
    await next.crew.swap()
    this.#next = null
    this.#current = next
    this.#inventory = this.#opened
    if (this.#listener !== null) this.#listener = withTlsOf(this.#listener, this.#config as GatewayConfig)
    if (old !== null && old !== next) await this.#move(old.crew, next.crew)
  }

  /** Gives up the opened gateway. */
  async discard(): Promise<void> {
    const [current, next] = [this.#current, this.#next as Shift]
    this.#next = null
    await (next === current ? next.crew.discard() : next.crew.stop(1))
  }

  /** Takes connections, with the settings of this configuration. Rejects with a StartFailure or a system error. */
  async listen(config: GatewayConfig): Promise<void> {
    await this.#current?.crew.listen(config)
    this.#listener = config
  }

  /** Every connection ends with its next answer; others are still taken. */
  async drain(): Promise<void> {
    await this.#current?.crew.drain()
  }

  /** Takes no more connections, and resolves when the last request has ended or was cut off, with which. */
  async stop(maxWaitMs: number): Promise<boolean> {
    const crews = new Set([this.#current, this.#next].flatMap((shift) => shift?.crew ?? []))
    const cuts = await Promise.all([...crews, ...this.#leaving.keys()].map((crew) => crew.stop(maxWaitMs)))
    return cuts.includes(true)
  }

  /** Threads for this code. perf: what one thread does not need is not loaded. */
  async #assemble(config: GatewayConfig, code: string | null): Promise<Shift> {
    const { workers, output, shared, pool, imports } = this.#init
    const current = this.#current
    // Where the port cannot come back to this thread, it stays with the others.
    const isThreaded = workers > 1 || code !== null || (current?.isThreaded === true && !this.#movesSockets)
    const canShare = isThreaded && current?.isThreaded === true && sharesPorts()
    if (current !== null) {
      if (!this.#movesSockets && !canShare) throw new StartFailure({ exitCode: EXIT.noPort, lines: [], text: '', reason: CANNOT_MOVE })
      const what = isThreaded ? 'fresh workers' : 'one thread serves'
      createLogger(output, config).info(`${LABEL} plugins changed: ${what}`)
    }
    if (!isThreaded) {
      const { GatewayHost } = await import('./gateway-host.ts')
      const createLog = (next: GatewayConfig): ReturnType<typeof createLogger> => createLogger(output, next)
      const openAccessLog = (next: GatewayConfig): ((line: string) => void) => accessWriter(output, next)
      const crew = new GatewayHost({ shared, pool, createLog, openAccessLog, print: output.write, sharesPort: false })
      return { crew, isThreaded, code }
    }
    output.share()
    const { Supervisor } = await import('./supervisor.ts')
    const sharesPort = workers > 1 || (!this.#movesSockets && sharesPorts())
    return { crew: new Supervisor({ workers, sharesPort, output, shared, config, imports }), isThreaded, code }
  }

  /** From one crew to the next, on the same port. */
  async #move(from: Crew, to: Crew): Promise<void> {
    await from.drain()
    await from.handOver(to.take, this.#movesSockets)
    this.#leaving.set(
      from,
      from.stop(Infinity).finally(() => this.#leaving.delete(from)),
    )
    const [oldest] = this.#leaving.keys()
    if (oldest === undefined || this.#leaving.size <= MAX_LEAVING) return
    createLogger(this.#init.output, this.#listener as GatewayConfig).warning(
      `${LABEL} requests from ${MAX_LEAVING} changes of plugins ago are cut off`,
    )
    void oldest.stop(CUT_AFTER_MS)
  }
}
