// `concurrent_calls`: asks a backend several times at once; the first complete answer wins.

import { copyRequest, discardBody } from '../body.ts'
import { step } from '../compile/component.ts'
import { asError } from '../errors.ts'
import type { Scope } from '../scope.ts'
import type { Layer, Pipe, PipeRequest, PipeResponse } from '../types.ts'

export const concurrent = step({
  stage: 'backend',
  name: 'concurrent_calls',
  build: ({ backend, place }) => concurrentCalls(backend?.concurrentCalls ?? 1, place?.timeoutMs ?? Infinity),
})

/** Each call may take three quarters of the endpoint's time. */
const TIME_SHARE = 0.75

/** Null for one call. */
export function concurrentCalls(calls: number, timeoutMs: number): Layer<Pipe> | null {
  if (calls <= 1) return null
  return (next) =>
    async function callConcurrently(request, scope) {
      const copy = await copyRequest(request)
      return race(next, copy, scope.child(timeoutMs * TIME_SHARE), calls)
    }
}

/** Without a complete answer the last one counts, and without any the last error. */
function race(next: Pipe, request: PipeRequest, scope: Scope, calls: number): Promise<PipeResponse> {
  return new Promise((resolve, reject) => {
    let pending = calls
    let lastResponse: PipeResponse | null = null
    let lastError: Error | null = null
    const finish = (): void => {
      scope.close()
      if (lastResponse === null) reject(lastError)
      else resolve(lastError === null ? lastResponse : { ...lastResponse, error: lastError })
    }
    for (let i = 0; i < calls; i++) {
      const call = scope.child()
      next(request, call).then(
        (response) => {
          pending--
          if (response.isComplete && lastResponse?.isComplete !== true) {
            lastResponse = response
            lastError = null
            // The winner's stream lives on; the others are told that nobody waits for them.
            call.close()
            scope.end()
            resolve(response)
            return
          }
          lastResponse ??= response
          discardBody(response.body)
          if (pending === 0) finish()
        },
        (error: unknown) => {
          pending--
          lastError = asError(error)
          if (pending === 0 && lastResponse?.isComplete !== true) finish()
        },
      )
    }
  })
}
