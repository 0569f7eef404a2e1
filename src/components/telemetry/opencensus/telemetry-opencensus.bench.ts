// What one request pays for being measured in the words of OpenCensus: rows of `npm run bench`. Zipkin is nobody: spans are encoded, and their sending fails.

import type { BenchRow } from '../../../../bench/rows.ts'

const PROMETHEUS_PORT = 28_092
const ZIPKIN = 'http://127.0.0.1:28093/api/v2/spans'

function row(name: string, block: object, target: string): BenchRow {
  return {
    name: `one JSON backend + ${name}`,
    path: '/measured',
    endpoints: [{ endpoint: '/measured', backend: [{ url_pattern: '/small.json' }] }],
    service: { 'telemetry/opencensus': block },
    target,
  }
}

export const rows: readonly BenchRow[] = [
  row('OpenCensus metrics', { exporters: { prometheus: { port: PROMETHEUS_PORT } } }, 'row 1 + 1.5'),
  row('OpenCensus traces at 100 %', { sample_rate: 100, exporters: { zipkin: { collector_url: ZIPKIN } } }, 'row 1 + 3'),
]
