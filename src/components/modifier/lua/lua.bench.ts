// What one request pays for scripts: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const PRE = `local r = request.load()
r:headers('X-User', r:params('Id'))
r:headers('X-Method', r:method())
r:query('a=1')`

const POST = `local r = response.load()
local d = r:data()
d:set('seen', d:get('id'))
r:headers('X-Seen', d:len())`

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + lua-proxy, pre and post of five calls each',
    path: '/lua/7',
    endpoints: [
      {
        endpoint: '/lua/{id}',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { 'modifier/lua-proxy': { pre: PRE, post: POST } },
      },
    ],
    target: 'row 1 + 1',
    check: (body) => 'seen' in (JSON.parse(body) as object),
  },
  {
    name: 'one JSON backend + lua-endpoint of five calls',
    path: '/lua/7',
    endpoints: [
      {
        endpoint: '/lua/{id}',
        input_headers: ['X-User'],
        backend: [{ url_pattern: '/small.json' }],
        extra_config: {
          'modifier/lua-endpoint': {
            pre: `local c = ctx.load() if c:method() == 'GET' and c:headers('X-Bad') == '' then c:headers('X-User', c:params('id')) end`,
          },
        },
      },
    ],
    target: 'row 1 + 0.5',
  },
]
