// Calls several backends at once and merges what they answer. Knows nothing of what a backend is.

import { copyRequest, discardBody } from '../body.ts'
import { Data } from '../data.ts'
import { asError, CANCELED, MergeError } from '../errors.ts'
import type { Required } from './required.ts'
import type { Scope } from '../scope.ts'
import type { JoinData } from '../ports.ts'
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
  /** How parts become one, in the order of the file; null for KrakenD's way. */
  readonly join?: JoinData | null
  /** Whether nothing is worth anything without a backend; null where that holds for none. */
  readonly required?: Required | null
}

/** What the log says about an error of one backend: `backend 3, GET http://b/x, after 680 ms`. */
export interface ErrorOrigins {
  /** When a merge begins. */
  readonly start: () => number
  readonly describe: (index: number, start: number) => string
  /** Where a backend stands in the file. */
  readonly indexOf: (index: number) => number
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
    return copyRequest(request).then(
      (own) => gather(pipes, own, budget, options),
      (thrown: unknown) => {
        budget.close()
        throw thrown
      },
    )
  }
}

function gather(
  pipes: readonly Pipe[],
  request: PipeRequest,
  budget: Scope,
  { isolates, whose, join = null, required = null }: MergeOptions,
): Promise<PipeResponse> {
  const start = whose.start()
  return new Promise((resolve, reject) => {
    const arrived: PipeResponse[] = []
    const places: number[] | null = join === null ? null : []
    const errors: Error[] = []
    const origins: string[] = []
    const indices: number[] = []
    let pending = pipes.length
    const settle = (): void => {
      if (--pending > 0) return
      budget.close()
      const failed = errors.length === 0 ? null : new MergeError(errors, origins, indices, arrived.length > 0)
      const parts = places === null ? arrived : inOrder(arrived, places)
      if (arrived.length > 0 || !isolates) resolve(combine(parts, failed, join))
      else reject(failed)
    }
    const fail = (error: Error, index: number): void => {
      errors.push(error)
      origins.push(whose.describe(index, start))
      indices.push(whose.indexOf(index))
    }
    /** Whoever still runs works for nobody, and what has come or comes later is nobody's. */
    const giveUp = (error: Error): void => {
      budget.end(CANCELED)
      for (const { body } of arrived) discardBody(body)
      reject(error)
    }
    const receive = (response: PipeResponse, index: number): void => {
      arrived.push(response)
      const missing = required === null ? null : required.failureOf(index, response, budget)
      if (missing !== null) giveUp(missing)
      places?.push(index)
      if (response.error !== null) fail(response.error, index)
      settle()
    }
    const miss = (error: Error, index: number): void => {
      if (required?.isNeeded(index, budget) === true) giveUp(error)
      fail(error, index)
      settle()
    }
    // What these throw would be nobody's: neither the resolution nor the rejection of what is promised here.
    for (const [index, pipe] of pipes.entries()) {
      pipe(request, budget).then(
        (response) => {
          try {
            receive(response, index)
          } catch (error) {
            giveUp(asError(error))
          }
        },
        (thrown: unknown) => {
          try {
            miss(asError(thrown), index)
          } catch (error) {
            giveUp(asError(error))
          }
        },
      )
    }
  })
}

function inOrder(parts: readonly PipeResponse[], places: readonly number[]): PipeResponse[] {
  return places
    .map((place, at) => ({ place, part: parts[at] as PipeResponse }))
    .sort((a, b) => a.place - b.place)
    .map(({ part }) => part)
}

/**
 * Merges parts in the order given; a `null` part adds nothing and leaves the whole incomplete, a hidden one adds nothing.
 * compat: one part alone stays what it is, `null` too, and keeps its status and header fields, which scripts and signers see.
 */
export function combine(parts: readonly PipeResponse[], error: Error | null, join: JoinData | null = null): PipeResponse {
  let isComplete = error === null
  let hidden = 0
  const data: Data[] = []
  for (const part of parts) {
    if (!part.isComplete || part.data === null) isComplete = false
    if (part.isHidden === true) hidden++
    else if (part.data !== null) data.push(part.data)
    discardBody(part.body)
  }
  // An answer in which nobody may be seen is none.
  if (hidden > 0 && hidden === parts.length) isComplete = false
  const [alone] = parts.length === 1 && hidden === 0 ? parts : []
  if (alone !== undefined) return { data: alone.data, isComplete, error, statusCode: alone.statusCode, headers: alone.headers, body: null }
  return { data: join === null ? Data.merge(data) : join(data), isComplete, error, statusCode: 0, headers: null, body: null }
}
