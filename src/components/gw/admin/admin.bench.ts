// What any other request pays where admin paths are open: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + admin paths',
    path: '/admin-beside',
    endpoints: [{ endpoint: '/admin-beside', backend: [{ url_pattern: '/small.json' }] }],
    service: { '_gw/admin': {} },
    target: 'row 1',
  },
]
