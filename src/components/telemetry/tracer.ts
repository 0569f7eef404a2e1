// Spans: made only where a trace is sampled, handed on when they end. Knows neither how they travel nor where they go.

import type { Clock } from '../../engine/compile/component.ts'
import { newSpanId, newTraceId, type TraceContext } from './trace-context.ts'

export type SpanValue = string | number | boolean | string[]
export type SpanKind = 'internal' | 'server' | 'client'

export interface SpanEvent {
  readonly name: string
  readonly timeMs: number
  readonly attributes: Readonly<Record<string, SpanValue>>
}

/** Moments are those of `clock.steady`. */
export class Span implements TraceContext {
  readonly traceId: string
  readonly spanId = newSpanId()
  /** Empty at the root. */
  readonly parentId: string
  readonly isParentRemote: boolean
  readonly isSampled = true
  readonly isRemote = false
  readonly state: string
  readonly baggage: string
  readonly name: string
  readonly kind: SpanKind
  readonly startMs: number
  endMs = 0
  readonly attributes: Record<string, SpanValue>
  /** `ok` and `error` where somebody says so. */
  status: 'unset' | 'ok' | 'error' = 'unset'
  statusText = ''
  events: SpanEvent[] | null = null

  constructor(name: string, kind: SpanKind, parent: TraceContext | null, startMs: number, attributes: Record<string, SpanValue>) {
    this.traceId = parent === null ? newTraceId() : parent.traceId
    this.parentId = parent === null ? '' : parent.spanId
    this.isParentRemote = parent?.isRemote ?? false
    this.state = parent === null ? '' : parent.state
    this.baggage = parent === null ? '' : parent.baggage
    this.name = name
    this.kind = kind
    this.startMs = startMs
    this.attributes = attributes
  }
}

/** Where a trace was not sampled: what stands inside is not either. */
export const UNSAMPLED: TraceContext = { traceId: '', spanId: '', isSampled: false, isRemote: false, state: '', baggage: '' }

export interface TracerInit {
  readonly clock: Clock
  /** What part of new traces is recorded; null: all, whatever the caller decided. */
  readonly ratio: number | null
  /** Takes spans that have ended. */
  readonly take: (span: Span) => void
}

export class Tracer {
  readonly #init: TracerInit
  readonly now: () => number

  constructor(init: TracerInit) {
    this.#init = init
    this.now = init.clock.steady
  }

  /** Whether a span below `parent` is recorded. At a root it is decided, so ask once. */
  samples(parent: TraceContext | null): boolean {
    if (parent === UNSAMPLED) return false
    const { ratio } = this.#init
    if (ratio === null) return true
    return parent === null ? Math.random() < ratio : parent.isSampled
  }

  end(span: Span, endMs = this.now()): void {
    span.endMs = endMs
    this.#init.take(span)
  }
}
