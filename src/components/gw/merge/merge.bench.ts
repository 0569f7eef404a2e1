// What one request pays for parts that are joined member by member: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'two JSON backends, joined deep',
    path: '/joined',
    endpoints: [
      {
        endpoint: '/joined',
        backend: [{ url_pattern: '/small.json' }, { url_pattern: '/small.json' }],
        extra_config: { '_gw/merge': { strategy: 'deep' } },
      },
    ],
    target: 'the row of two backends + 1',
  },
]
