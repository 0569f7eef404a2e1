// The attempts of one call: one after the other, or a second beside one that takes long. The first good answer wins. Knows no wire.

import { discardBody, keepForBody } from '../../../engine/body.ts'
import { asError, CANCELED, GatewayError } from '../../../engine/errors.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import type { RepeatableBody } from '../repeatable-body.ts'

/** What is known of how an attempt ended. */
export type Ending = { readonly response: PipeResponse; readonly error: null } | { readonly response: null; readonly error: Error }

export interface Judgement {
  /** Whether another attempt may make it better. */
  readonly isRetriable: boolean
  /** No byte of the request was sent. */
  readonly isUnsent: boolean
  /** What the backend says how long to wait; null for nothing. */
  readonly retryAfterMs: number | null
}

export interface AttemptRules {
  readonly maxRetries: number
  /** Infinity: none. */
  readonly perTryMs: number
  readonly backoffMs: number
  /** Infinity: no attempt begins beside another. */
  readonly hedgeMs: number
  /** Whether there is another host to ask. */
  readonly hasOtherHosts: boolean
  /** A number from 0 up to 1. */
  readonly random: () => number
  /** Null for an answer that is good, or a failure that is nobody's. */
  readonly judge: (ending: Ending, request: PipeRequest) => Judgement | null
  /** Takes one retry of the budget; false when there is none. */
  readonly takeRetry: () => boolean
}

/** Not the end of the whole request's time: the backend has had its share. */
const TRY_TIMEOUT = new GatewayError('context deadline exceeded', { code: 'ERR_BACKEND_SILENT', source: 'backend' })
const MAX_BACKOFFS = 10
const MIN_LEFT_MS = 1

export class Attempts {
  readonly #next: Pipe
  readonly #request: PipeRequest
  readonly #scope: Scope
  readonly #rules: AttemptRules
  readonly #body: RepeatableBody
  readonly #running = new Set<Scope>()
  readonly #resolve: (response: PipeResponse) => void
  readonly #reject: (error: Error) => void
  #hedge: Scope | null = null
  #retries = 0
  #isOver = false

  private constructor(
    init: { next: Pipe; request: PipeRequest; scope: Scope; rules: AttemptRules; body: RepeatableBody },
    settle: PromiseWithResolvers<PipeResponse>,
  ) {
    this.#next = init.next
    this.#request = { ...init.request, body: init.body.body, tried: new Set() }
    this.#scope = init.scope
    this.#rules = init.rules
    this.#body = init.body
    this.#resolve = settle.resolve
    this.#reject = settle.reject
  }

  static run(init: { next: Pipe; request: PipeRequest; scope: Scope; rules: AttemptRules; body: RepeatableBody }): Promise<PipeResponse> {
    const settle = Promise.withResolvers<PipeResponse>()
    new Attempts(init, settle).#start()
    return settle.promise
  }

  #start(): void {
    const { perTryMs } = this.#rules
    const own = this.#scope.child()
    own.limit(perTryMs, TRY_TIMEOUT)
    this.#running.add(own)
    this.#waitBeside()
    this.#next(this.#request, own).then(
      (response) => this.#settle(own, { response, error: null }),
      (thrown: unknown) => this.#settle(own, { response: null, error: asError(thrown) }),
    )
  }

  /** Begins another attempt beside those that run when none of them has answered in time. */
  #waitBeside(): void {
    const { hedgeMs, maxRetries } = this.#rules
    if (hedgeMs === Infinity || this.#retries >= maxRetries) return
    this.#hedge = after(this.#scope, hedgeMs, () => {
      this.#hedge = null
      if (this.#isOver || !this.#hasTime(0) || !this.#body.mayRepeat() || !this.#rules.takeRetry()) return
      this.#retries++
      this.#start()
    })
  }

  #settle(own: Scope, ending: Ending): void {
    this.#running.delete(own)
    if (this.#isOver) {
      own.close()
      if (ending.response !== null) discardBody(ending.response.body)
      return
    }
    const judgement = this.#rules.judge(ending, this.#request)
    if (judgement === null || !judgement.isRetriable) {
      // A failure is nobody's win: what still runs beside it may do better.
      if (ending.response === null && this.#running.size > 0 && !this.#scope.ended) own.close()
      else this.#finish(own, ending)
      return
    }
    if (this.#running.size > 0) this.#drop(own, ending)
    else if (!this.#retry(own, ending, judgement)) this.#finish(own, ending)
  }

  /** False when this ending is the last. */
  #retry(own: Scope, ending: Ending, { isUnsent, retryAfterMs }: Judgement): boolean {
    const { maxRetries, backoffMs, random, hasOtherHosts, takeRetry } = this.#rules
    if (this.#retries >= maxRetries || !this.#body.mayRepeat()) return false
    const isAtOnce = isUnsent && hasOtherHosts && this.#retries === 0
    const jitterMs = isAtOnce ? 0 : random() * Math.min(backoffMs * 2 ** this.#retries, backoffMs * MAX_BACKOFFS)
    const waitMs = retryAfterMs ?? jitterMs
    if (!this.#hasTime(waitMs) || !takeRetry()) return false
    this.#retries++
    this.#hedge?.close()
    this.#hedge = null
    this.#drop(own, ending)
    if (waitMs === 0) this.#start()
    else
      after(
        this.#scope,
        waitMs,
        () => this.#start(),
        (reason) => this.#fail(reason),
      )
    return true
  }

  #hasTime(waitMs: number): boolean {
    return !this.#scope.ended && this.#scope.deadline - performance.now() - waitMs >= MIN_LEFT_MS
  }

  #drop(own: Scope, { response }: Ending): void {
    if (response !== null) discardBody(response.body)
    own.close()
  }

  #finish(own: Scope, { response, error }: Ending): void {
    this.#stop()
    if (response === null) {
      own.close()
      this.#reject(error)
      return
    }
    keepForBody(own, response.body)
    this.#resolve(response)
  }

  #fail(reason: Error): void {
    this.#stop()
    this.#reject(reason)
  }

  #stop(): void {
    this.#isOver = true
    this.#hedge?.close()
    for (const loser of this.#running) loser.end(CANCELED)
  }
}

/** Calls `then` after some time, or `otherwise` when the scope ends before. */
function after(scope: Scope, ms: number, then: () => void, otherwise: (reason: Error) => void = () => {}): Scope {
  const pause = scope.child()
  pause.limit(ms, ELAPSED)
  pause.onEnd((reason) => (reason === ELAPSED ? then() : otherwise(reason)))
  return pause
}

const ELAPSED = new GatewayError('the pause is over', { code: 'ERR_PAUSE' })
