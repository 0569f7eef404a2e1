// What one request pays for `_gw/fallback` when nothing fails: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + fallback',
    path: '/fallback',
    endpoints: [{ endpoint: '/fallback', backend: [{ url_pattern: '/small.json', extra_config: { '_gw/fallback': { data: {} } } }] }],
    target: 'row 1 + 0.1',
  },
]
