// What one request pays for `validation/cel`: a row of `npm run bench`. Run by itself it measures two expressions alone.

import type { BenchRow } from '../../../../bench/rows.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { makeRequest, makeSite } from '../../../testing/index.ts'
import { RequestContext } from './contexts.ts'
import { compilePhase } from './phases.ts'
import { bindRequest } from './variables.ts'

const texts = ["int(req_params.Id) % 2 == 0 && req_method in ['GET', 'HEAD']", "req_headers['X-Tenant'][0].matches('^[a-z]+-[0-9]+$')"]

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + two CEL expressions',
    path: '/items/42',
    endpoints: [
      {
        endpoint: '/items/{id}',
        input_headers: ['X-Tenant'],
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { 'validation/cel': texts.map((text) => ({ check_expr: text })) },
      },
    ],
    // What each expression said is a line for debugging.
    service: { 'telemetry/logging': { level: 'WARNING', stdout: true } },
    headers: { 'X-Tenant': 'acme-17' },
    target: 'row 1 + 0.4',
  },
]

function measureAlone(): void {
  const evaluators = compilePhase(texts, 'pre', bindRequest(makeSite()), (error) => {
    throw error
  })
  const request = makeRequest({ params: new Map([['Id', '42']]), headers: new HeaderMap(['Accept', '*/*', 'X-Tenant', 'acme-17']) })
  const rounds = 300_000
  let refused = 0
  const start = performance.now()
  for (let i = 0; i < rounds; i++) {
    const context = new RequestContext(request, start)
    for (const evaluator of evaluators) if (evaluator.run(context) !== true) refused++
  }
  const microseconds = ((performance.now() - start) * 1000) / rounds
  // oxlint-disable-next-line no-console -- a measurement is read on the screen
  console.log(`two expressions: ${microseconds.toFixed(2)} µs, ${refused} refused`)
}

if (import.meta.main) measureAlone()
