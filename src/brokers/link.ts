// Something that is kept open: a connection or a channel is made again after it broke, with the waits of a strategy. Knows no protocol.

import type { BackOff } from './back-off.ts'
import { timerMs } from '../engine/timer-ms.ts'

/** What is open now. */
export interface Opened<T> {
  readonly value: T
  /** Resolves when it has ended, with why. */
  readonly ended: Promise<string>
  /** Ends it; resolves when nothing of it is left. */
  close(): Promise<void>
}

/** A client is open until it is closed: each request makes the connections that it needs. */
export function openClientOf<T>(value: T, destroy: () => void | Promise<void>): Opened<T> {
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  return {
    value,
    ended,
    async close() {
      await destroy()
      resolve('the client was closed')
    },
  }
}

export interface LinkInit<T> {
  /** Opens it, or rejects with why not; gives up when the signal is aborted. */
  readonly open: (signal: AbortSignal) => Promise<Opened<T>>
  readonly backOff: BackOff
  /** Attempts after the first one that failed; then nothing is done until somebody asks. Infinity for any number. */
  readonly maxRetries: number
  /** Told once per change. `reason`: why it is down, and whether it is tried again. */
  readonly onState: (isUp: boolean, reason: string) => void
  /** Told when the retries ran out. */
  readonly onGivenUp?: () => void
}

/** Whoever stays open that long has recovered: the next waits begin from the first one. */
const HEALTHY_MS = 5000

export class Link<T> {
  readonly #init: LinkInit<T>
  readonly #stopping = new AbortController()
  #opened: Opened<T> | null = null
  #running: Promise<void> | null = null
  #isUp: boolean | null = null
  readonly #waiting = new Set<(value: T) => void>()
  #first = Promise.withResolvers<void>()
  #reason = 'not connected yet'
  #downSince = new Date()
  readonly #watchers = new Set<(isUp: boolean) => void>()

  /** Begins to open it at once. */
  constructor(init: LinkInit<T>) {
    this.#init = init
    this.wake()
  }

  /** Null while there is none. */
  get value(): T | null {
    return this.#opened?.value ?? null
  }

  /** `up`, or since when and why it is down. security: reasons name no password. */
  get state(): string {
    return this.#isUp === true ? 'up' : `down since ${this.#downSince.toISOString()}: ${this.#reason}`
  }

  /** Told of each change from now on, until the function that it gives is called. */
  watch(watcher: (isUp: boolean) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  /** Resolves with it, now or as soon as it is open; rejects when the signal is aborted. */
  whenUp(signal: AbortSignal): Promise<T> {
    if (this.#opened !== null) return Promise.resolve(this.#opened.value)
    return new Promise((resolve, reject) => {
      const give = (value: T): void => {
        signal.removeEventListener('abort', abort)
        resolve(value)
      }
      const abort = (): void => {
        this.#waiting.delete(give)
        reject(new Error('not needed any more'))
      }
      if (signal.aborted) return abort()
      this.#waiting.add(give)
      signal.addEventListener('abort', abort, { once: true })
    })
  }

  /** Resolves when the first attempt has succeeded or failed. */
  get attempted(): Promise<void> {
    return this.#first.promise
  }

  /** Tries again after the retries ran out; nothing while it is open or being opened. */
  wake(): void {
    if (this.#running !== null || this.#stopping.signal.aborted) return
    this.#running = this.#run().finally(() => (this.#running = null))
  }

  /** Resolves when it is closed and will not be opened again. */
  async close(): Promise<void> {
    this.#stopping.abort()
    this.#first.resolve()
    await this.#opened?.close()
    await this.#running
  }

  async #run(): Promise<void> {
    const { backOff, maxRetries } = this.#init
    const { signal } = this.#stopping
    for (let attempt = 0; !signal.aborted; attempt++) {
      if (attempt > 0) await pause(backOff(attempt - 1), signal)
      if (signal.aborted) return
      const { reason, openMs } = await this.#runOnce()
      if (signal.aborted) return
      if (openMs > HEALTHY_MS) attempt = 0
      const isLast = attempt >= maxRetries
      this.#tell(false, reason)
      if (!isLast) continue
      this.#init.onGivenUp?.()
      return
    }
  }

  /** Opens it and waits for its end; gives why it ended or did not open, and how long it was open. */
  async #runOnce(): Promise<{ readonly reason: string; readonly openMs: number }> {
    const { signal } = this.#stopping
    let startMs = Infinity
    const end = (reason: string) => ({ reason, openMs: performance.now() - startMs })
    try {
      const opened = await this.#init.open(signal)
      if (signal.aborted) {
        await opened.close()
        return end('')
      }
      startMs = performance.now()
      this.#opened = opened
      this.#tell(true, '')
      for (const give of this.#waiting) give(opened.value)
      this.#waiting.clear()
      return end(await opened.ended)
    } catch (error) {
      return end((error as Error).message)
    } finally {
      this.#opened = null
    }
  }

  #tell(isUp: boolean, reason: string): void {
    this.#reason = reason
    this.#first.resolve()
    if (this.#isUp === isUp) return
    this.#isUp = isUp
    this.#downSince = new Date()
    this.#init.onState(isUp, reason)
    for (const tell of this.#watchers) tell(isUp)
  }
}

/** Resolves after that time, or when the signal is aborted. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, timerMs(ms))
    signal.addEventListener('abort', done)
  })
}
