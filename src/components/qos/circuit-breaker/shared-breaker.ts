// A circuit breaker that all workers share: gobreaker's states in a few words of memory. Knows neither requests nor clocks.

import type { SharedLock } from '../shared-lock.ts'

export type BreakerState = 'closed' | 'half-open' | 'open'

export interface BreakerSettings {
  /** The window after which failures are forgotten while closed; 0: never. */
  readonly intervalMs: number
  /** How long it stays open. */
  readonly timeoutMs: number
  /** It opens with one consecutive failure more than this; a negative number never opens. */
  readonly maxErrors: number
  /** A probe that has said nothing for so long is given up: its worker has died. */
  readonly probeLostMs: number
}

/** What `enter` answers instead of a ticket. */
export const IS_OPEN = -1
export const IS_PROBING = -2

const STATES: readonly BreakerState[] = ['closed', 'half-open', 'open']
const CLOSED = 0
const HALF_OPEN = 1
const OPEN = 2

/** Words of the memory: lock, state, generation (0: never used), probes in flight, consecutive failures; the end of the window or state as a double. */
const LOCK = 0
const STATE = 1
const GENERATION = 2
const PROBES = 3
const FAILURES = 4
const EXPIRES_MS = 3

/** All times are milliseconds of one clock that every worker reads alike. */
export class SharedBreaker {
  static readonly BYTES = 32
  readonly #lock: SharedLock
  readonly #words: Int32Array<SharedArrayBuffer>
  readonly #numbers: Float64Array<SharedArrayBuffer>
  readonly #settings: BreakerSettings
  readonly #onChange: (from: BreakerState, to: BreakerState) => void

  /** `onChange` is called by the worker whose request changed the state. */
  constructor(
    memory: SharedArrayBuffer,
    settings: BreakerSettings,
    nowMs: number,
    lock: SharedLock,
    onChange: (from: BreakerState, to: BreakerState) => void = () => {},
  ) {
    this.#words = new Int32Array(memory)
    this.#numbers = new Float64Array(memory)
    this.#settings = settings
    this.#lock = lock
    this.#onChange = onChange
    this.#lock.acquire(this.#words, LOCK)
    if (this.#words[GENERATION] === 0) this.#begin(CLOSED, nowMs)
    this.#lock.release(this.#words, LOCK)
  }

  /** Asks to call the backend: a ticket for `succeed`, `fail` or `forget`, or IS_OPEN or IS_PROBING. */
  enter(nowMs: number): number {
    const words = this.#words
    this.#lock.acquire(words, LOCK)
    const before = words[STATE] as number
    const state = this.#update(nowMs)
    let ticket = words[GENERATION] as number
    if (state === OPEN) ticket = IS_OPEN
    else if (state === HALF_OPEN) {
      if (words[PROBES] === 0) words[PROBES] = 1
      else ticket = IS_PROBING
    }
    this.#leave(before)
    return ticket
  }

  succeed(ticket: number, nowMs: number): void {
    const words = this.#words
    this.#lock.acquire(words, LOCK)
    const before = words[STATE] as number
    const state = this.#update(nowMs)
    if (words[GENERATION] === ticket) {
      if (state === CLOSED) words[FAILURES] = 0
      else this.#begin(CLOSED, nowMs)
    }
    this.#leave(before)
  }

  fail(ticket: number, nowMs: number): void {
    const words = this.#words
    const { maxErrors } = this.#settings
    this.#lock.acquire(words, LOCK)
    const before = words[STATE] as number
    const state = this.#update(nowMs)
    if (words[GENERATION] === ticket) {
      const failures = (words[FAILURES] as number) + 1
      words[FAILURES] = failures
      if (state !== CLOSED || (maxErrors >= 0 && failures > maxErrors)) this.#begin(OPEN, nowMs)
    }
    this.#leave(before)
  }

  /** The call says nothing about the backend: another one may probe. */
  forget(ticket: number): void {
    const words = this.#words
    this.#lock.acquire(words, LOCK)
    if (words[GENERATION] === ticket) words[PROBES] = 0
    this.#lock.release(words, LOCK)
  }

  /** What the passing of time changes. */
  #update(nowMs: number): number {
    const words = this.#words
    const state = words[STATE] as number
    const expiresMs = this.#numbers[EXPIRES_MS] as number
    if (expiresMs === 0 || expiresMs >= nowMs) return state
    if (state === OPEN) this.#begin(HALF_OPEN, nowMs)
    else if (state === HALF_OPEN) this.#begin(HALF_OPEN, nowMs)
    else {
      // Windows follow each other without gaps.
      const { intervalMs } = this.#settings
      this.#begin(CLOSED, intervalMs > 0 ? nowMs - ((nowMs - expiresMs) % intervalMs) : nowMs)
    }
    return words[STATE] as number
  }

  #begin(state: number, nowMs: number): void {
    const words = this.#words
    const { intervalMs, timeoutMs, probeLostMs } = this.#settings
    words[STATE] = state
    // Results of calls of an earlier generation are ignored. Never 0 and never negative, also when it wraps.
    words[GENERATION] = ((words[GENERATION] as number) & 0x3fffffff) + 1
    words[PROBES] = 0
    words[FAILURES] = 0
    const lastsMs = state === CLOSED ? intervalMs : state === OPEN ? timeoutMs : probeLostMs
    this.#numbers[EXPIRES_MS] = lastsMs > 0 ? nowMs + lastsMs : 0
  }

  /** Gives the lock back, then tells what has changed meanwhile. */
  #leave(before: number): void {
    const after = this.#words[STATE] as number
    this.#lock.release(this.#words, LOCK)
    if (after !== before) this.#onChange(STATES[before] as BreakerState, STATES[after] as BreakerState)
  }
}
