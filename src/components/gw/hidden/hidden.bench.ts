// What one request pays for a part that is not seen: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'two JSON backends, one hidden',
    path: '/hidden',
    endpoints: [
      {
        endpoint: '/hidden',
        backend: [{ url_pattern: '/small.json', extra_config: { '_gw/hidden': true } }, { url_pattern: '/small.json' }],
      },
    ],
    target: 'the row of two backends',
  },
]
