// Calls several backends at once and merges what they answer. Knows nothing of what a backend is.

import { copyRequest, discardBody } from '../body.ts'
import { Data } from '../data.ts'
import { asError, MergeError } from '../errors.ts'
import type { Scope } from '../scope.ts'
import type { Pipe, PipeRequest, PipeResponse } from '../types.ts'

/** What a merge may take of the endpoint's time, so that a partial answer still reaches the client. */
export const MERGE_TIME_SHARE = 0.85

export interface MergeOptions {
  readonly whose: ErrorOrigins
  readonly timeoutMs: number
  /** Whether some backend has a method other than GET and HEAD: each gets its own copy of the body then. */
  readonly copiesBody: boolean
  /** `isolatesMerges`: false copies nothing, and when every backend failed the answer is `{}`. */
  readonly isolates: boolean
}

/** What the log says about an error of one backend: `backend 3, GET http://b/x, after 680 ms`. */
export interface ErrorOrigins {
  /** When a merge begins. */
  readonly start: () => number
  readonly describe: (index: number, start: number) => string
}

/** On a collision the answer that came last wins, as in KrakenD; whole values are replaced. */
export function mergeParallel(pipes: readonly Pipe[], options: MergeOptions): Pipe {
  const budgetMs = options.timeoutMs * MERGE_TIME_SHARE
  return function mergeBackends(request, scope) {
    const budget = scope.child(budgetMs)
    // perf: without a body there is nothing to isolate, and nothing to wait for. compat: where nothing is isolated, the first backend gets the body.
    const isShared = !options.isolates || (request.body.length === 0 && !options.copiesBody)
    if (isShared) return gather(pipes, request, budget, options)
    // Backends must not share a stream: whoever reads it first would leave nothing to the others.
    return copyRequest(request).then((own) => gather(pipes, own, budget, options))
  }
}

function gather(pipes: readonly Pipe[], request: PipeRequest, budget: Scope, { isolates, whose }: MergeOptions): Promise<PipeResponse> {
  const start = whose.start()
  return new Promise((resolve, reject) => {
    const arrived: PipeResponse[] = []
    const errors: Error[] = []
    const origins: string[] = []
    let pending = pipes.length
    const settle = (): void => {
      if (--pending > 0) return
      budget.close()
      const failed = errors.length === 0 ? null : new MergeError(errors, origins)
      if (arrived.length > 0 || !isolates) resolve(combine(arrived, failed))
      else reject(failed)
    }
    const fail = (error: Error, index: number): void => {
      errors.push(error)
      origins.push(whose.describe(index, start))
    }
    for (const [index, pipe] of pipes.entries()) {
      pipe(request, budget).then(
        (response) => {
          arrived.push(response)
          if (response.error !== null) fail(response.error, index)
          settle()
        },
        (error: unknown) => {
          fail(asError(error), index)
          settle()
        },
      )
    }
  })
}

/** Merges parts in the order given; a `null` part adds nothing and leaves the whole incomplete. compat: one part alone stays what it is, `null` too. */
export function combine(parts: readonly PipeResponse[], error: Error | null): PipeResponse {
  let isComplete = error === null
  const data: Data[] = []
  for (const part of parts) {
    if (!part.isComplete || part.data === null) isComplete = false
    if (part.data !== null) data.push(part.data)
    discardBody(part.body)
  }
  const whole = parts.length === 1 ? (data[0] ?? null) : Data.merge(data)
  return { data: whole, isComplete, error, statusCode: 0, headers: null, body: null }
}
