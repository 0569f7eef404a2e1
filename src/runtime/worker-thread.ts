// One worker as the supervisor sees it: questions with answers, and its death.

import { once } from 'node:events'
import type { Server } from 'node:net'
import { Worker } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { SharedMemory } from '../engine/compile/component.ts'
import { timerMs } from '../engine/timer-ms.ts'
import type { Inventory } from './crew.ts'
import { StartFailure, WorkerDied } from './failure.ts'
import { serveMemory } from './memory-channel.ts'
import {
  type Answer,
  type Farewell,
  type Gift,
  type Line,
  type Opening,
  type Question,
  sendWith,
  type Task,
  type WorkerInit,
} from './messages.ts'
import { optionsWith, programBeside } from './threads.ts'

const PROGRAM = programBeside(import.meta.url, 'worker')

export interface ThreadInit {
  readonly memory: SharedMemory
  /** Whether other threads listen on the same port. */
  readonly sharesPort: boolean
  /** Modules that Node.js imports first (`--import`). */
  readonly imports: readonly string[]
  /** `count`: how often it has said that since it began to open a gateway. */
  readonly onLine: (line: Line, count: number) => void
  /** Called once when the thread ends without being told to; `reason` says what it said last. */
  readonly onDeath: (reason: string) => void
}

export class WorkerThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<Partial<Gift>>>()
  readonly #said = new Map<string, number>()
  #questions = 0
  #isDead = false
  #isTold = false

  constructor({ memory, sharesPort, imports, onLine, onDeath }: ThreadInit) {
    const end = serveMemory(memory)
    this.#worker = new Worker(PROGRAM, {
      workerData: { memory: end, sharesPort } satisfies WorkerInit,
      transferList: [end.port],
      ...optionsWith(imports),
    })
    let reason = ''
    let farewell = ''
    this.#worker.on('message', (message: Line | Answer | Farewell) => {
      if (message.kind === 'line') onLine(message, this.#count(message))
      else if (message.kind === 'farewell') farewell = `, process.exit() was called in ${message.place}`
      else this.#settle(message)
    })
    this.#worker.on('error', (error: unknown) => (reason = error instanceof Error ? (error.stack ?? error.message) : String(error)))
    this.#worker.on('exit', (code) => {
      this.#isDead = true
      const said = reason === '' ? `exit code ${code}${farewell}` : reason
      for (const { reject } of this.#waiting.values()) reject(new WorkerDied(said))
      if (!this.#isTold) onDeath(said)
    })
  }

  /** Gives what the opened gateway is made of. */
  async open(opening: Opening): Promise<Inventory> {
    this.#said.clear()
    const { inventory } = await this.#ask({ kind: 'open', ...opening })
    return inventory as Inventory
  }

  async swap(): Promise<void> {
    await this.#ask({ kind: 'swap' })
  }

  async discard(): Promise<void> {
    await this.#ask({ kind: 'discard' })
  }

  async prepare(config: GatewayConfig): Promise<void> {
    await this.#ask({ kind: 'prepare', config })
  }

  /** On the socket of another thread, or on one of its own. */
  async listen(config: GatewayConfig, socket: Server | null = null): Promise<void> {
    await this.#ask({ kind: 'listen', config, socket }, socket)
  }

  async drain(): Promise<void> {
    await this.#ask({ kind: 'drain' })
  }

  /** Its listening socket: send it on before the event loop turns. */
  async release(): Promise<Server | null> {
    const { socket = null } = await this.#ask({ kind: 'release' })
    return socket
  }

  /** Stops listening; others do on the same port. */
  async leave(): Promise<void> {
    await this.#ask({ kind: 'leave' })
  }

  /**
   * Ends the thread when its last request has ended, at the latest `graceMs` after it should have been cut off; Infinity waits for ever.
   * Says whether some were cut off.
   */
  async stop(maxWaitMs: number, graceMs: number): Promise<boolean> {
    this.#isTold = true
    if (this.#isDead) return false
    let isLate = false
    const terminate = (): void => {
      isLate = true
      void this.#worker.terminate()
    }
    const timer = maxWaitMs < Infinity ? setTimeout(terminate, timerMs(maxWaitMs + graceMs)) : undefined
    const exited = once(this.#worker, 'exit')
    const { hasCut = false } = await this.#ask({ kind: 'stop', maxWaitMs }).catch((): Partial<Gift> => ({}))
    clearTimeout(timer)
    void this.#worker.terminate()
    await exited
    return hasCut || isLate
  }

  #ask(task: Task, socket: Server | null = null): Promise<Partial<Gift>> {
    if (this.#isDead) return Promise.reject(new WorkerDied('the worker has ended'))
    const waiting = Promise.withResolvers<Partial<Gift>>()
    const number = ++this.#questions
    this.#waiting.set(number, waiting)
    sendWith(this.#worker, { number, task } satisfies Question, socket)
    return waiting.promise
  }

  #settle({ number, outcome }: Answer): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (outcome.isDone) waiting?.resolve(outcome)
    else if (outcome.failure === null) waiting?.reject(Object.assign(new Error('a worker failed'), { stack: outcome.stack }))
    else waiting?.reject(new StartFailure(outcome.failure))
  }

  #count({ level, message }: Line): number {
    const key = `${level} ${message}`
    const count = (this.#said.get(key) ?? 0) + 1
    this.#said.set(key, count)
    return count
  }
}
