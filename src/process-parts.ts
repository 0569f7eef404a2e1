// Parts that run once per process, whatever the number of workers: started, kept or replaced with a new configuration, stopped at the end.

import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { isDeepStrictEqual } from 'node:util'
import type { AgentConfig, GatewayConfig } from './config/types.ts'
import { labelOfAgent, openAgentSign } from './engine/agent-signs.ts'
import {
  type AnyDriver,
  type AnyProcess,
  type Clock,
  ConfigError,
  type Logger,
  type ProcessFacts,
  type ProcessSite,
  type Running,
  type SharedMemory,
  UnservablePlace,
} from './engine/compile/component.ts'
import { lazyEntries, loadDriver, loadProcessParts, type Order } from './engine/compile/order.ts'
import { readBlock, refuseLonelyExtras } from './engine/compile/read-block.ts'
import { SYSTEM_CLOCK } from './engine/compile/site.ts'
import { asError, describeBug } from './engine/errors.ts'
import { settlesWithin } from './engine/settles-within.ts'
import type { GatewayInit } from './gateway.ts'
import { SILENT } from './log/logger.ts'
import { order as ownOrder } from './order.ts'

export interface ProcessPartsInit extends Pick<GatewayInit, 'pool' | 'version'> {
  /** The memory that the gateways of this process have as well. */
  readonly shared: SharedMemory
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Takes what scripts of agents print. */
  readonly print: (text: string) => void
  /** What is told of the process; nothing by default. */
  readonly process?: ProcessFacts
  /** The machine's by default. */
  readonly clock?: Clock
  /** `src/order.ts` by default. */
  readonly order?: Order
}

/** What one configuration wants to have running. */
export interface ProcessPlan {
  readonly log: Logger
  readonly wanted: readonly Wanted[]
}

interface Wanted {
  readonly namespace: string
  /** Everything of the file that makes it what it is: with the same it goes on. */
  readonly block: readonly unknown[]
  /** Starts it; files that it reads are noted in `files`, with a digest of what they held. */
  start(log: Logger, files: Map<string, string>): ReturnType<AnyProcess['start']>
}

interface Part extends Wanted {
  readonly running: Running
  readonly files: ReadonlyMap<string, string>
}

const LABEL = '[SERVICE: Gin]'
const UNKNOWN_PROCESS: ProcessFacts = { commandLine: [], residentBytes: () => 0 }
/** A part that cannot let go of something must hold up neither a reload nor the end. */
const STOP_WITHIN_MS = 2000

/** Starts what a configuration runs once per process. Rejects with the ConfigError of a part that cannot do with it; nothing runs then. */
export async function startProcessParts(
  config: GatewayConfig,
  { log, ...init }: ProcessPartsInit & { log: Logger },
): Promise<ProcessParts> {
  const parts = new ProcessParts(init)
  try {
    await parts.change(await parts.plan(config, log))
  } catch (error) {
    await parts.stop()
    throw error
  }
  return parts
}

export class ProcessParts {
  readonly #init: Required<ProcessPartsInit>
  #parts: readonly Part[] = []
  /** Where parts log to; one that survives a reload says the rest in the new log. */
  #current: Logger | null = null
  #isOver = false
  /** Changes and the end wait for each other. */
  #turn: Promise<void> = Promise.resolve()

  constructor(init: ProcessPartsInit) {
    this.#init = { clock: SYSTEM_CLOCK, order: ownOrder, process: UNKNOWN_PROCESS, ...init }
  }

  /** Reads what a configuration wants to have running, and changes nothing. Rejects with a ConfigError when it cannot be served. */
  async plan(config: GatewayConfig, log: Logger): Promise<ProcessPlan> {
    const { order } = this.#init
    const wanted: Wanted[] = []
    for (const declaration of await loadProcessParts(order, config)) {
      const one = this.#want(declaration, config, isReadByOthers(order, declaration) ? SILENT : log)
      if (one !== null) wanted.push(one)
    }
    for (const agent of config.asyncAgents) {
      const declaration = await loadDriver(order, agent)
      const one = declaration === null ? null : this.#wantAgent(declaration, agent, config, log)
      if (one !== null) wanted.push(one)
    }
    return { log, wanted }
  }

  /**
   * Stops what the plan does not have or has otherwise, and then starts what is new. What cannot be started is logged, and the others go on;
   * rejects at the end if one of them threw a ConfigError.
   */
  change(plan: ProcessPlan): Promise<void> {
    return this.#inTurn(() => this.#change(plan))
  }

  /** The files that its parts were started with. */
  get files(): string[] {
    return this.#parts.flatMap(({ files }) => [...files.keys()])
  }

  /** Resolves when nothing runs any more, and nothing will. */
  stop(): Promise<void> {
    this.#isOver = true
    return this.#inTurn(async () => {
      await Promise.all(this.#parts.map((part) => this.#stopOne(part)))
      this.#parts = []
    })
  }

  #want(declaration: AnyProcess, config: GatewayConfig, log: Logger): Wanted | null {
    const { namespace, extras } = declaration
    const { extraConfig: blocks } = config
    const { shared, environment, version, clock, process } = this.#init
    const read = (path: string): Buffer => readFileSync(path)
    const site = { config, label: LABEL, log, clock, shared, environment, version, process, read }
    if (!blocks.has(namespace)) {
      refuseLonelyExtras(declaration, blocks, site)
      return null
    }
    const options = readBlock(declaration, blocks, site)
    if (typeof options === 'string') return null
    // What a block says is never looked at here, only whether two of them say the same.
    const block = [...blocks].filter(([name]) => name === namespace || name === extras?.namespace)
    return {
      namespace,
      block: [config.dialect, declaration.reads?.(config), ...block],
      start(ownLog, files) {
        return declaration.start(options.value, { ...site, log: ownLog, read: readNoted(files) }, options.extras)
      },
    }
  }

  /** An agent goes on as long as neither it nor anything that its pipe is made of has changed. */
  #wantAgent(declaration: AnyDriver, agent: AgentConfig, config: GatewayConfig, log: Logger): Wanted | null {
    const { shared, environment, clock, pool, version, print, process } = this.#init
    const label = labelOfAgent(agent)
    const options = readBlock(declaration, agent.extraConfig, { label, log })
    if (typeof options === 'string') return null
    const sign = openAgentSign(agent.name, shared)
    const base = { config, label, clock, shared, environment, version, process }
    return {
      namespace: declaration.namespace,
      block: [config.dialect, agent, config.service, config.transport, config.extraConfig],
      async start(ownLog, files) {
        const init = { log: ownLog, shared, pool, version, environment, clock, print, writeAccessLine() {} }
        // perf: where threads serve, this one needs a gateway for its agents alone
        const { openAgent } = await import('./gateway.ts')
        const { handle, ask, files: read, retire } = await openAgent(config, agent, init)
        try {
          for (const path of read) files.set(path, digestAt(path))
          const site = { ...base, log: ownLog, read: readNoted(files), agent, handle, ask, ping: () => sign.set(clock.now()) }
          return withEnd(await declaration.start(options.value, site, options.extras), retire)
        } catch (error) {
          await retire()
          throw error
        }
      },
    }
  }

  async #change({ log, wanted }: ProcessPlan): Promise<void> {
    if (this.#isOver) return
    this.#current = log
    const kept = this.#parts.filter(
      (part) => part.running.isIncomplete !== true && !hasOtherFiles(part) && wanted.some((one) => isSame(one, part)),
    )
    const leaving = this.#parts.filter((part) => !kept.includes(part))
    this.#parts = kept
    await Promise.all(leaving.map((part) => this.#stopOne(part)))
    let refusal: ConfigError | null = null
    for (const one of wanted) {
      if (this.#isOver || this.#parts.some((part) => isSame(one, part))) continue
      try {
        await this.#startOne(one)
      } catch (error) {
        if (error instanceof UnservablePlace) this.#log(`${LABEL}[${one.namespace}] is not started: ${error.message}`)
        else if (error instanceof ConfigError) refusal ??= error
        else this.#log(...describeBug(`${LABEL}[${one.namespace}] could not be started, the gateway serves without it:`, asError(error)))
      }
    }
    if (refusal !== null) throw refusal
  }

  async #startOne(one: Wanted): Promise<void> {
    const files = new Map<string, string>()
    const running = await one.start(this.#partLog, files)
    if (running !== null) this.#parts = [...this.#parts, { ...one, running, files }]
  }

  /** Never rejects, and never takes longer than the part may. */
  async #stopOne({ namespace, running }: Part): Promise<void> {
    try {
      const isOver = await settlesWithin(running.stopWithinMs ?? STOP_WITHIN_MS, Promise.resolve(running.stop()))
      if (!isOver) this.#log(`${LABEL}[${namespace}] does not end: what it holds stays until the process ends`)
    } catch (error) {
      this.#log(...describeBug(`${LABEL}[${namespace}] could not be stopped:`, asError(error)))
    }
  }

  #log(message: string, frames?: readonly string[]): void {
    this.#current?.error(message, frames)
  }

  readonly #partLog: Logger = {
    debug: (message, frames) => this.#current?.debug(message, frames),
    info: (message, frames) => this.#current?.info(message, frames),
    warning: (message, frames) => this.#current?.warning(message, frames),
    error: (message, frames) => this.#current?.error(message, frames),
    critical: (message, frames) => this.#current?.critical(message, frames),
  }

  #inTurn(action: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(action)
    this.#turn = done.catch(ignore)
    return done
  }
}

/** Reads files, and notes of each what it held. */
function readNoted(files: Map<string, string>): ProcessSite['read'] {
  return (path) => {
    const bytes = readFileSync(path)
    files.set(path, digest(bytes))
    return bytes
  }
}

/** A part that lets go of something more when it has ended. */
function withEnd(running: Running | null, end: () => Promise<void>): Running | null {
  if (running === null) return null
  return {
    ...running,
    async stop() {
      try {
        await running.stop()
      } finally {
        await end()
      }
    },
  }
}

/** Whether a service or a layer reads the block as well: that one says what is wrong with it. */
function isReadByOthers(order: Order, { namespace }: AnyProcess): boolean {
  const others = lazyEntries(order).filter(({ entry, levels }) => entry.namespace === namespace && levels.includes('service'))
  return others.length > 1
}

function isSame(one: Wanted, other: Wanted): boolean {
  return one.namespace === other.namespace && isDeepStrictEqual(one.block, other.block)
}

/** Whether a file that the part was started with holds something else now, or can be read no more. */
function hasOtherFiles({ files }: Part): boolean {
  return [...files].some(([path, known]) => digestAt(path) !== known)
}

/** Empty for a file that cannot be read: whoever needs it has said so. */
function digestAt(path: string): string {
  try {
    return digest(readFileSync(path))
  } catch {
    return ''
  }
}

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('base64url')
}

function ignore(): void {}
