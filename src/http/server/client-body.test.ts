// What a body tells of its client: whether all of it is here, and whose time it is that passes.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http, { type IncomingMessage } from 'node:http'
import http2, { type ServerHttp2Stream } from 'node:http2'
import net, { type AddressInfo } from 'node:net'
import { Readable, type Writable } from 'node:stream'
import { test } from 'node:test'
import { bodyOf, copyRequest, NO_BODY } from '../../engine/body.ts'
import { makeRequest } from '../../testing/index.ts'
import { ClientBody } from './client-body.ts'

/** Both protocols: what the server reads, what the client writes to, and an end of it all. */
const protocols: Record<string, () => Promise<{ source: Readable; client: Writable; close: () => void }>> = {
  async 'HTTP/1.1'() {
    const server = http.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1')
    socket.write('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 8\r\n\r\n')
    const [request] = (await once(server, 'request')) as [IncomingMessage]
    return { source: request, client: socket, close: () => void (socket.destroy(), server.close()) }
  },
  async 'HTTP/2'() {
    const server = http2.createServer().listen(0, '127.0.0.1')
    await once(server, 'listening')
    const session = http2.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    const request = session.request({ ':method': 'POST' }, { endStream: false })
    const [stream] = (await once(server, 'stream')) as [ServerHttp2Stream]
    stream.on('error', () => {})
    request.on('error', () => {})
    return { source: stream, client: request, close: () => void (session.destroy(), server.close()) }
  },
}

for (const [protocol, open] of Object.entries(protocols)) {
  test(`${protocol}: the client is waited for until its last byte, but not while nobody takes what is here`, async (t) => {
    const { source, client, close } = await open()
    t.after(close)
    const body = new ClientBody(source, 8, null)
    assert.equal(body.clientMs, 0)
    const stream = body.stream()
    assert.equal(body.clientMs, Infinity)
    client.write('half')
    await once(stream, 'readable')
    assert.equal(body.clientMs, 0)
    assert.equal(String(stream.read()), 'half')
    assert.equal(body.clientMs, Infinity)
    client.write('rest')
    if (protocol === 'HTTP/2') client.end()
    await once(stream.resume(), 'end')
    assert.ok(body.clientMs > 0 && body.clientMs < Infinity)
  })
}

test('copies take as long as what they were made from', async () => {
  const source = new Readable({ read() {} })
  const body = new ClientBody(source, 4, null)
  const copied = copyRequest(makeRequest({ body }))
  assert.equal(body.clientMs, Infinity)
  source.push('four')
  source.push(null)
  const { body: copy } = await copied
  assert.equal(copy.clientMs, body.clientMs)
  assert.ok(copy.clientMs > 0 && copy.clientMs < Infinity)
  assert.equal((await copyRequest(makeRequest({ body: NO_BODY }))).body.clientMs, 0)
  assert.equal(bodyOf(Buffer.alloc(1)).clientMs, 0)
})
