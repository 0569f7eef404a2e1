import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import { testPlugin } from 'krakend-ts/testing'
import sign from './sign.ts'

const options = { secret_env: 'SECRET' }
const environment = { SECRET: 's3cret' }

test('signs method, path and body, and sends the body on', async () => {
  const request = { method: 'POST', url: 'http://b/orders?a=1', data: { n: 1 } }
  const run = await testPlugin(sign, { options, environment, request, next: { data: { ok: true } } })
  const expected = createHmac('sha256', 's3cret').update('POST /orders?a=1\n{"n":1}').digest('hex')
  assert.equal(run.asked[0]?.headers.get('X-Signature'), expected)
  assert.equal(await run.asked[0].text(), '{"n":1}')
  assert.deepEqual(await run.response.json(), { ok: true })
})

test('does not start without its secret', async () => {
  await assert.rejects(testPlugin(sign, { options, next: { body: '' } }), /the environment has no SECRET/)
})
