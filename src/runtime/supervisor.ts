// Serves through worker threads on one port: starts them, changes their configuration at once, replaces those that die. Serves no request itself.

import type { Server } from 'node:net'
import type { GatewayConfig } from '../config/types.ts'
import type { Logger, SharedMemory } from '../engine/compile/component.ts'
import { asError, splitStack } from '../engine/errors.ts'
import { HealthBoard } from '../engine/process/health-board.ts'
import { timerMs } from '../engine/timer-ms.ts'
import { BackOff } from './back-off.ts'
import type { Crew, Inventory, TakeSocket } from './crew.ts'
import { WorkerDied } from './failure.ts'
import { createLogger, type Output } from './log.ts'
import { withTlsOf } from './changes.ts'
import type { Line, Opening } from './messages.ts'
import { refuseSharing } from './port-sharing.ts'
import { surviveBugs } from './process.ts'
import { WorkerThread } from './worker-thread.ts'

const LABEL = '[SERVICE: Workers]'
/** A worker that has not ended so long after its connections were cut never will. */
const STOP_GRACE_MS = 2000

export interface SupervisorInit {
  readonly workers: number
  /** Whether several threads listen on the port at a time: the workers, or this crew and the next one. */
  readonly sharesPort: boolean
  readonly output: Output
  /** How its own lines look until one is opened. */
  readonly config: GatewayConfig
  /** The memory that all workers see. */
  readonly shared: SharedMemory
  /** Modules that Node.js imports first in each worker. */
  readonly imports: readonly string[]
}

/** The place of one worker; whoever dies there has a successor. */
interface Place {
  readonly number: number
  readonly backOff: BackOff
  thread: WorkerThread | null
  startedMs: number
  timer: NodeJS.Timeout | undefined
  /** Nobody waits for it to listen. */
  isServing: boolean
}

export class Supervisor implements Crew {
  readonly #init: SupervisorInit
  readonly #places: readonly Place[]
  readonly #saidLines = new Set<string>()
  #log: Logger
  #next: Opening | null = null
  /** What is served, with its plugins. */
  #current: Opening | null = null
  /** What the port was opened with; null before. */
  #listener: GatewayConfig | null = null
  #isStopping = false
  readonly #health: HealthBoard
  /** Opening and replacing take turns, so that every worker serves the same configuration. */
  #turn: Promise<void> = Promise.resolve()
  #release = (): void => {}

  constructor(init: SupervisorInit) {
    const { workers, output, config } = init
    this.#init = init
    this.#health = new HealthBoard(init.shared)
    this.#log = createLogger(output, config)
    this.#places = Array.from({ length: workers }, (_, i) => ({
      number: i + 1,
      backOff: new BackOff(),
      thread: null,
      startedMs: 0,
      timer: undefined,
      isServing: true,
    }))
  }

  async open(opening: Opening): Promise<Inventory> {
    this.#release = await this.#takeTurn()
    this.#log = createLogger(this.#init.output, opening.config)
    this.#saidLines.clear()
    const isStart = this.#current === null
    if (isStart) for (const place of this.#places) this.#startThread(place)
    const results = await Promise.allSettled(this.#threads().map((thread) => thread.open(opening)))
    const refusals = results.filter((result) => result.status === 'rejected').map(({ reason }) => reason as unknown)
    // Who died alone is replaced; who died with all the others was killed by this configuration.
    const isDeadly = isStart || refusals.length === results.length
    const refusal = refusals.find((reason) => isDeadly || !(reason instanceof WorkerDied))
    if (refusal !== undefined) {
      await this.discard()
      throw refusal
    }
    const inventory = results.find((result) => result.status === 'fulfilled')?.value ?? { plugins: opening.served, files: new Set() }
    this.#next = { ...opening, served: inventory.plugins }
    return inventory
  }

  async swap(): Promise<void> {
    // What the opening had to say comes before what the workers say now.
    await this.#init.output.drain()
    this.#current = this.#next
    // Who is replaced has the certificates of today.
    if (this.#listener !== null && this.#current !== null) this.#listener = withTlsOf(this.#listener, this.#current.config)
    // Who dies now is replaced, by somebody with the new configuration.
    await Promise.allSettled(this.#threads().map((thread) => thread.swap()))
    this.#release()
  }

  async discard(): Promise<void> {
    if (this.#current !== null) this.#log = createLogger(this.#init.output, this.#current.config)
    await Promise.allSettled(this.#threads().map((thread) => thread.discard()))
    this.#release()
  }

  async listen(config: GatewayConfig): Promise<void> {
    if (this.#init.sharesPort) await refuseSharing(config)
    await Promise.all(this.#threads().map((thread) => thread.listen(config)))
    if (this.#threads().length < this.#places.length) throw new WorkerDied('a worker ended during the start')
    this.#serves(config)
    const { length } = this.#places
    this.#log.info(length > 1 ? `${LABEL} ${length} workers share the port` : `${LABEL} one worker serves, for the sake of plugins`)
  }

  async prepare(config: GatewayConfig): Promise<void> {
    await Promise.all(this.#threads().map((thread) => thread.prepare(config)))
    this.#serves(config)
  }

  /** A worker that cannot go on there is replaced as if it had died. */
  readonly take: TakeSocket = async (index, socket) => {
    const place = this.#places[index] as Place
    // Who died at this very moment has a successor, which listens anew.
    if (place.thread === null) socket?.close()
    await this.#tryWith(place, (thread) => thread.listen(this.#listener as GatewayConfig, socket))
  }

  async drain(): Promise<void> {
    await Promise.allSettled(this.#threads().map((thread) => thread.drain()))
  }

  async handOver(take: TakeSocket, movesSockets: boolean): Promise<void> {
    // Nobody is replaced any more, and who is being replaced listens by then.
    await this.#takeTurn()
    this.#end()
    await Promise.all(this.#places.map(({ thread }, index) => handOverOne(thread, (socket) => take(index, socket), movesSockets)))
  }

  async stop(maxWaitMs: number): Promise<boolean> {
    this.#end()
    await this.#init.output.drain()
    const cuts = await Promise.all(this.#threads().map((thread) => thread.stop(maxWaitMs, STOP_GRACE_MS)))
    return cuts.includes(true)
  }

  #serves(config: GatewayConfig): void {
    surviveBugs(() => ({ log: this.#log, hasPlugins: false }))
    this.#listener = config
    this.#tellHealth()
  }

  /** A worker that is being replaced does not serve yet. */
  #tellHealth(): void {
    this.#health.count(this.#places.filter(({ isServing }) => isServing).length, this.#places.length)
  }

  #end(): void {
    this.#isStopping = true
    for (const { timer } of this.#places) clearTimeout(timer)
  }

  #threads(): WorkerThread[] {
    return this.#places.flatMap(({ thread }) => (thread === null ? [] : [thread]))
  }

  #startThread(place: Place): WorkerThread {
    const { shared, sharesPort, imports } = this.#init
    place.startedMs = performance.now()
    const thread = new WorkerThread({
      memory: shared,
      sharesPort,
      imports,
      onLine: (line, count) => this.#sayOnce(line, count),
      onDeath: (reason) => this.#bury(place, reason),
    })
    place.thread = thread
    return thread
  }

  /** During the start its death is the start's failure; afterwards it is replaced. */
  #bury(place: Place, reason: string): void {
    place.thread = null
    if (this.#listener === null || this.#isStopping) return
    place.isServing = false
    this.#tellHealth()
    const waitMs = place.backOff.next(performance.now() - place.startedMs)
    const [text, frames] = splitStack(reason)
    this.#log.critical(`${LABEL} worker ${place.number} died and is replaced in ${waitMs} ms: ${text}`, frames)
    place.timer = setTimeout(() => void this.#replace(place), timerMs(waitMs))
  }

  async #replace(place: Place): Promise<void> {
    const release = await this.#takeTurn()
    try {
      const current = this.#current
      const listener = this.#listener
      if (current === null || listener === null || this.#isStopping || !this.#restartThread(place)) return
      const serves = await this.#tryWith(place, async (thread) => {
        await thread.open(current)
        await thread.swap()
        await thread.listen(listener)
      })
      if (!serves) return
      place.isServing = true
      this.#tellHealth()
      this.#log.info(`${LABEL} worker ${place.number} serves again`)
    } finally {
      release()
    }
  }

  /** Where the machine has no thread to give, the worker has died at once. */
  #restartThread(place: Place): boolean {
    try {
      this.#startThread(place)
      return true
    } catch (error) {
      this.#bury(place, asError(error).message)
      return false
    }
  }

  /** Never rejects: a worker that cannot do it ends, and has a successor. */
  async #tryWith(place: Place, action: (thread: WorkerThread) => Promise<void>): Promise<boolean> {
    const { thread } = place
    if (thread === null) return false
    try {
      await action(thread)
      return true
    } catch (error) {
      // A death has been reported, and its successor has a time.
      if (error instanceof WorkerDied) return false
      await thread.stop(1, STOP_GRACE_MS)
      this.#bury(place, asError(error).message)
      return false
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

/** Never rejects: where a worker has died, its successor listens anew. */
async function handOverOne(
  thread: WorkerThread | null,
  take: (socket: Server | null) => Promise<void>,
  movesSockets: boolean,
): Promise<void> {
  const socket = movesSockets ? await (thread?.release() ?? Promise.resolve(null)).catch(() => null) : null
  await take(socket)
  if (!movesSockets) await thread?.leave().catch(() => undefined)
}
