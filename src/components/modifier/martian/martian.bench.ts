// What one request pays for `modifier/martian`: a row of `npm run bench`. Run by itself it measures four modifiers alone.

import type { BenchRow } from '../../../../bench/rows.ts'
import { NO_BODY } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { Scope } from '../../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { makeSite } from '../../../testing/index.ts'
import { martian } from './index.ts'

const REQUEST = ['request']
const block = {
  'fifo.Group': {
    modifiers: [
      { 'header.Modifier': { scope: REQUEST, name: 'X-Tenant', value: 'acme' } },
      { 'querystring.Modifier': { scope: REQUEST, name: 'limit', value: '20' } },
      {
        'header.Filter': {
          name: 'X-Beta',
          value: 'on',
          modifier: { 'url.Modifier': { scope: REQUEST, path: '/beta' } },
        },
      },
      { 'header.Modifier': { scope: ['response'], name: 'X-Seen', value: 'yes' } },
    ],
  },
}

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + four Martian modifiers',
    path: '/small',
    endpoints: [{ endpoint: '/small', backend: [{ url_pattern: '/small.json', extra_config: { 'modifier/martian': block } }] }],
    target: 'row 1 + 0.9',
  },
]

async function measureAlone(): Promise<void> {
  const response: BackendResponse = {
    statusCode: 200,
    headers: new HeaderMap(['Content-Type', 'application/json', 'Date', 'now', 'Content-Length', '2']),
    body: Buffer.from('{}'),
    url: 'http://h/small.json',
  }
  const answered = Promise.resolve(response)
  const headers = new HeaderMap(['User-Agent', 'KrakenD', 'X-Forwarded-For', '127.0.0.1', 'X-Forwarded-Host', 'h'])
  const request: BackendRequest = { method: 'GET', origin: 'http://h', path: '/small.json?b=1', headers, body: NO_BODY, wantsStream: false }
  const send = martian.build(block, makeSite())?.(() => answered) ?? (() => answered)
  const scope = Scope.root()
  const rounds = 200_000
  for (let i = 0; i < rounds; i++) await send(request, scope)
  const start = performance.now()
  for (let i = 0; i < rounds; i++) await send(request, scope)
  const microseconds = ((performance.now() - start) * 1000) / rounds
  // oxlint-disable-next-line no-console -- a measurement is read on the screen
  console.log(`four modifiers: ${microseconds.toFixed(2)} µs`)
}

if (import.meta.main) await measureAlone()
