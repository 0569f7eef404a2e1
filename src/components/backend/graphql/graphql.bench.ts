// What one request pays for `backend/graphql`: rows of `npm run bench`. The backend answers whatever it is asked.

import type { BenchRow } from '../../../../bench/rows.ts'

const query = 'query Hero($id: ID!) { hero(id: $id) { name } }'

function asking(name: string, method: string, variables: object, target: string): BenchRow {
  return {
    name,
    path: '/heroes/1001',
    endpoints: [
      {
        endpoint: '/heroes/{id}',
        backend: [
          {
            url_pattern: '/small.json',
            extra_config: { 'backend/graphql': { type: 'query', query, operationName: 'Hero', variables, method } },
          },
        ],
      },
    ],
    target,
  }
}

export const rows: readonly BenchRow[] = [
  asking('one JSON backend asked by GraphQL in the URL, fixed variables', 'GET', { id: '1001' }, 'row 1 + 0.3'),
  asking('one JSON backend asked by GraphQL in the URL, a parameter as variable', 'GET', { id: '{id}' }, 'row 1 + 0.5'),
]
