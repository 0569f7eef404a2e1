// What compressing an answer costs: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const row = (encoding: string, target: string): BenchRow => ({
  name: `JSON of 117 KB, two fields of each item, in ${encoding}`,
  path: '/compressed',
  endpoints: [
    {
      endpoint: '/compressed',
      backend: [
        {
          url_pattern: '/big.json',
          allow: Array.from({ length: 100 }, (_none, i) => [`item${i}.id`, `item${i}.name`, `item${i}.owner`]).flat(),
        },
      ],
      extra_config: { '_gw/compression': { encodings: [encoding] } },
    },
  ],
  headers: { 'Accept-Encoding': encoding },
  target,
})

export const rows: readonly BenchRow[] = [
  {
    name: 'no-op, 10 KB in gzip',
    path: '/medium',
    endpoints: [
      {
        endpoint: '/medium',
        output_encoding: 'no-op',
        backend: [{ url_pattern: '/medium.json', encoding: 'no-op' }],
        extra_config: { '_gw/compression': { encodings: ['gzip'] } },
      },
    ],
    headers: { 'Accept-Encoding': 'gzip' },
    target: 'nginx × 1.5',
    nginx: '/gzip/medium.json',
  },
  row('gzip', 'nginx × 1.5'),
  row('br', 'as gzip × 1.5'),
  {
    name: 'one JSON backend + compression that the client does not want',
    path: '/plain',
    endpoints: [{ endpoint: '/plain', backend: [{ url_pattern: '/small.json' }], extra_config: { '_gw/compression': {} } }],
    target: 'row 1 + 0.1',
  },
]
