// What one request pays for `security/cors`: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + CORS with a list of origins',
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }],
    service: { 'security/cors': { allow_origins: ['https://a.example', 'https://*.b.example'], expose_headers: ['X-Total'] } },
    headers: { Origin: 'https://www.b.example' },
    target: 'row 1 + 0.1',
  },
]
