// One worker as the supervisor sees it: questions with answers, and its death.

import { once } from 'node:events'
import { extname } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { GatewayConfig } from '../config/types.ts'
import type { SharedMemory } from '../engine/compile/component.ts'
import { StartFailure } from './failure.ts'
import { serveMemory } from './memory-channel.ts'
import { type Answer, type Line, type Question, send, type Task, type WorkerInit } from './messages.ts'

/** The sources run as they are: the worker has the extension of this file. */
const PROGRAM = new URL(`./worker${extname(import.meta.url)}`, import.meta.url)

/** The thread has ended, so the answer never comes. */
export class WorkerDied extends Error {}

export interface ThreadInit {
  readonly memory: SharedMemory
  /** `count`: how often it has said that since it began to open a gateway. */
  readonly onLine: (line: Line, count: number) => void
  /** Called once when the thread ends without being told to; `reason` says what it said last. */
  readonly onDeath: (reason: string) => void
}

export class WorkerThread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, PromiseWithResolvers<void>>()
  readonly #said = new Map<string, number>()
  #questions = 0
  #isDead = false
  #isTold = false

  constructor({ memory, onLine, onDeath }: ThreadInit) {
    const end = serveMemory(memory)
    this.#worker = new Worker(PROGRAM, { workerData: { memory: end } satisfies WorkerInit, transferList: [end.port] })
    let reason = ''
    this.#worker.on('message', (message: Line | Answer) => {
      if (message.kind === 'line') onLine(message, this.#count(message))
      else this.#settle(message)
    })
    this.#worker.on('error', (error: unknown) => (reason = error instanceof Error ? (error.stack ?? error.message) : String(error)))
    this.#worker.on('exit', (code) => {
      this.#isDead = true
      const said = reason === '' ? `exit code ${code}` : reason
      for (const { reject } of this.#waiting.values()) reject(new WorkerDied(said))
      if (!this.#isTold) onDeath(said)
    })
  }

  open(config: GatewayConfig): Promise<void> {
    this.#said.clear()
    return this.#ask({ kind: 'open', config })
  }

  swap(): Promise<void> {
    return this.#ask({ kind: 'swap' })
  }

  discard(): Promise<void> {
    return this.#ask({ kind: 'discard' })
  }

  listen(config: GatewayConfig): Promise<void> {
    return this.#ask({ kind: 'listen', config })
  }

  /** Ends the thread when its last request has ended, at the latest `graceMs` after it should have been cut off; Infinity waits for ever. */
  async stop(maxWaitMs: number, graceMs: number): Promise<void> {
    this.#isTold = true
    if (this.#isDead) return
    const timer = maxWaitMs < Infinity ? setTimeout(() => void this.#worker.terminate(), maxWaitMs + graceMs) : undefined
    const exited = once(this.#worker, 'exit')
    await this.#ask({ kind: 'stop', maxWaitMs }).catch(ignore)
    clearTimeout(timer)
    void this.#worker.terminate()
    await exited
  }

  #ask(task: Task): Promise<void> {
    if (this.#isDead) return Promise.reject(new WorkerDied('the worker has ended'))
    const waiting = Promise.withResolvers<void>()
    const number = ++this.#questions
    this.#waiting.set(number, waiting)
    send(this.#worker, { number, task } satisfies Question)
    return waiting.promise
  }

  #settle({ number, outcome }: Answer): void {
    const waiting = this.#waiting.get(number)
    this.#waiting.delete(number)
    if (outcome.isDone) waiting?.resolve()
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

function ignore(): void {}
