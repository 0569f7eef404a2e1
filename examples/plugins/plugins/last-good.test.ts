import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeBackendResponse, testGateway, testPlugin } from 'krakend-ts/testing'
import lastGood from './last-good.ts'

test('an answer that is there goes on as it is', async () => {
  const { response } = await testPlugin(lastGood, { next: { data: { n: 1 } } })
  assert.deepEqual(response.data, { n: 1 })
  assert.equal(response.headers.get('X-Stale'), null)
})

test('a failure that nothing is known about stays one', async () => {
  const { error } = await testPlugin(lastGood, { next: new Error('down') })
  assert.equal(error?.statusCode, 500)
})

test('in a gateway: the last good answer of the same parameters, marked and incomplete', async () => {
  let isDown = false
  const gateway = await testGateway(
    {
      endpoints: [
        {
          endpoint: '/items/{id}',
          backend: [{ host: ['http://items'], url_pattern: '/{id}' }],
          extra_config: { 'plugin/middleware': { name: ['last-good'] } },
        },
      ],
    },
    {
      plugins: [lastGood],
      backend: ({ path }) => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(makeBackendResponse(JSON.stringify({ path })))),
    },
  )
  assert.equal((await gateway.ask({ target: '/items/1' })).answered.body, '{"path":"/1"}')
  isDown = true
  const stale = await gateway.ask({ target: '/items/1' })
  assert.equal(stale.statusCode, 200)
  assert.equal(stale.answered.body, '{"path":"/1"}')
  assert.equal(stale.responseHeaders.get('X-Stale'), 'true')
  assert.equal(stale.responseHeaders.get('X-Krakend-Completed'), 'false')
  assert.equal((await gateway.ask({ target: '/items/2' })).statusCode, 500)
  await gateway.retire()
})
