// Handles the messages of one agent: so many at once, so many a second, each settled when its pipe has ended. Knows no broker.

import { timerMs } from '../../engine/timer-ms.ts'

/** One message as its broker gave it. */
export interface Message {
  readonly body: Buffer
  /** Whether it was given out before and came back. */
  readonly isRepeated: boolean
  /** A worker begins with it. */
  begin?(): void
  /** It has been handled, and must not come again. Throws where the broker can no longer be told. */
  succeed(): void | Promise<void>
  /** It has not, and the broker does with it what it was told to. */
  fail(): void | Promise<void>
}

export interface WorkersInit {
  /** Messages at once; 1 at least. */
  readonly workers: number
  /** Messages per second, all workers together; Infinity for any number. */
  readonly maxRate: number
  readonly handle: (body: Buffer) => Promise<void>
  /** Hears of a message that could not be handled. */
  readonly onFailure: (error: Error) => void
  /** Hears of one whose broker cannot be told what became of it. */
  readonly onUnsettled: (what: 'Ack' | 'Nack', error: Error) => void
}

/** A message that fails again goes back after this time: the broker would return it at once, and both would do nothing else. */
const AGAIN_MS = 1000

export class Workers {
  readonly #init: WorkersInit
  readonly #capacity: number
  #waiting: Message[] = []
  #busy = 0
  #tokens: number
  #refilledMs = performance.now()
  #timer: NodeJS.Timeout | null = null
  #isStopped = false
  readonly #held = new Map<NodeJS.Timeout, () => void>()
  #onIdle: (() => void) | null = null

  constructor(init: WorkersInit) {
    this.#init = init
    // compat: as in KrakenD a burst is what one second brings.
    this.#capacity = Math.max(1, Math.floor(init.maxRate))
    this.#tokens = this.#capacity
  }

  /** Takes a message; it waits for a worker. The broker sees to it that there are not too many. */
  push(message: Message): void {
    if (this.#isStopped) return
    this.#waiting.push(message)
    this.#pump()
  }

  /** Forgets messages that no worker has begun: their broker is gone and will give them out again. */
  forget(): void {
    this.#waiting = []
  }

  /** Begins with no more messages; resolves when those that were begun are settled. */
  async stop(): Promise<void> {
    this.#isStopped = true
    this.forget()
    if (this.#timer !== null) clearTimeout(this.#timer)
    for (const [timer, release] of this.#held) {
      clearTimeout(timer)
      release()
    }
    this.#held.clear()
    if (this.#busy > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
  }

  #pump(): void {
    while (this.#busy < this.#init.workers && this.#waiting.length > 0) {
      const waitMs = this.#takeToken()
      if (waitMs > 0) {
        this.#timer ??= setTimeout(() => {
          this.#timer = null
          this.#pump()
        }, timerMs(waitMs))
        return
      }
      this.#busy++
      void this.#work(this.#waiting.shift() as Message)
    }
  }

  async #work(message: Message): Promise<void> {
    try {
      message.begin?.()
      await this.#init.handle(message.body)
      await this.#settle('Ack', message)
    } catch (error) {
      this.#init.onFailure(error as Error)
      if (message.isRepeated && !this.#isStopped) this.#holdBack(message)
      else await this.#settle('Nack', message)
    }
    this.#busy--
    if (!this.#isStopped) this.#pump()
    else if (this.#busy === 0) this.#onIdle?.()
  }

  /** Gives it back later, and keeps no worker from the others meanwhile. */
  #holdBack(message: Message): void {
    const release = (): void => void this.#settle('Nack', message)
    const timer = setTimeout(() => {
      this.#held.delete(timer)
      release()
    }, AGAIN_MS)
    this.#held.set(timer, release)
  }

  async #settle(what: 'Ack' | 'Nack', message: Message): Promise<void> {
    try {
      await (what === 'Ack' ? message.succeed() : message.fail())
    } catch (error) {
      this.#init.onUnsettled(what, error as Error)
    }
  }

  /** 0 when a message may begin, else the milliseconds until one may. */
  #takeToken(): number {
    const { maxRate } = this.#init
    if (maxRate === Infinity) return 0
    const nowMs = performance.now()
    this.#tokens = Math.min(this.#capacity, this.#tokens + ((nowMs - this.#refilledMs) * maxRate) / 1000)
    this.#refilledMs = nowMs
    if (this.#tokens < 1) return Math.ceil(((1 - this.#tokens) * 1000) / maxRate)
    this.#tokens--
    return 0
  }
}
