// Sends batches to an InfluxDB: one request at a time, a bounded number of batches that wait, one line for each change of its state.

import type { Logger } from '../../../engine/compile/component.ts'
import { post } from '../post.ts'

export interface InfluxTarget {
  readonly url: URL
  readonly db: string
  readonly username: string
  readonly password: string
  /** Batches that wait for a database that cannot take them. */
  readonly bufferSize: number
}

const LABEL = '[SERVICE: InfluxDB]'
const TIMEOUT_MS = 10_000
const PING_MS = 1000
const MAX_BUFFERED = 1000
/** All batches that wait. */
const MAX_BUFFERED_BYTES = 32 * 1024 * 1024

export class InfluxPush {
  readonly #target: InfluxTarget
  readonly #log: Logger
  readonly #bufferSize: number
  #waiting: string[] = []
  #waitingBytes = 0
  #isBusy = false
  #isDown = false
  #lost = 0
  readonly #ending = new AbortController()

  constructor(target: InfluxTarget, log: Logger) {
    this.#target = target
    this.#log = log
    this.#bufferSize = Math.min(Math.max(0, target.bufferSize), MAX_BUFFERED)
  }

  /** Takes a second at most, and never rejects: a database that does not answer may be there when the first batch is sent. */
  async ping(): Promise<void> {
    try {
      await this.#ask('GET', 'ping', null, PING_MS)
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#log.warning(`${LABEL} Unable to ping the InfluxDB server: ${(error as Error).message}`)
    }
  }

  /** Sends a batch behind those that wait. While an earlier one is on its way it waits itself, if it may. Never rejects. */
  async push(batch: string): Promise<void> {
    if (this.#isBusy) {
      this.#keep([batch])
      return
    }
    this.#isBusy = true
    const batches = [...this.#waiting, batch]
    this.#waiting = []
    this.#waitingBytes = 0
    try {
      while (batches.length > 0) {
        await this.#ask('POST', 'write', batches[0] as string)
        batches.shift()
      }
      this.#recovered()
    } catch (error) {
      if (!this.#ending.signal.aborted) this.#failed(error as Error)
      const later = this.#waiting
      this.#waiting = []
      this.#waitingBytes = 0
      this.#keep([...batches, ...later])
    } finally {
      this.#isBusy = false
    }
  }

  /** Breaks off what is on its way. */
  end(): void {
    this.#ending.abort()
  }

  /** The oldest are dropped. */
  #keep(batches: readonly string[]): void {
    for (const batch of batches) {
      this.#waiting.push(batch)
      this.#waitingBytes += batch.length
    }
    while (this.#waiting.length > this.#bufferSize || this.#waitingBytes > MAX_BUFFERED_BYTES) {
      this.#waitingBytes -= this.#waiting.shift()?.length ?? 0
      this.#lost++
    }
  }

  #failed({ message }: Error): void {
    if (this.#isDown) return
    this.#isDown = true
    this.#log.error(`${LABEL} Couldn't write to server: ${message}; batches that cannot be kept are lost until it can be written to`)
  }

  #recovered(): void {
    if (!this.#isDown) return
    this.#isDown = false
    this.#log.info(`${LABEL} the server takes batches again, ${this.#lost} were lost`)
    this.#lost = 0
  }

  #ask(method: 'GET' | 'POST', path: 'ping' | 'write', body: string | null, timeoutMs = TIMEOUT_MS): Promise<void> {
    const { url: base, db, username, password } = this.#target
    const url = new URL(base)
    url.pathname = `${base.pathname.replace(/\/$/, '')}/${path}`
    url.search = path === 'ping' ? '' : `?${new URLSearchParams({ db, precision: 's' }).toString()}`
    const auth = username === '' ? '' : `${username}:${password}`
    return post({ method, url, headers: { 'User-Agent': 'InfluxDBClient' }, body, auth, timeoutMs, signal: this.#ending.signal })
  }
}
