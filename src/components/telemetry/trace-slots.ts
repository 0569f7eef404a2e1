// Where the parts of a request find the span that they belong to.

import type { Scope, Slot } from '../../engine/scope.ts'
import type { PipeRequest } from '../../engine/types.ts'
import type { TraceContext } from './trace-context.ts'
import { Span, UNSAMPLED } from './tracer.ts'

/** The span of the request: of the pipe around, else of the whole exchange, else what the caller sent; null for none. */
export function parentOf({ span }: Pick<PipeRequest, 'span'>, scope: Scope, current: Slot<TraceContext>): TraceContext | null {
  if (span instanceof Span || span === UNSAMPLED) return span as TraceContext
  return current.get(scope) ?? null
}
