// What a hook makes of an answer is what leaves, over HTTP/1 as the client sees it: status, fields, and a body with the right length.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import type { Answer, Exchange } from '../../engine/types.ts'
import { CLOSE, exchangeRaw, serve } from '../test-support.ts'

/** Head and body of what the client gets. */
async function ask(handle: (exchange: Exchange) => void | Promise<void>): Promise<{ head: string; body: string }> {
  let answer = ''
  await serve(handle, async (port) => {
    answer = await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`)
  })
  const [head = '', ...rest] = answer.split('\r\n\r\n')
  return { head, body: rest.join('\r\n\r\n') }
}

const hooked =
  (...hooks: ((answer: Answer) => void)[]) =>
  (exchange: Exchange) => {
    for (const hook of hooks) exchange.onAnswer(hook)
    exchange.answer(200, 'given')
  }

test('hooks are asked from the inside out, and each sees what the one before has made', async () => {
  const seen: unknown[] = []
  const outer = (answer: Answer): void => {
    seen.push(answer.statusCode, answer.body)
    answer.headers.set('X-Outer', 'yes')
  }
  const inner = (answer: Answer): void => {
    seen.push(answer.statusCode, answer.body)
    answer.statusCode = 418
    answer.body = 'changed!'
  }
  const { head, body } = await ask(hooked(outer, inner))
  assert.deepEqual(seen, [200, 'given', 418, 'changed!'])
  assert.match(head, /^HTTP\/1\.1 418 /)
  assert.match(head, /\r\nX-Outer: yes(\r\n|$)/)
  assert.match(head, /\r\nContent-Length: 8(\r\n|$)/)
  assert.equal(body, 'changed!')
})

test('a text becomes a stream, and a stream a text', async () => {
  const streamed = await ask(hooked((answer) => (answer.body = Readable.from(['one', 'two']))))
  assert.match(streamed.head, /\r\nTransfer-Encoding: chunked(\r\n|$)/)
  assert.doesNotMatch(streamed.head, /Content-Length/)
  // How many chunks it makes is up to the connection.
  assert.match(streamed.body, /^(3\r\none\r\n3\r\ntwo|6\r\nonetwo)\r\n0\r\n\r\n$/)
  const given = Readable.from(['long'])
  const whole = await ask((exchange) => {
    exchange.onAnswer((answer) => {
      given.destroy()
      answer.body = 'short'
    })
    return exchange.answerStream(200, given)
  })
  assert.match(whole.head, /\r\nContent-Length: 5(\r\n|$)/)
  assert.equal(whole.body, 'short')
})

test('a body that a hook takes away has no length but 0', async () => {
  const { head, body } = await ask(hooked((answer) => (answer.body = null)))
  assert.match(head, /\r\nContent-Length: 0(\r\n|$)/)
  assert.equal(body, '')
})

test('an interim status ends no answer: the client gets a 200 instead of waiting', async () => {
  for (const status of [100, 103, 199]) {
    const { head, body } = await ask((exchange) => exchange.answer(status, 'text'))
    assert.match(head, /^HTTP\/1\.1 200 /)
    assert.equal(body, 'text')
  }
})
