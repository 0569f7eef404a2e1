// What one request pays for a loop of five calls: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'a loop of five calls',
    path: '/loop/1,2,3,4,5',
    endpoints: [
      {
        endpoint: '/loop/{ids}',
        backend: [
          {
            url_pattern: '/',
            extra_config: { '_gw/for-each': { in: 'ids' }, '_gw/request': { path: '/small.json', query: { id: '{item}' } } },
          },
        ],
      },
    ],
    target: 'five times row 1',
  },
]
