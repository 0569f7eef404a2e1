// What a request pays for backends that must answer: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'three backends merged, two of them required',
    path: '/required',
    endpoints: [
      {
        endpoint: '/required',
        backend: [
          { url_pattern: '/small.json', extra_config: { '_gw/required': true } },
          { url_pattern: '/small.json', group: 'b', extra_config: { '_gw/required': true } },
          { url_pattern: '/small.json', group: 'c' },
        ],
      },
    ],
    target: 'merged + 0.1',
  },
]
