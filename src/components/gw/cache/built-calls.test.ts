// What calls are built of tells entries of caches apart, forwarded or not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'

const CACHE = { '_gw/cache': { ttl: '60s' } }

async function callsFor(level: 'endpoint' | 'backend', values: readonly string[]): Promise<number> {
  let calls = 0
  const request = { '_gw/request': { headers: { 'X-As': '{input_headers.X-User}' }, body: { user: '{input_query_strings.u:-}' } } }
  const backend = { url_pattern: '/b', extra_config: level === 'backend' ? { ...request, ...CACHE } : request }
  const endpoint = { endpoint: '/e', backend: [backend], extra_config: level === 'endpoint' ? CACHE : {} }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
    backend: () => Promise.resolve(makeBackendResponse(`{"n":${++calls}}`)),
  })
  for (const value of values) {
    const [user = '', query = ''] = value.split(' ')
    await gateway.ask({ target: `/e?u=${query}`, headers: { 'X-User': user } })
  }
  return calls
}

for (const level of ['endpoint', 'backend'] as const)
  test(`at the ${level}, one client is never given what was made for another`, async () => {
    assert.equal(await callsFor(level, ['ann 1', 'ann 1', 'bob 1', 'ann 2', 'bob 1']), 3)
  })
