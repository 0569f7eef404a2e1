import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePlugin } from '../plugin.ts'
import { testGateway } from './index.ts'
import { makeBackendResponse } from './exchange.ts'

const stamp = definePlugin({
  name: 'stamp',
  kind: 'middleware',
  setup: () => async (_request, next) => {
    const response = await next()
    response.data.stamped = true
    return response
  },
})
const file = {
  endpoints: [
    {
      endpoint: '/a/{id}',
      backend: [{ host: ['http://b'], url_pattern: '/b/{id}' }],
      extra_config: { 'plugin/middleware': { name: ['stamp'] } },
    },
  ],
}

test('a gateway in memory runs plugins that the test gives, in everything around them', async () => {
  const paths: string[] = []
  const gateway = await testGateway(file, {
    plugins: [stamp],
    backend: (request) => {
      paths.push(request.path)
      return Promise.resolve(makeBackendResponse('{"ok":true}'))
    },
  })
  const { statusCode, answered, responseHeaders } = await gateway.ask({ target: '/a/7' })
  assert.equal(statusCode, 200)
  assert.equal(answered.body, '{"ok":true,"stamped":true}')
  assert.equal(responseHeaders.get('X-Krakend-Completed'), 'true')
  assert.deepEqual(paths, ['/b/7'])
  assert.equal((await gateway.ask({ target: '/none' })).statusCode, 404)
  await gateway.retire()
})

test('a plugin that is missing stops it', async () => {
  await assert.rejects(testGateway(file, { plugins: [] }), /stamp/)
  await assert.rejects(testGateway(file, { plugins: [{ ...stamp, setup: () => 5 }] }), /setup gave no handler/)
})
