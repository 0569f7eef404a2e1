// What an endpoint pays that passes fields of its backend on: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + output headers',
    path: '/output-headers',
    endpoints: [
      {
        endpoint: '/output-headers',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { '_gw/output-headers': ['ETag', 'Last-Modified', 'X-*'] },
      },
    ],
    target: 'row 1 + 0.1',
  },
]
