import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderMap } from '../../../engine/headers.ts'
import { makeBackendResponse, makeExchange } from '../../../testing/index.ts'
import { passOn } from './verdict.ts'

function pass(fields: string[]): readonly string[] {
  const exchange = makeExchange()
  for (const [name, value] of [
    ['X-A', 'own'],
    ['Vary', 'Origin'],
    ['X-Own', '1'],
  ] as const)
    exchange.responseHeaders.add(name, value)
  passOn(exchange, makeBackendResponse('', { statusCode: 401, headers: new HeaderMap(fields) }), (name) => name === 'X-Dropped')
  return exchange.responseHeaders.fields
}

test('fields of the answer take the place of those of outer layers, or stand beside them', () => {
  assert.deepEqual(pass(['X-A', '1', 'Vary', 'Cookie', 'X-Dropped', 'x', 'Content-Length', '0', 'X-A', '2']), [
    'Vary',
    'Origin',
    'X-Own',
    '1',
    'X-A',
    '1',
    'X-A',
    '2',
    'Vary',
    'Cookie',
  ])
})

test('a service may send as many fields as it likes', () => {
  const many = Array.from({ length: 150_000 }, (_, index) => [`X-${index}`, '1']).flat()
  assert.equal(pass(many).length, 6 + many.length)
})
