// What one request pays for its line: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const row = (name: string, block: object, target: string): BenchRow => ({
  name: `one JSON backend + ${name}`,
  path: '/logged',
  endpoints: [{ endpoint: '/logged', backend: [{ url_pattern: '/small.json' }] }],
  service: { '_gw/access-log': { output: '/dev/null', ...block } },
  target,
})

export const rows: readonly BenchRow[] = [
  row('JSON access log', {}, 'row 1 + 0.3'),
  row('JSON access log without backends', { fields: ['time', 'method', 'path', 'status', 'duration_ms', 'endpoint'] }, 'row 1 + 0.2'),
]
