// Header fields over HTTP/2: beyond `max_header_bytes` the request is answered and the others of its connection go on; within it they are
// what HTTP/1.1 would have.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2, { type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import { text } from 'node:stream/consumers'
import { test } from 'node:test'
import type { RefusedRequest } from '../../engine/ports.ts'
import type { Exchange } from '../../engine/types.ts'
import { configWith, describeExchange, listLogger } from '../test-support.ts'
import { createNodeServer } from './listener.ts'

/** Node.js takes no single field of more than 64 KiB. */
function fieldsOf(bytes: number): Record<string, string> {
  const fields: Record<string, string> = {}
  for (let left = bytes; left > 0; left -= 60_000) fields[`x-${left}`] = 'x'.repeat(Math.min(left, 60_000))
  return fields
}

async function ask(client: ClientHttp2Session, bytes: number): Promise<[status: number | undefined, body: string]> {
  const stream = client.request({ ':path': '/a', ...fieldsOf(bytes) })
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
  return [headers[':status'], await text(stream)]
}

test('431 beyond the limit, and the connection serves on', async () => {
  const heard: RefusedRequest[] = []
  const config = configWith({ useH2c: true, maxHeaderBytes: 4096 })
  const server = await createNodeServer(config, describeExchange, listLogger().log, (request) => void heard.push(request))
  const { port } = await server.listen()
  const client = http2.connect(`http://127.0.0.1:${port}`, { maxSendHeaderBlockLength: 1_000_000 })
  const tooLong = [431, '<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>']
  try {
    // The first comes before the client has acknowledged what the server announces.
    for (const bytes of [4500, 9000, 60_000, 130_000]) {
      assert.deepEqual(await ask(client, bytes), tooLong)
      assert.equal((await ask(client, 4000))[0], 200)
    }
    assert.equal(heard.length, 4)
    assert.deepEqual(heard[0], { status: 431, method: 'GET', target: '/a', peerAddress: '127.0.0.1' })
  } finally {
    client.destroy()
    await server.close(1)
  }
})

test('the authority is Host, whatever a field of that name says', async () => {
  const tellHost = (exchange: Exchange): void => exchange.answer(200, JSON.stringify([exchange.host, exchange.headers.values('Host')]))
  const server = await createNodeServer(configWith({ useH2c: true }), tellHost, listLogger().log, () => {})
  const { port } = await server.listen()
  const client = http2.connect(`http://127.0.0.1:${port}`)
  const told = async (fields: Record<string, string>): Promise<unknown> =>
    JSON.parse(await text(client.request({ ':path': '/', ...fields })))
  try {
    assert.deepEqual(await told({ ':authority': 'a.test' }), ['a.test', ['a.test']])
    assert.deepEqual(await told({ ':authority': 'a.test', host: 'b.test' }), ['a.test', ['a.test']])
    assert.deepEqual(await told({ host: 'b.test' }), ['b.test', ['b.test']])
  } finally {
    client.destroy()
    await server.close(1)
  }
})
