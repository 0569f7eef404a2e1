// What one request pays for `_gw/route`: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + a route of ours with the rest of a path',
    path: '/route/a/b',
    endpoints: [
      {
        endpoint: '/route/{rest}',
        backend: [{ url_pattern: '/small.json?{rest}' }],
        extra_config: { '_gw/route': { path: '/route/{rest*}', methods: ['GET', 'HEAD'] } },
      },
    ],
    target: 'row 1 + 0.1',
  },
]
