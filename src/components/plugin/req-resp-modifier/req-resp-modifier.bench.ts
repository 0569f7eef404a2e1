// What one request pays for a pair that writes one header each way: a row of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const HEADERS = `export default {
  name: 'headers',
  setup: () => ({
    request(request) { request.headers.set('X-In', '1') },
    response(response) { response.headers.set('X-Out', '1') },
  }),
}
`

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + a modifier, one header each way',
    path: '/small',
    endpoints: [
      {
        endpoint: '/small',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { 'plugin/req-resp-modifier': { name: ['headers'] } },
      },
    ],
    pluginFolder: 'plugins',
    files: { 'plugins/headers.mjs': HEADERS },
    target: 'row 1 + 0.2',
  },
]
