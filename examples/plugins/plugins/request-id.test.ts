import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlugin } from 'krakend-ts/testing'
import requestId from './request-id.ts'

test('gives an id to the backend side and to the client', async () => {
  const run = await testPlugin(requestId, { next: { status: 404, body: 'none' } })
  const id = run.asked[0]?.headers.get('X-Request-Id') ?? ''
  assert.match(id, /^[0-9a-f-]{36}$/)
  assert.equal(run.response.headers.get('X-Request-Id'), id)
  assert.equal(run.response.headers.get('X-Answer-Number'), '1')
  assert.equal(run.response.status, 404)
})

test("takes the client's id only where the options say so", async () => {
  const request = { headers: { 'X-Request-Id': 'mine' } }
  const careful = await testPlugin(requestId, { request, next: { body: '' } })
  assert.notEqual(careful.response.headers.get('X-Request-Id'), 'mine')
  const trusting = await testPlugin(requestId, { request, options: { trust: true }, next: { body: '' } })
  assert.equal(trusting.response.headers.get('X-Request-Id'), 'mine')
})
