// Spans of pipes: what an endpoint does for its answer, and what one backend does, failures and limits included.

import { CANCELED } from '../../../engine/errors.ts'
import type { Scope, Slot } from '../../../engine/scope.ts'
import type { Layer, Pipe, PipeResponse } from '../../../engine/types.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { parentOf, withSpan } from '../trace-slots.ts'
import { Span } from '../tracer.ts'
import type { CensusTracer } from './census-tracer.ts'

export interface PipeLayerInit {
  /** `pipe-/a/:id`, `backend-/b/{{.Id}}`. */
  readonly name: string
  readonly tracer: CensusTracer
  readonly current: Slot<TraceContext>
}

export function pipeLayer({ name, tracer, current }: PipeLayerInit): Layer<Pipe> {
  return (next) =>
    function tracePipe(request, scope) {
      const span = tracer.begin(name, 'internal', parentOf(request, scope, current), tracer.now())
      const inner = withSpan(request, current, span)
      if (!(span instanceof Span)) return next(inner, scope)
      return next(inner, scope).then(
        (response) => {
          describe(span, response, response.error, scope)
          tracer.end(span)
          return response
        },
        (error: unknown) => {
          describe(span, null, error as Error, scope)
          tracer.end(span)
          throw error
        },
      )
    }
}

function describe({ attributes }: Span, response: PipeResponse | null, error: Error | null, scope: Scope): void {
  if (error === CANCELED || (error !== null && scope.reason === CANCELED)) attributes['canceled'] = true
  else if (error !== null) attributes['error'] = cut(error.message)
  attributes['complete'] = response?.isComplete === true
}
