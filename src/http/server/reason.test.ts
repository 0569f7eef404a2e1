// The words of the first line.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configWith, exchangeRaw, listLogger } from '../test-support.ts'
import { createNodeServer } from './listener.ts'

test('the first line of an answer has the words of Go', async () => {
  const server = await createNodeServer(
    configWith({}),
    (exchange) => exchange.answer(Number(exchange.path.slice(1))),
    listLogger().log,
    () => {},
  )
  const { port } = await server.listen()
  const reasonFor = async (statusCode: number): Promise<string | undefined> =>
    (await exchangeRaw(port, `GET /${statusCode} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).split('\r\n', 1)[0]
  try {
    assert.equal(await reasonFor(200), 'HTTP/1.1 200 OK')
    assert.equal(await reasonFor(413), 'HTTP/1.1 413 Request Entity Too Large')
    assert.equal(await reasonFor(418), "HTTP/1.1 418 I'm a teapot")
    assert.equal(await reasonFor(499), 'HTTP/1.1 499 status code 499')
  } finally {
    await server.close(1)
  }
})
