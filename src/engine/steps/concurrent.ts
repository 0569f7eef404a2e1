// `concurrent_calls`: asks a backend several times at once; the first complete answer wins.

import { copyRequest, discardBody, keepForBody } from '../body.ts'
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
function race(next: Pipe, request: PipeRequest, budget: Scope, calls: number): Promise<PipeResponse> {
  return new Promise((resolve, reject) => {
    const running = new Set<Scope>()
    let isWon = false
    let lastResponse: PipeResponse | null = null
    let lastError: Error | null = null
    const win = (response: PipeResponse): void => {
      isWon = true
      for (const loser of running) loser.end()
      keepForBody(budget, response.body)
      resolve(response)
    }
    const settle = (): void => {
      if (running.size > 0 || isWon) return
      budget.close()
      if (lastResponse === null) reject(lastError)
      else resolve(lastError === null ? lastResponse : { ...lastResponse, error: lastError })
    }
    for (let i = 0; i < calls; i++) {
      const call = budget.child()
      running.add(call)
      next(request, call).then(
        (response) => {
          running.delete(call)
          if (response.isComplete && !isWon) return win(response)
          lastResponse ??= response
          discardBody(response.body)
          return settle()
        },
        (error: unknown) => {
          running.delete(call)
          lastError = asError(error)
          settle()
        },
      )
    }
  })
}
