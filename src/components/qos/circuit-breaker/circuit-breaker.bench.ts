// What one request pays for `qos/circuit-breaker`: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + circuit breaker',
    path: '/breaker',
    endpoints: [
      {
        endpoint: '/breaker',
        backend: [{ url_pattern: '/small.json', extra_config: { 'qos/circuit-breaker': { interval: 60, timeout: 10, max_errors: 1 } } }],
      },
    ],
    target: 'row 1 + 0.1',
  },
]
