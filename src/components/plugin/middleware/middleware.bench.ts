// What one request pays for middlewares: rows of `npm run bench`.

import type { BenchRow } from '../../../../bench/rows.ts'

const PASS = 'export default (_request, next) => next()\n'
const FIELD = `export default async (_request, next) => {
  const response = await next()
  response.data.seen = true
  return response
}
`

/** An endpoint with middlewares, and their modules. */
function row(name: string, target: string, modules: Readonly<Record<string, string>>): BenchRow {
  const names = Object.keys(modules)
  return {
    name: `one JSON backend + ${name}`,
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json' }], extra_config: { 'plugin/middleware': { name: names } } }],
    pluginFolder: 'plugins',
    files: Object.fromEntries(names.map((module) => [`plugins/${module}.mjs`, modules[module] as string])),
    target,
  }
}

export const rows: readonly BenchRow[] = [
  row('a middleware that passes', 'row 1 + 0.15', { pass: PASS }),
  row('a middleware that sets a field', 'row 1 + 0.5', { field: FIELD }),
  row('three middlewares that pass', 'row 1 + 0.45', { a: PASS, b: PASS, c: PASS }),
]
