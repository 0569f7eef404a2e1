// What one request pays for `telemetry/metrics` and for lines of the log: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const ROW = { path: '/small', endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }] }

export const rows: readonly BenchRow[] = [
  {
    ...ROW,
    name: 'one JSON backend, 500 B + metrics',
    service: { 'telemetry/metrics': { listen_address: '127.0.0.1:0' } },
    target: 'row 1 + 0.4',
  },
  {
    ...ROW,
    name: 'one JSON backend, 500 B + access log',
    service: { router: { disable_access_log: false } },
    target: 'row 1 + 0.2',
  },
]
