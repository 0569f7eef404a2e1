// Messages that a broker sends and requests that wait for one, paired in the order in which both came. Knows no broker.

import { DEADLINE_EXCEEDED } from '../engine/errors.ts'
import type { Scope } from '../engine/scope.ts'

interface Waiting<M> {
  readonly give: (message: M) => void
  readonly fail: (error: Error) => void
}

export class MessageQueue<M> {
  readonly #messages: M[] = []
  readonly #waiting = new Set<Waiting<M>>()

  readonly #limit: number

  /** Of more messages than the limit the oldest is dropped; without one the broker sees to it that there are not too many. */
  constructor(limit = Infinity) {
    this.#limit = limit
  }

  /** How many wait for a message. */
  get wanted(): number {
    return this.#waiting.size
  }

  push(message: M): void {
    const [first] = this.#waiting
    if (first !== undefined) return first.give(message)
    this.#messages.push(message)
    if (this.#messages.length > this.#limit) this.#messages.shift()
  }

  /** The next message; rejects when the scope ends before there is one. */
  take(scope: Scope): Promise<M> {
    if (scope.ended) return Promise.reject(scope.reason ?? DEADLINE_EXCEEDED)
    const message = this.#messages.shift()
    if (message !== undefined) return Promise.resolve(message)
    return new Promise((resolve, reject) => {
      const waiting: Waiting<M> = {
        give: (next) => {
          leave()
          resolve(next)
        },
        fail: (error) => {
          leave()
          reject(error)
        },
      }
      const unlisten = scope.onEnd(waiting.fail)
      const leave = (): void => {
        unlisten()
        this.#waiting.delete(waiting)
      }
      this.#waiting.add(waiting)
    })
  }

  /** The broker is gone: its messages are not ours any more, and whoever waits is told why none comes. */
  lose(error: Error): void {
    this.#messages.length = 0
    for (const { fail } of this.#waiting) fail(error)
  }
}
