// Measures pipes: what an endpoint does for its answer, and what one backend does, failures and limits included.

import { CANCELED, MergeError } from '../../../engine/errors.ts'
import type { Scope, Slot } from '../../../engine/scope.ts'
import type { Layer, Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import type { Histogram, MetricStore } from '../metric-store.ts'
import { type Attributes, attributesOf } from '../metric-types.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { parentOf, withSpan } from '../trace-slots.ts'
import { Span, type SpanValue, type Tracer, UNSAMPLED } from '../tracer.ts'
import type { HeaderSettings } from './settings.ts'
import { addHeaders } from './span-attributes.ts'

export interface StageLayerInit {
  readonly now: () => number
  /** Null without metrics. */
  readonly metrics: { readonly store: MetricStore; readonly instrument: number; readonly attributes: Attributes } | null
  /** Null without traces. */
  readonly traces: {
    readonly tracer: Tracer
    readonly name: string
    readonly attributes: Readonly<Record<string, SpanValue>>
    readonly headers: HeaderSettings
    readonly current: Slot<TraceContext>
  } | null
}

/** What became of a request. */
interface Outcome {
  readonly error: boolean
  readonly canceled: boolean
  readonly complete: boolean
}

const MS_PER_S = 1000
const FAILED = 500

/** Null where nothing is measured. */
export function stageLayer({ now, metrics, traces }: StageLayerInit): Layer<Pipe> | null {
  if (metrics === null && traces === null) return null
  const record = metrics === null ? null : compileRecorder(metrics)
  return (next) =>
    function measurePipe(request, scope) {
      const startMs = now()
      const parent = traces === null ? null : parentOf(request, scope, traces.current)
      const span = traces !== null && traces.tracer.samples(parent) ? startSpan(traces, request, parent, startMs) : null
      const inner =
        traces === null || (span === null && parent === UNSAMPLED) ? request : withSpan(request, traces.current, span ?? UNSAMPLED)
      const finish = (response: PipeResponse | null, error: Error | null): void => {
        const endMs = now()
        const outcome = outcomeOf(response, error, scope)
        record?.((endMs - startMs) / MS_PER_S, outcome)
        if (span !== null && traces !== null) endSpan(traces, span, outcome, response, error, endMs)
      }
      return next(inner, scope).then(
        (response) => {
          finish(response, response.error)
          return response
        },
        (error: unknown) => {
          finish(null, error as Error)
          throw error
        },
      )
    }
}

/** compat: a merge of which any part was canceled is canceled, and failed if another part failed otherwise. */
function outcomeOf(response: PipeResponse | null, error: Error | null, scope: Scope): Outcome {
  const complete = response?.isComplete === true
  if (error === null) return { error: false, canceled: false, complete }
  const parts = error instanceof MergeError ? error.errors : []
  const canceled = error === CANCELED || scope.reason === CANCELED || parts.includes(CANCELED)
  return { error: !canceled || parts.some((part) => part !== CANCELED), canceled, complete }
}

function compileRecorder({
  store,
  instrument,
  attributes,
}: NonNullable<StageLayerInit['metrics']>): (seconds: number, of: Outcome) => void {
  const known: (Histogram | undefined)[] = new Array<undefined>(8).fill(undefined)
  return function record(seconds, { error, canceled, complete }) {
    const at = (error ? 4 : 0) + (canceled ? 2 : 0) + (complete ? 1 : 0)
    const all = (): Attributes => attributesOf([...attributes, ['error', error], ['canceled', canceled], ['complete', complete]])
    const histogram = (known[at] ??= store.histogram(instrument, all()))
    histogram.record(seconds)
  }
}

function startSpan(
  { name, attributes, headers }: NonNullable<StageLayerInit['traces']>,
  request: PipeRequest,
  parent: TraceContext | null,
  startMs: number,
): Span {
  const span = new Span(name, 'internal', parent, startMs, { ...attributes })
  addHeaders(span, 'http.request.header.', request.headers, headers)
  return span
}

function endSpan(
  { tracer, headers }: NonNullable<StageLayerInit['traces']>,
  span: Span,
  of: Outcome,
  response: PipeResponse | null,
  error: Error | null,
  endMs: number,
): void {
  const { attributes } = span
  attributes['http.response.status_code'] = error === null ? (response?.statusCode ?? 0) : FAILED
  if (error === null && response?.headers) addHeaders(span, 'http.response.header.', response.headers, headers)
  if (of.canceled) attributes['canceled'] = true
  else if (error !== null) attributes['error'] = cut(error.message)
  attributes['complete'] = of.complete
  tracer.end(span, endMs)
}
