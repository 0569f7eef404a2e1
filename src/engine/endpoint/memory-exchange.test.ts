// Answers on their way out: who may change them, in which order, and what is kept.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { HeaderMap } from '../headers.ts'
import { memoryExchange } from './memory-exchange.ts'

const open = () => memoryExchange({ method: 'GET', target: '/a%20b?q=1' })

test('the target is taken apart', () => {
  const { path, rawQuery, host } = memoryExchange({ method: 'GET', target: '/a%20b?q=1', headers: new HeaderMap(['Host', 'h']) })
  assert.deepEqual([path, rawQuery, host], ['/a b', 'q=1', 'h'])
})

test('the hook of the innermost layer is asked first, and each sees what the one before has made', () => {
  const exchange = open()
  const seen: number[] = []
  exchange.onAnswer((answer) => {
    seen.push(answer.statusCode)
    answer.headers.set('X-Outer', 'yes')
  })
  exchange.onAnswer((answer) => {
    seen.push(answer.statusCode)
    answer.statusCode = 418
    answer.body = 'changed'
  })
  exchange.answer(200, 'given')
  assert.deepEqual(seen, [200, 418])
  assert.deepEqual([exchange.statusCode, exchange.kept.bytes?.toString(), exchange.responseHeaders.get('X-Outer')], [418, 'changed', 'yes'])
})

test('a hook makes bytes of a stream, and a stream of bytes', async () => {
  const stream = open()
  stream.onAnswer((answer) => (answer.body = 'short'))
  await stream.answerStream(200, Readable.from(['long']))
  assert.equal(stream.kept.bytes?.toString(), 'short')
  const bytes = open()
  bytes.onAnswer((answer) => (answer.body = Readable.from(['from ', 'a stream'])))
  bytes.answer(200, 'given')
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(bytes.kept.bytes?.toString(), 'from a stream')
  const none = open()
  none.onAnswer((answer) => (answer.body = null))
  none.answer(200, 'given')
  assert.equal(none.kept.bytes, null)
})

test('a second answer is a bug', () => {
  const exchange = open()
  exchange.answer(200)
  assert.throws(() => exchange.answer(200), { message: 'the exchange is answered already' })
})

test('whoever waits for the end hears of it once it has left', () => {
  const exchange = open()
  const seen: number[] = []
  exchange.onFinish(() => seen.push(exchange.bytesOut))
  exchange.answer(200, 'four')
  assert.deepEqual(seen, [])
  exchange.finish()
  assert.deepEqual(seen, [4])
})
