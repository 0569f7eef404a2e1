import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { RefusedRequest } from '../../engine/ports.ts'
import { configWith, describeExchange, exchangeRaw, listLogger } from '../test-support.ts'
import { createNodeServer } from './listener.ts'

test('whoever wants to know hears of requests that are none', async () => {
  const heard: RefusedRequest[] = []
  const server = await createNodeServer(configWith({}), describeExchange, listLogger().log, (request) => void heard.push(request))
  const { port } = await server.listen()
  try {
    await exchangeRaw(port, 'GET /a HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n')
    await exchangeRaw(port, 'no request\r\n\r\n')
    await exchangeRaw(port, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
    await exchangeRaw(port, 'GET /good HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  } finally {
    await server.close(1)
  }
  const peerAddress = '127.0.0.1'
  assert.deepEqual(heard, [
    { status: 400, method: 'GET', target: '/a', peerAddress },
    { status: 400, method: null, target: null, peerAddress },
    { status: 404, method: 'CONNECT', target: 'a:1', peerAddress },
  ])
})

test('what a client expects is refused without a body; an empty Expect expects nothing', async () => {
  const server = await createNodeServer(configWith({}), describeExchange, listLogger().log, () => {})
  const { port } = await server.listen()
  const ask = (expect: string): Promise<string> =>
    exchangeRaw(port, `GET /a HTTP/1.1\r\nHost: a\r\nExpect:${expect}\r\nConnection: close\r\n\r\n`)
  try {
    assert.match(await ask(''), /^HTTP\/1\.1 200 /)
    const refused = await ask(' miracles')
    assert.match(refused, /^HTTP\/1\.1 417 Expectation Failed\r\n/)
    assert.doesNotMatch(refused, /Content-Type/)
    assert.match(refused, /Content-Length: 0\r\n[^]*\r\n\r\n$/)
  } finally {
    await server.close(1)
  }
})
