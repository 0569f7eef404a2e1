// Metrics to an OTLP collector, encoded and carried by OpenTelemetry's own exporters, which are loaded when they are needed.

import type { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-proto'
import { SCHEMA_URL, SCOPE } from './instrument-scope.ts'
import type { Attributes, Instrument, Series } from './metric-types.ts'
import { exportOnce, exportSettings, originOf, type OtlpAddress } from './otlp-address.ts'

type ResourceMetrics = Parameters<OTLPMetricExporter['export']>[0]
type Metric = ResourceMetrics['scopeMetrics'][number]['metrics'][number]

export interface OtlpMetrics {
  /** Everything since `startMs`, as it stands at `nowMs`: milliseconds since 1970. */
  send(series: readonly Series[], startMs: number, nowMs: number): Promise<void>
  close(): Promise<void>
}

// Numbers of the metrics SDK, which is not loaded for them.
const CUMULATIVE = 1
const TYPE_HISTOGRAM = 0
const TYPE_SUM = 3
const INT = 0
const DOUBLE = 1
const MS_PER_S = 1000
const NS_PER_MS = 1e6

export async function openOtlpMetrics(address: OtlpAddress, resource: Attributes): Promise<OtlpMetrics> {
  const { resourceFromAttributes } = await import('@opentelemetry/resources')
  const exporter = await openExporter(address)
  const whose = resourceFromAttributes(Object.fromEntries(resource), { schemaUrl: SCHEMA_URL })
  return {
    send(series, startMs, nowMs) {
      const times = { startTime: toHrTime(startMs), endTime: toHrTime(nowMs) }
      return exportOnce(exporter, { resource: whose, scopeMetrics: [{ scope: SCOPE, metrics: metricsOf(series, times) }] })
    },
    close: () => exporter.shutdown(),
  }
}

async function openExporter(address: OtlpAddress): Promise<Pick<OTLPMetricExporter, 'export' | 'shutdown'>> {
  const origin = originOf(address)
  if (!address.isHttp) {
    const { OTLPMetricExporter: Grpc } = await import('@opentelemetry/exporter-metrics-otlp-grpc')
    return new Grpc({ url: origin, ...exportSettings(address) })
  }
  const { OTLPMetricExporter: Http } = await import('@opentelemetry/exporter-metrics-otlp-proto')
  return new Http({ url: `${origin}/v1/metrics`, ...exportSettings(address) })
}

interface Times {
  readonly startTime: [number, number]
  readonly endTime: [number, number]
}

function metricsOf(series: readonly Series[], times: Times): Metric[] {
  const byInstrument = Map.groupBy(series, ({ instrument }) => instrument)
  return [...byInstrument].map(([instrument, list]): Metric => {
    const { name, description, unit, bounds } = instrument
    const isHistogram = bounds !== null
    const metric: unknown = {
      descriptor: {
        name,
        description,
        unit,
        type: isHistogram ? 'HISTOGRAM' : 'COUNTER',
        valueType: unit === 's' || isHistogram ? DOUBLE : INT,
        advice: {},
      },
      aggregationTemporality: CUMULATIVE,
      dataPointType: isHistogram ? TYPE_HISTOGRAM : TYPE_SUM,
      ...(isHistogram ? null : { isMonotonic: true }),
      dataPoints: list.map(({ attributes, values }) => ({
        ...times,
        attributes: Object.fromEntries(attributes),
        value: isHistogram ? histogramOf(instrument, values) : values[0],
      })),
    }
    return metric as Metric
  })
}

function histogramOf({ bounds }: Instrument, values: readonly number[]): object {
  const boundaries = bounds ?? []
  const counts = values.slice(0, boundaries.length + 1)
  return { buckets: { boundaries, counts }, count: counts.reduce((sum, count) => sum + count, 0), sum: values.at(-1) }
}

function toHrTime(ms: number): [number, number] {
  const seconds = Math.floor(ms / MS_PER_S)
  return [seconds, Math.round((ms - seconds * MS_PER_S) * NS_PER_MS)]
}
