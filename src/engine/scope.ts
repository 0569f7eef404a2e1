// One request's frame: how long it may go on (deadline, cancellation) and what its layers share (slots).
// The only place of the engine that starts timers.

import { CANCELED, DEADLINE_EXCEEDED } from './errors.ts'
import { timerMs } from './timer-ms.ts'

export type EndListener = (reason: Error) => void

/**
 * One level of a request's time: the exchange, the endpoint's timeout within it, a merge's share of that …
 * Ending a scope ends its children. Ending twice does nothing.
 */
export class Scope {
  /** Values that layers share along a request, from the server's outermost layer to the socket of a backend; children have the same. */
  readonly slots: Slots
  /** When its time is over, or that of a scope around it, by `performance.now()`: for work that lets no timer run. */
  deadline: number
  readonly #parent: Scope | null
  #timer: NodeJS.Timeout | null = null
  #listeners: EndListener[] | null = null
  #controller: AbortController | null = null
  /** Why it ended; null while it goes on. */
  reason: Error | null = null

  private constructor(parent: Scope | null, timeoutMs: number, slots: Slots) {
    this.#parent = parent
    this.slots = slots
    const outer = parent === null ? Infinity : parent.deadline
    this.deadline = timeoutMs === Infinity ? outer : Math.min(outer, performance.now() + timeoutMs)
    if (parent !== null) {
      if (parent.reason !== null) {
        this.reason = parent.reason
        return
      }
      parent.#listen(this.#onParentEnd)
    }
    // perf: `Infinity` starts no timer. A deadline under one millisecond has passed already when a backend could answer.
    if (timeoutMs < 1) this.end(DEADLINE_EXCEEDED)
    else if (timeoutMs !== Infinity) this.#timer = setTimeout(expire, timerMs(timeoutMs), this)
  }

  /** A scope without deadline, for an exchange or a background job. */
  static root(): Scope {
    return new Scope(null, Infinity, [])
  }

  /** A scope without deadline that knows what this one knows, but does not end with it: for work that several requests wait for. */
  detached(): Scope {
    return new Scope(null, Infinity, this.slots)
  }

  /** A scope that ends with this one, or after `ms` milliseconds with `context deadline exceeded`. */
  child(ms = Infinity): Scope {
    return new Scope(this, ms, this.slots)
  }

  /** The same for another request that is made on behalf of this one: what layers know of this one is not known there. */
  apart(ms = Infinity): Scope {
    return new Scope(this, ms, [])
  }

  get ended(): boolean {
    return this.reason !== null
  }

  /** Calls `listener` when the scope ends without being closed; at once when it has ended. Gives a way to take that back. */
  onEnd(listener: EndListener): () => void {
    if (this.reason !== null) {
      listener(this.reason)
      return nothing
    }
    this.#listen(listener)
    return () => this.#unlisten(listener)
  }

  /** What a promise gives, or a rejection as soon as the scope ends; what the promise stands for goes on. */
  wait<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const unlisten = this.onEnd(reject)
      promise.then(resolve, reject).finally(unlisten)
    })
  }

  /** Cuts the work short: whoever listens is told why. */
  end(reason: Error = CANCELED): void {
    if (this.reason !== null) return
    this.reason = reason
    const listeners = this.#listeners
    this.#release()
    if (listeners !== null) for (const listener of listeners) listener(reason)
    this.#controller?.abort(reason)
  }

  /**
   * Lifts the deadline of this scope, not those around it, and puts an idle limit in its place: the scope ends when `touch`,
   * which is returned, was not called for `idleMs`, with `reason`. `Infinity` sets no limit: only cancellation ends it then.
   */
  lift(idleMs: number, reason: Error = DEADLINE_EXCEEDED): () => void {
    this.#dropTimer()
    if (this.reason !== null || idleMs === Infinity) return nothing
    const timer = setTimeout(endWith, timerMs(idleMs), this, reason)
    this.#timer = timer
    return () => {
      // A timer that was cleared must not start again.
      if (this.#timer === timer) timer.refresh()
    }
  }

  /** Puts a deadline of `ms` from now in the place of whatever limit this scope had, not those around it. */
  limit(ms: number, reason: Error = DEADLINE_EXCEEDED): void {
    this.#dropTimer()
    if (this.reason !== null || ms === Infinity) return
    this.deadline = Math.min(this.deadline, performance.now() + ms)
    this.#timer = setTimeout(endWith, timerMs(ms), this, reason)
  }

  #dropTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.deadline = this.#parent === null ? Infinity : this.#parent.deadline
  }

  /** The work is done: stops the timer and forgets the listeners without calling them. */
  close(): void {
    if (this.reason === null) this.#release()
  }

  /** The same as an AbortSignal, made on first read. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.reason !== null) this.#controller.abort(this.reason)
    return this.#controller.signal
  }

  readonly #onParentEnd: EndListener = (reason) => this.end(reason)

  #listen(listener: EndListener): void {
    if (this.#listeners === null) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }

  #unlisten(listener: EndListener): void {
    const at = this.#listeners?.indexOf(listener) ?? -1
    if (at >= 0) this.#listeners?.splice(at, 1)
  }

  #release(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#listeners = null
    if (this.#parent !== null) this.#parent.#unlisten(this.#onParentEnd)
  }
}

function expire(scope: Scope): void {
  scope.end(DEADLINE_EXCEEDED)
}

function endWith(scope: Scope, reason: Error): void {
  scope.end(reason)
}

function nothing(): void {}

export type Slots = unknown[]

/** A place for one value of a request (verified claims, request id …): a typed index instead of a map of strings. */
export interface Slot<T> {
  get(scope: Scope): T | undefined
  set(scope: Scope, value: T): void
}

let slotCount = 0

/** Makes a place. Once for each kind of value, at module level. */
export function slot<T>(): Slot<T> {
  const index = slotCount++
  return {
    get: ({ slots }) => slots[index] as T | undefined,
    set: ({ slots }, value) => {
      slots[index] = value
    },
  }
}
