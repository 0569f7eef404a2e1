// What one request pays for `_gw/cache` when its answer is there: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend, answer kept at the endpoint',
    path: '/kept',
    endpoints: [{ endpoint: '/kept', backend: [{ url_pattern: '/small.json' }], extra_config: { '_gw/cache': { ttl: '1h' } } }],
    target: '≤ row 1',
  },
]
