// Spans to an OTLP collector, encoded and carried by OpenTelemetry's own exporters, which are loaded when they are needed.

import type { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import type { Clock } from '../../engine/compile/component.ts'
import { SCHEMA_URL, SCOPE } from './instrument-scope.ts'
import type { Attributes } from './metric-types.ts'
import { exportOnce, exportSettings, originOf, type OtlpAddress } from './otlp-address.ts'
import type { Span, SpanKind } from './tracer.ts'
import { WallClock } from './wall-clock.ts'

type ReadableSpan = Parameters<OTLPTraceExporter['export']>[0][number]

export interface OtlpTraces {
  readonly send: (spans: readonly Span[]) => Promise<void>
  readonly close: () => Promise<void>
}

// Numbers of OpenTelemetry's API, which is not loaded for them.
const KINDS: Readonly<Record<SpanKind, number>> = { internal: 0, server: 1, client: 2 }
const STATUSES: Readonly<Record<Span['status'], number>> = { unset: 0, ok: 1, error: 2 }
const NONE: never[] = []

export async function openOtlpTraces(address: OtlpAddress, resource: Attributes, clock: Clock): Promise<OtlpTraces> {
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const exporter = await openExporter(address)
  const whose = resourceFromAttributes(Object.fromEntries(resource), { schemaUrl: SCHEMA_URL })
  const wall = new WallClock(clock)
  return {
    send(spans) {
      const toHrTime = wall.converter()
      return exportOnce(
        exporter,
        spans.map((span) => readable(span, whose, toHrTime)),
      )
    },
    close: () => exporter.shutdown(),
  }
}

async function openExporter(address: OtlpAddress): Promise<OTLPTraceExporter> {
  const origin = originOf(address)
  if (!address.isHttp) {
    const { OTLPTraceExporter: Grpc } = await import('@opentelemetry/exporter-trace-otlp-grpc')
    return new Grpc({ url: origin, ...exportSettings(address) })
  }
  const { OTLPTraceExporter: Http } = await import('@opentelemetry/exporter-trace-otlp-proto')
  return new Http({ url: `${origin}/v1/traces`, ...exportSettings(address) })
}

type HrTime = [number, number]

/** A span as the exporters expect it. */
function readable(span: Span, resource: ReadableSpan['resource'], toHrTime: (ms: number) => HrTime): ReadableSpan {
  const { traceId, spanId, parentId, isParentRemote } = span
  const traceFlags = 1
  const whole: unknown = {
    name: span.name,
    kind: KINDS[span.kind],
    spanContext: () => ({ traceId, spanId, traceFlags, ...(span.state === '' ? null : { traceState: traceStateOf(span.state) }) }),
    ...(parentId === '' ? null : { parentSpanContext: { traceId, spanId: parentId, traceFlags, isRemote: isParentRemote } }),
    startTime: toHrTime(span.startMs),
    endTime: toHrTime(span.endMs),
    status: { code: STATUSES[span.status], ...(span.statusText === '' ? null : { message: span.statusText }) },
    attributes: span.attributes,
    links: NONE,
    events:
      span.events?.map(({ name, timeMs, attributes }) => ({
        name,
        time: toHrTime(timeMs),
        attributes: attributes,
      })) ?? NONE,
    duration: [0, 0],
    ended: true,
    resource,
    instrumentationScope: SCOPE,
    droppedAttributesCount: 0,
    droppedEventsCount: 0,
    droppedLinksCount: 0,
  }
  return whole as ReadableSpan
}

/** The exporters only write it. */
function traceStateOf(text: string): NonNullable<ReturnType<ReadableSpan['spanContext']>['traceState']> {
  const state = { set: () => state, unset: () => state, get: () => undefined, serialize: () => text }
  return state
}
