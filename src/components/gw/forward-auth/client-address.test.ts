// Whom the service of `_gw/forward-auth` is told the client is: nobody may choose his own address.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, makeBackendResponse, openInMemory } from '../../../testing/index.ts'

/** `X-Forwarded-For` of the question for a client at 10.0.0.1 that says it is another. */
async function addressFor(router: object): Promise<string[] | undefined> {
  const asked: string[][] = []
  const extra_config = { '_gw/forward-auth': { url: 'http://auth:9000/check' } }
  const endpoint = { endpoint: '/e', backend: [{ url_pattern: '/b' }], extra_config }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], extra_config: { router }, endpoints: [endpoint] }), {
    backend: ({ headers }) => (asked.push(headers.values('X-Forwarded-For')), Promise.resolve(makeBackendResponse('{}'))),
  })
  await gateway.ask({ target: '/e', headers: { 'X-Forwarded-For': '6.6.6.6', 'X-Real-Ip': '7.7.7.7' }, peerAddress: '10.0.0.1' })
  return asked[0]
}

test('it is the peer, unless the file names a proxy that may speak for others', async () => {
  assert.deepEqual(await addressFor({}), ['10.0.0.1'])
  assert.deepEqual(await addressFor({ trusted_proxies: ['10.0.0.2'] }), ['10.0.0.1'])
  assert.deepEqual(await addressFor({ trusted_proxies: ['10.0.0.1'] }), ['6.6.6.6'])
})
