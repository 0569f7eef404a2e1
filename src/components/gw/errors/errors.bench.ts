// What one good request pays for `_gw/errors` and `_gw/required`: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + own errors',
    path: '/errors',
    endpoints: [
      { endpoint: '/errors', backend: [{ url_pattern: '/small.json' }], extra_config: { '_gw/errors': { format: 'problem+json' } } },
    ],
    target: 'row 1',
  },
]
