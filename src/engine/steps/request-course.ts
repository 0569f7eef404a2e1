// What a request's calls of backends came to, noted for whoever tells of requests (access log, trace). Nothing is noted where nobody does.

import type { BackendConfig } from '../../config/types.ts'
import { step, type Site } from '../compile/component.ts'
import { asError, CANCELED } from '../errors.ts'
import { describeFailure } from '../failures.ts'
import { type Scope, slot } from '../scope.ts'
import type { BackendRequest } from '../types.ts'

/** One HTTP call, redirects included. */
export interface Attempt {
  /** Scheme, host and port. */
  readonly origin: string
  /** Path and query, encoded. */
  readonly path: string
  /** 0 where no answer came. */
  readonly status: number
  /** `ERR_…`; null for an answer. */
  readonly code: string | null
  readonly ms: number
}

/** security: a loop over a client's list, and what is repeated, may make any number of calls. */
const MAX_ATTEMPTS = 32

/** What became of one backend. */
export class BackendCourse {
  /** Its place in the file. */
  readonly index: number
  readonly startMs = performance.now()
  /** Until its answer was there; -1 before. */
  ms = -1
  /** Of its failure. */
  code: string | null = null
  /** All of them, kept or not. */
  tries = 0
  /** The one that counted. */
  last: Attempt | null = null
  /** The first ones, where somebody wants more than the last. */
  readonly attempts: Attempt[] | null
  /** Whether what its `_gw/fallback` has was used in its place. */
  isFallback = false
  readonly #scope: Scope

  /** `scope` is that of everything that is done for the backend. */
  constructor(index: number, keepsAttempts: boolean, scope: Scope) {
    this.index = index
    this.#scope = scope
    this.attempts = keepsAttempts ? [] : null
  }

  end(error: Error | null): void {
    this.ms = performance.now() - this.startMs
    this.code = error === null ? null : describeFailure(error).code
  }

  /** One that was called off while others went on (hedging, concurrent calls) ends last, and counts for nothing. */
  note(attempt: Attempt, { reason }: Scope): void {
    this.tries++
    if (this.last === null || reason !== CANCELED || this.#scope.ended) this.last = attempt
    if (this.attempts !== null && this.attempts.length < MAX_ATTEMPTS) this.attempts.push(attempt)
  }
}

/** The backends of one request, by their place in the file; holes for those that were not asked. */
export class RequestCourse {
  readonly backends: (BackendCourse | undefined)[] = []
  keepsAttempts = false
}

/** Set by whoever wants to know. */
export const requestCourse = slot<RequestCourse>()

/** The request's course, made if need be. */
export function courseOf(scope: Scope): RequestCourse {
  let course = requestCourse.get(scope)
  if (course === undefined) requestCourse.set(scope, (course = new RequestCourse()))
  return course
}

/** Whether somebody may want to know: said while layers of the server are built. */
export function courseWatch({ once }: Pick<Site, 'once'>): { isWanted: boolean } {
  return once('course of requests', () => ({ isWanted: false }))
}

export const backendCourse = step({
  stage: 'backend',
  name: 'course',
  build(site) {
    const { endpoint, backend } = site
    // What a fallback does is part of the course of the backend that it stands in for.
    if (endpoint === null || backend === null || !endpoint.backends.includes(backend) || !courseWatch(site).isWanted) return null
    const index = indexOf(backend)
    return (next) =>
      function followBackend(request, scope) {
        const course = requestCourse.get(scope)
        if (course === undefined) return next(request, scope)
        const own = (course.backends[index] = new BackendCourse(index, course.keepsAttempts, scope))
        return next(request, scope).then(
          (response) => {
            own.end(response.error)
            return response
          },
          (thrown: unknown) => {
            own.end(asError(thrown))
            throw thrown
          },
        )
      }
  },
})

export const callCourse = step({
  stage: 'executor',
  name: 'course',
  build(site) {
    const { backend } = site
    if (backend === null || !courseWatch(site).isWanted) return null
    const index = indexOf(backend)
    return (next) =>
      function followCall(request, scope) {
        const own = requestCourse.get(scope)?.backends[index]
        if (own === undefined) return next(request, scope)
        const startMs = performance.now()
        return next(request, scope).then(
          (response) => {
            own.note(attemptOf(request, startMs, response.statusCode, null), scope)
            return response
          },
          (thrown: unknown) => {
            own.note(attemptOf(request, startMs, 0, describeFailure(asError(thrown)).code), scope)
            throw thrown
          },
        )
      }
  },
})

/** Notes that something stands in for a backend that has failed. */
export function noteFallback(backend: BackendConfig, scope: Scope): void {
  const own = requestCourse.get(scope)?.backends[indexOf(backend)]
  if (own !== undefined) own.isFallback = true
}

function attemptOf({ origin, path }: BackendRequest, startMs: number, status: number, code: string | null): Attempt {
  return { origin, path, status, code, ms: performance.now() - startMs }
}

/** That of a fallback is the one that it stands in for. */
function indexOf({ at }: BackendConfig): number {
  return Number(at[at.indexOf('backend') + 1])
}
