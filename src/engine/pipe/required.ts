// Backends without which an endpoint has no answer: when one of them has failed, and whose failure that is. Knows nothing of merging.

import type { BackendConfig } from '../../config/types.ts'
import { GatewayError } from '../errors.ts'
import { neededBackend } from '../ports.ts'
import type { Scope } from '../scope.ts'
import type { PipeResponse } from '../types.ts'

const INCOMPLETE = new GatewayError('a required answer is incomplete', { code: 'ERR_BACKEND_BODY', source: 'backend' })
const UNASKED = new GatewayError('a required step was not reached', { code: 'ERR_STEP', source: 'backend' })

export interface Required {
  /** Whether the endpoint fails when this backend does; if so, notes whose failure it is. */
  isNeeded(index: number, scope: Scope): boolean
  /** Why an answer of this backend is none; null where it is one, or nobody needs it. */
  failureOf(index: number, response: PipeResponse, scope: Scope): Error | null
  /** Throws where a sequence has ended before a step that nothing is worth anything without. */
  refuseUnasked(parts: readonly PipeResponse[], failure: Error | null): void
}

/** Null where no backend is needed. `backends` are those that are merged, in the order of the file. */
export function compileRequired(backends: readonly BackendConfig[], needed: ReadonlySet<BackendConfig>): Required | null {
  const last = backends.findLastIndex((backend) => needed.has(backend))
  if (last < 0) return null
  const places = backends.map((backend) => (needed.has(backend) ? (backend.at.at(-1) as number) : null))
  const isNeeded = (index: number, scope: Scope): boolean => {
    const place = places[index] ?? null
    if (place !== null && neededBackend.get(scope) === undefined) neededBackend.set(scope, place)
    return place !== null
  }
  return {
    isNeeded,
    failureOf(index, { data, error, isComplete, isTolerated = false, body }, scope) {
      const isWhole = error === null && (data !== null || body !== null) && (isComplete || isTolerated)
      return isWhole || !isNeeded(index, scope) ? null : (error ?? INCOMPLETE)
    },
    refuseUnasked({ length }, failure) {
      if (last >= length) throw failure ?? UNASKED
    },
  }
}
