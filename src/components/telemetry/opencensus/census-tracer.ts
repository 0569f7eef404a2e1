// Who decides which traces are recorded, and makes their spans. Every request has a place in a trace, recorded or not: backends are told.

import type { Clock } from '../../../engine/compile/component.ts'
import { newSpanId, newTraceId, type TraceContext } from '../trace-context.ts'
import { Span, type SpanKind } from '../tracer.ts'

/** Whether a trace is recorded: by its identifier, and by what the caller has decided. */
export type Sampler = (traceId: string, isParentSampled: boolean) => boolean

/** The first half of the identifier, as far as a double is exact. */
const DIGITS = 13
const DIGIT_BITS = 4
const ALL = 100

/** compat: 0 and less records nothing, 100 and more everything, whatever the caller decided; else the caller may ask for more. */
export function samplerOf(percent: number): Sampler {
  if (percent <= 0) return () => false
  if (percent >= ALL) return () => true
  const bound = (percent / ALL) * 2 ** (DIGITS * DIGIT_BITS)
  return (traceId, isParentSampled) => isParentSampled || Number.parseInt(traceId.slice(0, DIGITS), 16) < bound
}

export interface CensusTracerInit {
  readonly clock: Clock
  readonly sampler: Sampler
  /** Takes spans that have ended; null where nobody wants them. */
  readonly take: ((span: Span) => void) | null
}

export class CensusTracer {
  readonly #init: CensusTracerInit
  /** Milliseconds, as spans have them. */
  readonly now: () => number

  constructor(init: CensusTracerInit) {
    this.#init = init
    this.now = init.clock.steady
  }

  /** Whether anybody takes spans. */
  get records(): boolean {
    return this.#init.take !== null
  }

  /** The place in the trace of what begins now: a Span where it is recorded. Decided at the root and where a caller's trace comes in. */
  begin(name: string, kind: SpanKind, parent: TraceContext | null, startMs: number): TraceContext {
    const traceId = parent?.traceId ?? newTraceId()
    const decides = parent === null || parent.isRemote
    const isSampled = decides ? this.#init.sampler(traceId, parent?.isSampled === true) : parent.isSampled
    if (isSampled && this.records) return new Span(name, kind, parent ?? { ...ROOT, traceId }, startMs, {})
    return { ...ROOT, traceId, spanId: newSpanId(), isSampled }
  }

  end(span: Span, endMs = this.now()): void {
    span.endMs = endMs
    this.#init.take?.(span)
  }
}

const ROOT: TraceContext = { traceId: '', spanId: '', isSampled: false, isRemote: false, state: '', baggage: '' }
