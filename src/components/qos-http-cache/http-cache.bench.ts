// What one answer from `qos/http-cache` costs: a row of `npm run bench`.

import type { BenchRow } from '../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'answer from the cache',
    path: '/cached',
    endpoints: [
      {
        endpoint: '/cached',
        backend: [
          {
            url_pattern: '/small.json',
            extra_config: {
              'qos/http-cache': {},
              'modifier/martian': {
                'header.Modifier': { scope: ['response'], name: 'Cache-Control', value: 'max-age=3600' },
              },
            },
          },
        ],
      },
    ],
    target: '≤ 1.2',
  },
]
