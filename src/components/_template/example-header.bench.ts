// What one request pays for `example/header`: a row of `npm run bench`.

import type { BenchRow } from '../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + example header',
    path: '/example-header/7',
    endpoints: [
      {
        endpoint: '/example-header/{id}',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { 'example/header': { value: 'item {Id}' } },
      },
    ],
    target: 'row 1 + 0.1',
  },
]
