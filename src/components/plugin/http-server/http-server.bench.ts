// What one request pays for a plugin around the router: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + a server plugin that only looks',
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }],
    service: { 'plugin/http-server': { name: ['look'] } },
    pluginFolder: 'plugins',
    files: { 'plugins/look.mjs': 'export default async (_request, next) => next()\n' },
    target: 'row 1 + 0.3',
  },
  {
    name: 'one JSON backend + ip-filter and url-rewrite around the router',
    path: '/alias',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }],
    service: {
      'plugin/http-server': {
        name: ['url-rewrite', 'ip-filter'],
        'ip-filter': { CIDR: ['192.0.2.0/24', '2001:db8::/32'] },
        'url-rewrite': { literal: { '/alias': '/small' } },
      },
    },
    target: 'row 1 + 0.3',
  },
]
