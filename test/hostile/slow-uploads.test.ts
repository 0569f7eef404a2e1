// Clients that announce a body and do not send it: the endpoint's time ends the wait, whoever reads the body.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2, { type IncomingHttpHeaders } from 'node:http2'
import net from 'node:net'
import { text } from 'node:stream/consumers'
import { after, before, suite, test } from 'node:test'
import { endpoint, request, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

const ENDPOINTS = ['/schema', '/merged', '/graphql', '/forwarded']
const READ_TIMEOUT_MS = 200

let backend: TestBackend
/** Ends what takes too long by the time of its endpoints. */
let gateway: TestGateway
/** The same by `read_timeout`. */
let hasty: TestGateway

function endpoints(timeout: string): object[] {
  const post = { method: 'POST', timeout }
  const call = { host: [backend.url], url_pattern: '/x', method: 'POST' }
  return [
    endpoint('/schema', backend.url, { ...post, extra_config: { 'validation/json-schema': { type: 'object' } } }),
    { endpoint: '/merged', ...post, backend: [call, { ...call, url_pattern: '/y' }] },
    {
      endpoint: '/graphql',
      ...post,
      backend: [{ ...call, extra_config: { 'backend/graphql': { type: 'mutation', query: 'mutation { a }' } } }],
    },
    endpoint('/forwarded', backend.url, post),
  ]
}

suite('slow uploads', () => {
  before(async () => {
    backend = await startBackend(
      (incoming, response) => void incoming.resume().on('end', () => setTimeout(() => response.end('{"a":1}'), 2 * READ_TIMEOUT_MS)),
    )
    gateway = await serve({ endpoints: endpoints('200ms') })
    hasty = await serve({
      endpoints: endpoints('20s'),
      read_timeout: `${READ_TIMEOUT_MS}ms`,
      use_h2c: true,
      extra_config: { router: { return_error_msg: true } },
    })
  })

  after(async () => {
    await gateway.stop()
    await hasty.stop()
    await backend.close()
  })

  suite('a body that never comes', () => {
    for (const path of ENDPOINTS)
      test(path, async () => {
        const socket = net.connect(gateway.port, '127.0.0.1')
        socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhi`)
        const [chunk] = (await once(socket, 'data')) as [Buffer]
        assert.match(chunk.toString(), /^HTTP\/1\.1 500 /)
        socket.destroy()
      })
  })

  suite('a body that is not whole within read_timeout', () => {
    for (const path of ENDPOINTS) {
      test(`HTTP/1.1, ${path}`, async () => {
        const socket = net.connect(hasty.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(`POST ${path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n`)
        const drips = setInterval(() => socket.write('1\r\nx\r\n'), READ_TIMEOUT_MS / 10)
        assert.match(await text(socket), /^HTTP\/1\.1 500 [^]*Connection: close\r\n[^]*i\/o timeout/)
        clearInterval(drips)
      })
      test(`HTTP/2, ${path}`, async () => {
        const client = http2.connect(`http://127.0.0.1:${hasty.port}`)
        const stream = client.request({ ':method': 'POST', ':path': path })
        const drips = setInterval(() => stream.write('x'), READ_TIMEOUT_MS / 10)
        const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
        assert.equal(headers[':status'], 500)
        assert.match(await text(stream), /i\/o timeout/)
        clearInterval(drips)
        client.destroy()
      })
    }

    test('one that is whole in time may wait for its answer', async () => {
      assert.equal((await request(hasty.port, '/forwarded', { method: 'POST', body: '{}' })).status, 200)
      const client = http2.connect(`http://127.0.0.1:${hasty.port}`)
      const stream = client.request({ ':method': 'POST', ':path': '/forwarded' })
      stream.end('{}')
      const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders & { ':status'?: number }]
      assert.equal(headers[':status'], 200)
      client.destroy()
    })
  })
})
