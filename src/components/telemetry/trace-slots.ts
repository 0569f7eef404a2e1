// Where the parts of a request find the span that they belong to. Several may trace one request, each with spans of its own.

import type { Scope, Slot } from '../../engine/scope.ts'
import type { PipeRequest } from '../../engine/types.ts'
import type { TraceContext } from './trace-context.ts'

/** What a request carries: the span of one of those who trace it, and those of the others. */
class SpanSeat {
  readonly owner: Slot<TraceContext>
  readonly context: TraceContext
  readonly around: object | undefined

  constructor(owner: Slot<TraceContext>, context: TraceContext, around: object | undefined) {
    this.owner = owner
    this.context = context
    this.around = around
  }
}

/** The span of the request: of the pipe around, else of the whole exchange, else what the caller sent; null for none. */
export function parentOf({ span }: Pick<PipeRequest, 'span'>, scope: Scope, current: Slot<TraceContext>): TraceContext | null {
  for (let seat = span; seat instanceof SpanSeat; seat = seat.around) if (seat.owner === current) return seat.context
  return current.get(scope) ?? null
}

/** The request for what stands inside a span. `current` tells whose span it is. */
export function withSpan(request: PipeRequest, current: Slot<TraceContext>, context: TraceContext): PipeRequest {
  return { ...request, span: new SpanSeat(current, context, request.span) }
}
