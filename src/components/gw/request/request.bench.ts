// What one request pays for a call that is built: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + built request',
    path: '/built/small.json',
    endpoints: [
      {
        endpoint: '/built/{file}',
        backend: [
          {
            url_pattern: '/',
            extra_config: {
              '_gw/request': { path: '/{file}', query: { a: '{input_query_strings.a:-1}' }, headers: { 'X-A': 'v {file}' } },
            },
          },
        ],
      },
    ],
    target: 'row 1 + 0.3',
  },
]
