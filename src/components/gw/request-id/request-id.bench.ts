// What one request pays for its id: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + request id',
    path: '/request-id',
    endpoints: [{ endpoint: '/request-id', backend: [{ url_pattern: '/small.json' }] }],
    service: { '_gw/request-id': {} },
    target: 'row 1 + 0.1',
  },
]
