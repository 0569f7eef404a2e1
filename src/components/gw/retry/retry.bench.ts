// What one request pays for `_gw/retry` when nothing fails: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + retries',
    path: '/retry',
    endpoints: [{ endpoint: '/retry', backend: [{ url_pattern: '/small.json', extra_config: { '_gw/retry': {} } }] }],
    target: 'row 1 + 0.1',
  },
]
