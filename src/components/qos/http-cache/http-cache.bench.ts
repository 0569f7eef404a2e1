// What one answer from `qos/http-cache` costs: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'answer from the cache',
    path: '/cached',
    endpoints: [
      {
        endpoint: '/cached',
        backend: [{ url_pattern: '/cacheable.json', extra_config: { 'qos/http-cache': {} } }],
      },
    ],
    target: '≤ 1.2',
  },
]
