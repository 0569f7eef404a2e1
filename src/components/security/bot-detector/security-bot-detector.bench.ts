// What one request pays for `security/bot-detector`: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const endpoints = [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }] }]
const rules = { allow: ['good'], deny: ['a', 'b'], patterns: ['(Pingdom.com_bot_version_).*', '(facebookexternalhit)/.*'] }
const headers = { 'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0' }

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + bot detector with two patterns',
    path: '/small',
    endpoints,
    service: { 'security/bot-detector': rules },
    headers,
    target: 'row 1 + 0.4',
  },
  {
    name: 'one JSON backend + bot detector that remembers',
    path: '/small',
    endpoints,
    service: { 'security/bot-detector': { ...rules, cache_size: 1000 } },
    headers,
    target: 'row 1 + 0.1',
  },
]
