// Measures each HTTP request to a backend, from the question to the last byte of the answer, and carries the trace on.

import type { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse, CallCourse, Layer, Sender } from '../../../engine/types.ts'
import { parentOf } from '../trace-slots.ts'
import { courseOf, onBodyEnd } from '../call-course.ts'
import type { Span } from '../tracer.ts'
import { type CallMetricsInit, compileCallMetrics } from './call-metrics.ts'
import { addReadSpan, type CallSpansInit, endCallSpan, startCallSpan } from './call-spans.ts'

/** One request under way. Moments are those of `performance.now()`, as the wire notes them. */
export interface Call {
  readonly request: BackendRequest
  readonly scope: Scope
  readonly course: CallCourse
  readonly startMs: number
  /** Null while there is none, and when it failed. */
  response: BackendResponse | null
  error: Error | null
  /** What the response announces; -1 unknown. */
  contentLength: number
  /** When the last byte came, or it failed. */
  endMs: number
}

export interface CallLayerInit {
  readonly steady: () => number
  /** Null without. */
  readonly metrics: CallMetricsInit | null
  readonly traces: CallSpansInit | null
}

/** Null where nothing is measured. */
export function callLayer({ steady, metrics, traces }: CallLayerInit): Layer<Sender> | null {
  if (metrics === null && traces === null) return null
  const counted = metrics === null ? null : compileCallMetrics(metrics)
  const offsetMs = steady() - performance.now()
  return (next) =>
    function measureCall(request, scope) {
      const parent = traces === null ? null : parentOf(request, scope, traces.current)
      let span: Span | null = null
      let carrying = request
      if (traces !== null && traces.tracer.samples(parent)) [span, carrying] = startCallSpan(traces, request, parent)
      const call = beginCall(request, scope)
      const onRead = (failure: Error | null): void => {
        call.endMs = performance.now()
        counted?.onRead(call, failure !== null)
        if (span !== null && traces?.hasRead === true) addReadSpan(traces, span, call, failure, offsetMs)
      }
      const onHead = (): void => {
        call.endMs = performance.now()
        counted?.onHead(call)
        if (span !== null) endCallSpan(traces as CallSpansInit, span, call, offsetMs)
      }
      return next({ ...carrying, course: call.course }, scope).then(
        (response) => {
          call.response = response
          call.contentLength = lengthOf(response)
          onHead()
          onBodyEnd(response, onRead)
          return response
        },
        (error: unknown) => {
          call.error = error as Error
          onHead()
          throw error
        },
      )
    }
}

function beginCall(request: BackendRequest, scope: Scope): Call {
  return { request, scope, course: courseOf(request), startMs: performance.now(), response: null, error: null, contentLength: -1, endMs: 0 }
}

/** compat: of a status that has no body Go knows the length. */
function lengthOf({ headers, statusCode }: BackendResponse): number {
  if (statusCode === 204 || statusCode === 304) return 0
  const written = headers.get('Content-Length')
  return written === undefined ? -1 : Number(written)
}
