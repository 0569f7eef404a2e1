// What one request pays for a plugin around a backend's HTTP client: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + a client plugin around it',
    path: '/small',
    endpoints: [
      { endpoint: '/small', backend: [{ url_pattern: '/small.json', extra_config: { 'plugin/http-client': { name: 'around' } } }] },
    ],
    pluginFolder: 'plugins',
    files: { 'plugins/around.mjs': 'export default async (_request, next) => next()\n' },
    target: 'row 1 + 0.3',
  },
]
