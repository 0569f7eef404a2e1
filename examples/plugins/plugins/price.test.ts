import assert from 'node:assert/strict'
import { test } from 'node:test'
import { testPlugin } from 'krakend-ts/testing'
import price from './price.ts'

const options = { currencies: ['USD', 'GBP'] }
const next = { data: { id: 1, price: 100 } }

test('adds prices in all currencies', async () => {
  const { response } = await testPlugin(price, { options, next })
  assert.deepEqual(response.data, { id: 1, price: 100, prices: { USD: 108, GBP: 86 } })
})

test('adds the price in the one that the client asks for, and keeps the parameter from the backend', async () => {
  const run = await testPlugin(price, { options, next, request: { url: '/v1/products/1?currency=USD&a=b' } })
  assert.deepEqual(run.response.data.prices, { USD: 108 })
  assert.equal(run.asked[0]?.url, '/v1/products/1?a=b')
})

test('refuses a currency that it does not have, and asks nobody', async () => {
  const run = await testPlugin(price, { options, next, request: { url: '/?currency=EUR' } })
  assert.equal(run.error?.statusCode, 400)
  assert.equal(run.error.body, '{"error":"no prices in EUR","currencies":["USD","GBP"]}')
  assert.equal(run.asked.length, 0)
})

test('leaves an answer without a price as it is', async () => {
  const { response } = await testPlugin(price, { options, next: { data: { id: 1 } } })
  assert.deepEqual(response.data, { id: 1 })
})
