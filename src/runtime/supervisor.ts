// Serves through worker threads on one port: starts them, changes their configuration at once, replaces those that die. Serves no request itself.

import { connect } from 'node:net'
import type { GatewayConfig } from '../config/types.ts'
import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import { asError, splitStack } from '../engine/errors.ts'
import { describePortFailure, StartFailure } from './failure.ts'
import { createLogger, type Output } from './log.ts'
import type { Line } from './messages.ts'
import { surviveBugs } from './process.ts'
import type { Station } from './station.ts'
import { WorkerDied, WorkerThread } from './worker-thread.ts'

const LABEL = '[SERVICE: Workers]'
/** A worker that has not ended so long after its connections were cut never will. */
const STOP_GRACE_MS = 2000
const ANY_ADDRESS = new Set(['', '0.0.0.0', '::'])
const ASK_WITHIN_MS = 1000

export interface SupervisorInit {
  readonly workers: number
  readonly output: Output
  /** How its own lines look until one is opened. */
  readonly config: GatewayConfig
  /** The memory that all workers see. */
  readonly shared: SharedMemory
}

const FIRST_MS = 100
const LONGEST_MS = 30_000
/** Whoever has lived that long died of something new. */
const HEALTHY_MS = 60_000

/** Twice as long each time, up to half a minute; from the beginning again after a long life. */
export class BackOff {
  #deaths = 0

  /** Milliseconds to wait after a life of `livedMs`. */
  next(livedMs: number): number {
    if (livedMs >= HEALTHY_MS) this.#deaths = 0
    const waitMs = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.#deaths)
    this.#deaths++
    return waitMs
  }
}

/** The place of one worker; whoever dies there has a successor. */
interface Place {
  readonly number: number
  readonly backOff: BackOff
  thread: WorkerThread | null
  startedMs: number
  timer: NodeJS.Timeout | undefined
}

export class Supervisor implements Station {
  readonly #output: Output
  readonly #places: readonly Place[]
  readonly #memory: SharedMemory
  readonly #saidLines = new Set<string>()
  #log: Logger
  #next: GatewayConfig | null = null
  #config: GatewayConfig | null = null
  /** What the port was opened with; null before. */
  #listener: GatewayConfig | null = null
  #isStopping = false
  /** Opening and replacing take turns, so that every worker serves the same configuration. */
  #turn: Promise<void> = Promise.resolve()
  #release = (): void => {}

  constructor({ workers, output, config, shared }: SupervisorInit) {
    this.#memory = shared
    this.#output = output
    this.#log = createLogger(output, config)
    this.#places = Array.from({ length: workers }, (_, i) => ({
      number: i + 1,
      backOff: new BackOff(),
      thread: null,
      startedMs: 0,
      timer: undefined,
    }))
  }

  async open(config: GatewayConfig): Promise<void> {
    this.#release = await this.#takeTurn()
    this.#next = config
    this.#log = createLogger(this.#output, config)
    this.#saidLines.clear()
    const isStart = this.#config === null
    if (isStart) for (const place of this.#places) this.#startThread(place)
    const results = await Promise.allSettled(this.#threads().map((thread) => thread.open(config)))
    const refusals = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown)
    // Who died alone is replaced; who died with all the others was killed by this configuration.
    const isDeadly = isStart || refusals.length === results.length
    const refusal = refusals.find((reason) => isDeadly || !(reason instanceof WorkerDied))
    if (refusal === undefined) return
    await this.discard()
    throw refusal
  }

  async swap(): Promise<void> {
    // What the opening had to say comes before what the workers say now.
    await this.#output.drain()
    this.#config = this.#next
    // Who dies now is replaced, by somebody with the new configuration.
    await Promise.allSettled(this.#threads().map((thread) => thread.swap()))
    this.#release()
  }

  async discard(): Promise<void> {
    if (this.#config !== null) this.#log = createLogger(this.#output, this.#config)
    await Promise.allSettled(this.#threads().map((thread) => thread.discard()))
    this.#release()
  }

  async listen(config: GatewayConfig): Promise<void> {
    await refuseSharing(config)
    await Promise.all(this.#threads().map((thread) => thread.listen(config)))
    if (this.#threads().length < this.#places.length) throw new WorkerDied('a worker ended during the start')
    surviveBugs(() => this.#log)
    this.#listener = config
    this.#log.info(`${LABEL} ${this.#places.length} workers share the port`)
  }

  async stop(maxWaitMs: number): Promise<void> {
    this.#isStopping = true
    await this.#output.drain()
    for (const { timer } of this.#places) clearTimeout(timer)
    await Promise.all(this.#threads().map((thread) => thread.stop(maxWaitMs, STOP_GRACE_MS)))
  }

  #threads(): WorkerThread[] {
    return this.#places.flatMap(({ thread }) => (thread === null ? [] : [thread]))
  }

  #startThread(place: Place): WorkerThread {
    const thread = new WorkerThread({
      memory: this.#memory,
      onLine: (line, count) => this.#sayOnce(line, count),
      onDeath: (reason) => this.#bury(place, reason),
    })
    place.thread = thread
    place.startedMs = performance.now()
    return thread
  }

  /** During the start its death is the start's failure; afterwards it is replaced. */
  #bury(place: Place, reason: string): void {
    place.thread = null
    if (this.#listener === null || this.#isStopping) return
    const waitMs = place.backOff.next(performance.now() - place.startedMs)
    const [text, frames] = splitStack(reason)
    this.#log.critical(`${LABEL} worker ${place.number} died and is replaced in ${waitMs} ms: ${text}`, frames)
    place.timer = setTimeout(() => void this.#replace(place), waitMs)
  }

  async #replace(place: Place): Promise<void> {
    const release = await this.#takeTurn()
    const config = this.#config
    const listener = this.#listener
    if (config === null || listener === null || this.#isStopping) return release()
    const thread = this.#startThread(place)
    try {
      await thread.open(config)
      await thread.swap()
      await thread.listen(listener)
      this.#log.info(`${LABEL} worker ${place.number} serves again`)
    } catch (error) {
      // A death has been reported, and its successor has a time.
      if (error instanceof WorkerDied) return
      await thread.stop(1, STOP_GRACE_MS)
      this.#bury(place, asError(error).message)
    } finally {
      release()
    }
  }

  /** Resolves when nobody else opens or replaces; the function ends the turn. */
  async #takeTurn(): Promise<() => void> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    await before
    return resolve
  }

  #sayOnce({ level, message, frames }: Line, count: number): void {
    const key = `${count} ${level} ${message}`
    if (this.#saidLines.has(key)) return
    this.#saidLines.add(key)
    this.#log[level](message, frames)
  }
}

/**
 * security: `reusePort` shares the port with whoever else does, without a word; so nobody may answer there yet.
 * Asking is better than listening for a moment, which whoever waits for the gateway would take for the gateway.
 */
async function refuseSharing(config: GatewayConfig): Promise<void> {
  const { port, listenIp } = config.server
  const host = ANY_ADDRESS.has(listenIp) ? '127.0.0.1' : listenIp
  const socket = connect({ port, host, timeout: ASK_WITHIN_MS })
  const isTaken = await new Promise<boolean>((resolve) => {
    socket.once('connect', () => resolve(true)).once('timeout', () => resolve(true))
    // What else is wrong with the address, listening will say.
    socket.once('error', () => resolve(false))
  })
  socket.destroy()
  if (isTaken) throw new StartFailure(describePortFailure({ name: '', code: 'EADDRINUSE', message: '' }, config))
}
