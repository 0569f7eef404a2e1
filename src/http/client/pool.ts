// The connections of one backend host: idle ones are used again, the latest first. Knows nothing of messages.

import type { Socket } from 'node:net'
import type { Call } from './call.ts'
import { Connection, failure, type ConnectionOwner } from './connection.ts'

export interface PoolOptions {
  /** Opens a connection; calls back once. */
  readonly dial: (done: (error: Error | null, socket: Socket | null) => void) => void
  /** Idle connections to keep; 0 keeps none. */
  readonly maxIdle: number
  /** How long one may idle; 0 for ever. */
  readonly idleTimeoutMs: number
  readonly headerTimeoutMs: number
  /** Asks for room among the idle connections of all hosts. */
  readonly reserveIdle: () => boolean
  readonly releaseIdle: () => void
}

export class Pool implements ConnectionOwner {
  readonly #options: PoolOptions
  readonly #idle: Connection[] = []
  #sweeper: NodeJS.Timeout | null = null
  #isClosed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  send(call: Call): void {
    for (let connection = this.#idle.pop(); connection !== undefined; connection = this.#idle.pop()) {
      this.#options.releaseIdle()
      if (!connection.isUsable) continue
      connection.start(call)
      return
    }
    this.#open(call)
  }

  onFree(connection: Connection): void {
    const { maxIdle, idleTimeoutMs, reserveIdle } = this.#options
    if (this.#isClosed || this.#idle.length >= maxIdle || !reserveIdle()) {
      connection.destroy()
      return
    }
    connection.idleSinceMs = idleTimeoutMs === 0 ? 0 : performance.now()
    this.#idle.push(connection)
    if (idleTimeoutMs !== 0 && this.#sweeper === null) this.#startSweeper(idleTimeoutMs)
  }

  onGone(connection: Connection): void {
    const at = this.#idle.indexOf(connection)
    if (at < 0) return
    this.#idle.splice(at, 1)
    this.#options.releaseIdle()
  }

  /** Never on an idle connection again: it may be as dead as the first. */
  onRetry(call: Call): void {
    this.#open(call)
  }

  /** Closes idle connections now and the others when their call has ended. */
  close(): void {
    this.#isClosed = true
    if (this.#sweeper !== null) clearInterval(this.#sweeper)
    for (const connection of this.#idle.slice()) connection.destroy()
  }

  #open(call: Call): void {
    this.#options.dial((error, socket) => {
      if (error !== null) {
        call.fail(failure(call, error.message))
        return
      }
      const connection = new Connection(socket as Socket, this, this.#options.headerTimeoutMs)
      // Nobody waits any more: the next call may use what was opened.
      if (call.isSettled) this.onFree(connection)
      else connection.start(call)
    })
  }

  /** perf: one timer for a host instead of one for each connection and request. */
  #startSweeper(idleTimeoutMs: number): void {
    this.#sweeper = setInterval(() => this.#sweep(idleTimeoutMs), Math.min(Math.max(idleTimeoutMs / 2, 10), 10_000))
    this.#sweeper.unref()
  }

  #sweep(idleTimeoutMs: number): void {
    const oldest = performance.now() - idleTimeoutMs
    for (const connection of this.#idle.slice()) if (connection.idleSinceMs < oldest) connection.destroy()
    if (this.#idle.length > 0 || this.#sweeper === null) return
    clearInterval(this.#sweeper)
    this.#sweeper = null
  }
}
