// Calls backends by priority: the next one only when the one before has failed. Knows nothing of what a backend is.

import { copyRequest } from '../body.ts'
import { asError, MergeError } from '../errors.ts'
import type { Pipe } from '../types.ts'
import { combine, type ErrorOrigins, MERGE_TIME_SHARE } from './merge.ts'

/**
 * The first answer is the whole one. A backend has failed when its pipe rejects; when all have, so does this, with all their errors.
 * All together have the time of a merge, each what those before have left.
 */
export function callUntilOne(pipes: readonly Pipe[], timeoutMs: number, indexOf: ErrorOrigins['indexOf']): Pipe {
  return async function callByPriority(request, scope) {
    const budget = scope.child(timeoutMs * MERGE_TIME_SHARE)
    const errors: Error[] = []
    try {
      // A body that the first backend has read must be there for the second.
      const own = request.body.length === 0 ? request : await copyRequest(request)
      for (const pipe of pipes) {
        try {
          const response = await pipe(own, budget)
          return { ...combine([response], response.error), statusCode: 0, headers: null }
        } catch (error) {
          errors.push(asError(error))
        }
        // Whoever comes next has no time, or nobody waits for it.
        if (budget.ended) break
      }
    } finally {
      budget.close()
    }
    throw new MergeError(
      errors,
      [],
      errors.map((_error, index) => indexOf(index)),
    )
  }
}
