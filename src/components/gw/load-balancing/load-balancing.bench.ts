// What one request pays for `_gw/load-balancing`: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + power of two choices, outlier detection',
    path: '/balanced',
    endpoints: [
      {
        endpoint: '/balanced',
        backend: [
          {
            url_pattern: '/small.json',
            extra_config: { '_gw/load-balancing': { policy: 'power_of_two_choices', outlier_detection: {} } },
          },
        ],
      },
    ],
    target: 'row 1 + 0.1',
  },
]
