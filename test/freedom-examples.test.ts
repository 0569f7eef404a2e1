// The files of examples/freedom as their README shows them, served in process with their own backends.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, describe, test } from 'node:test'
import { type Backends, PORT, startBackends } from '../examples/freedom/backends.ts'
import { request, serve, type TestGateway } from './kit.ts'

let backends: Backends

async function withExample(name: string, run: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const text = readFileSync(new URL(`../examples/freedom/${name}.json`, import.meta.url), 'utf8')
  const gateway = await serve(JSON.parse(text.replaceAll(`:${PORT}`, `:${backends.port}`)) as Record<string, unknown>)
  try {
    await run(gateway)
  } finally {
    await gateway.stop()
  }
}

describe('examples/freedom', () => {
  before(async () => {
    backends = await startBackends(0)
  })

  after(() => backends.close())

  test('a chat goes on for longer than its timeout', () =>
    withExample('streaming-chat', async ({ port }) => {
      const { status, body, isComplete } = await request(port, '/chat/harbour')
      assert.deepEqual([status, isComplete], [200, true])
      assert.equal(body, 'data: Anna: hello\n\ndata: Ben: hi, how is the boat?\n\ndata: Anna: afloat\n\n')
    }))

  test('the new release is for those who ask for it', () =>
    withExample('canary', async ({ port }) => {
      assert.match((await request(port, '/recommendations')).body, /"release":"stable"/)
      assert.match((await request(port, '/recommendations', { headers: { 'X-Canary': 'yes' } })).body, /"release":"canary"/)
    }))

  test('a page needs its order, and only that', () =>
    withExample('order-page', async ({ port }) => {
      const page = await request(port, '/pages/orders/7')
      assert.deepEqual([page.status, page.headers['x-krakend-completed']], [200, 'false'])
      assert.deepEqual(JSON.parse(page.body), { order: { id: 7, customer: 'Anna', total: 318.5 }, recommendations: { products: [1] } })
      const missing = await request(port, '/pages/orders/9')
      assert.deepEqual([missing.status, missing.body], [404, '{"error":"not found"}'])
    }))

  test('a checkout asks for each price and orders with them', () =>
    withExample('checkout', async ({ port }) => {
      const { status, body } = await request(port, '/checkout/b1', { method: 'POST' })
      assert.equal(status, 200)
      const items = [
        { sku: 'kayak', quantity: 1, price: { each: 279.5, currency: 'EUR' } },
        { sku: 'paddle', quantity: 2, price: { each: 39, currency: 'EUR' } },
      ]
      assert.deepEqual(JSON.parse(body), { items, order: { id: 8, basket: 'b1', items } })
      assert.equal((await request(port, '/checkout/b2', { method: 'POST' })).status, 500)
    }))

  test('each tenant has an identity provider, and nobody else has one', () =>
    withExample('tenants', async ({ port }) => {
      const ask = (authorization: string): Promise<{ status: number; body: string }> =>
        request(port, '/me', { headers: { Authorization: authorization } })
      for (const tenant of ['north', 'south']) {
        const { token } = JSON.parse((await request(port, `/tokens/${tenant}`)).body) as { token: string }
        const { status, body } = await ask(`Bearer ${token}`)
        assert.deepEqual([status, body], [200, `{"hello":"someone-from-${tenant}"}`])
        const [head = '', claims = ''] = token.split('.')
        assert.equal((await ask(`Bearer ${head}.${claims}.${'A'.repeat(86)}`)).status, 401)
      }
      assert.equal((await ask('')).status, 401)
    }))
})
