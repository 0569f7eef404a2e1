// What one request pays for being measured: rows of `npm run bench`. The collector is nobody: spans are encoded, and their sending fails.

import type { BenchRow } from '../../../../bench/rows.ts'

const PROMETHEUS_PORT = 28_090
const COLLECTOR_PORT = 28_091

function row(name: string, block: object, target: string): BenchRow {
  return {
    name: `one JSON backend + ${name}`,
    path: '/measured',
    endpoints: [{ endpoint: '/measured', backend: [{ url_pattern: '/small.json' }] }],
    service: { 'telemetry/opentelemetry': block },
    target,
  }
}

const prometheus = [{ name: 'p', host: '127.0.0.1', port: PROMETHEUS_PORT }]
const otlp = [{ name: 'o', host: '127.0.0.1', port: COLLECTOR_PORT, use_http: true }]

export const rows: readonly BenchRow[] = [
  row('Prometheus metrics', { exporters: { prometheus } }, 'row 1 + 0.4'),
  row('OpenTelemetry metrics and traces at 1 %', { exporters: { otlp }, trace_sample_rate: 0.01 }, 'row 1 + 1.0'),
  row('OpenTelemetry metrics and traces at 100 %', { exporters: { otlp } }, 'row 1 + 3'),
]
