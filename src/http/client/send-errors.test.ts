// What fails on the way to a backend says how far it came, and whether it may be tried again.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { test } from 'node:test'
import { NO_BODY } from '../../engine/body.ts'
import type { BackendRequest } from '../../engine/types.ts'
import { configWith, requestTo, send, startBackend, streamBody } from '../test-support.ts'
import { createTransport } from './transport.ts'

const POST: Partial<BackendRequest> = { method: 'POST', body: NO_BODY }

async function failWith(
  act: (socket: Socket) => void,
  request: Partial<BackendRequest>,
  expected: { phase: string; code: string; isRetriable: boolean },
): Promise<void> {
  const backend = await startBackend((_text, socket) => act(socket))
  const transport = createTransport(configWith({ responseHeaderTimeoutMs: 50 }))
  await assert.rejects(send(transport, requestTo(backend.origin, '/', request)), { name: 'SendError', source: 'backend', ...expected })
  await transport.close()
  await backend.close()
}

test('headers: nothing or half a head came back, or nothing in time', async () => {
  const failure = { phase: 'headers', code: 'ERR_BACKEND_HEADERS' }
  await failWith((socket) => socket.destroy(), {}, { ...failure, isRetriable: true })
  await failWith((socket) => socket.destroy(), POST, { ...failure, isRetriable: false })
  await failWith((socket) => socket.end('HTTP/1.1 200'), {}, { ...failure, isRetriable: false })
  const silence = { ...failure, code: 'ERR_BACKEND_SILENT' }
  await failWith(() => {}, {}, { ...silence, isRetriable: true })
  await failWith(() => {}, POST, { ...silence, isRetriable: false })
  await failWith((socket) => socket.end('nonsense\r\n\r\n'), {}, { ...failure, isRetriable: false })
})

test('body: the head came, and not all that it announced', async () => {
  const cut = (socket: Socket): void => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc')
  await failWith(cut, {}, { phase: 'body', code: 'ERR_BACKEND_BODY', isRetriable: false })
})

test('write: the body of the request breaks off', async () => {
  const source = new Readable({ read() {} })
  source.push('abc')
  setImmediate(() => source.destroy())
  await failWith(
    () => {},
    { method: 'POST', body: streamBody(source, null) },
    { phase: 'write', code: 'ERR_BACKEND_WRITE', isRetriable: false },
  )
})

test('dial and tls: nothing of the request has left', async () => {
  const server = net.createServer(
    (socket) =>
      void socket
        .on('error', () => {})
        .resume()
        .end('no TLS at all'),
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const transport = createTransport(configWith())
  await assert.rejects(send(transport, requestTo(`https://127.0.0.1:${port}`, '/', POST)), {
    name: 'SendError',
    phase: 'tls',
    code: 'ERR_BACKEND_TLS',
    isRetriable: true,
  })
  server.close()
  await once(server, 'close')
  await assert.rejects(send(transport, requestTo(`http://127.0.0.1:${port}`, '/', POST)), {
    name: 'SendError',
    phase: 'dial',
    code: 'ERR_BACKEND_DIAL',
    isRetriable: true,
    message: /connect: connection refused$/,
  })
  await transport.close()
})

test('a request that cannot be made has no phase', async () => {
  const transport = createTransport(configWith())
  await assert.rejects(send(transport, requestTo('http://127.0.0.1:1', '/a b')), { name: 'GatewayError', code: 'ERR_BACKEND' })
  await transport.close()
})
