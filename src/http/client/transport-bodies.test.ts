import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import { bodyOf, wholeBody } from '../../engine/body.ts'
import { CANCELED } from '../../engine/errors.ts'
import { HeaderMap } from '../../engine/headers.ts'
import { Scope } from '../../engine/scope.ts'
import { createTransport } from './transport.ts'
import { closed, configWith, isBackendError, ok, requestTo, send, startBackend, streamBody } from '../test-support.ts'
import { atRest } from '../../testing/turns.ts'

describe('bodies', () => {
  test('chunked, even from memory and even when empty; counted when announced', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('')))
    const transport = createTransport(configWith())
    const post = (bytes: string, fields: string[] = []): Promise<unknown> =>
      send(transport, requestTo(backend.origin, '/', { method: 'POST', body: bodyOf(Buffer.from(bytes)), headers: new HeaderMap(fields) }))
    await post('abc')
    await post('')
    await post('abc', ['Content-Length', '3'])
    const bodies = backend.requests.map((request) => request.slice(request.indexOf('\r\n\r\n') + 4))
    assert.deepEqual(bodies, ['3\r\nabc\r\n0\r\n\r\n', '0\r\n\r\n', 'abc'])
    assert.equal(backend.sockets.length, 1)
    await transport.close()
    await backend.close()
  })

  test('a body of another length than announced never reaches the next request', async () => {
    const backend = await startBackend(() => {})
    const transport = createTransport(configWith())
    for (const bytes of ['ab', 'abcd']) {
      const request = { method: 'POST', body: bodyOf(Buffer.from(bytes)), headers: new HeaderMap(['Content-Length', '3']) }
      await assert.rejects(
        send(transport, requestTo(backend.origin, '/', request)),
        isBackendError(/http: ContentLength=3 with Body length/),
      )
    }
    await backend.close()
  })

  test('a slow backend holds the sender of a large body back', async () => {
    const backend = await startBackend(() => {})
    let produced = 0
    const source = new Readable({
      read() {
        produced += 65_536
        this.push(Buffer.alloc(65_536))
      },
    })
    const scope = Scope.root()
    const call = createTransport(configWith()).send(requestTo(backend.origin, '/', { method: 'POST', body: streamBody(source) }), scope)
    while (backend.sockets.length === 0) await new Promise(setImmediate)
    backend.sockets[0]?.pause()
    assert.ok((await atRest(() => produced)) < 32 * 1024 * 1024, `${produced} bytes were read ahead`)
    scope.end()
    await assert.rejects(call, CANCELED)
    source.destroy()
    await backend.close()
  })

  test('one in memory leaves at once: chunked, with its length, or not at all when that is a lie', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('')))
    const transport = createTransport(configWith())
    const ask = (body: string, fields: string[]) =>
      send(transport, requestTo(backend.origin, '/', { method: 'POST', headers: new HeaderMap(fields), body: bodyOf(Buffer.from(body)) }))
    const big = 'x'.repeat(20_000)
    for (const body of ['', 'abc', big]) await ask(body, [])
    await ask('abc', ['Content-Length', '3'])
    await assert.rejects(ask('abc', ['Content-Length', '2']), /ContentLength=2 with Body length 3/)
    const bodies = backend.requests.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))
    assert.deepEqual(bodies, ['0\r\n\r\n', '3\r\nabc\r\n0\r\n\r\n', `4e20\r\n${big}\r\n0\r\n\r\n`, 'abc'])
    await transport.close()
    await backend.close()
  })

  test('a slow reader holds the backend back, and leaving cuts the connection', async () => {
    const chunk = Buffer.alloc(65_536)
    const backend = await startBackend((_request, socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      const fill = (): void => {
        while (socket.write(chunk));
      }
      socket.on('drain', fill)
      fill()
    })
    const { body } = await send(createTransport(configWith()), requestTo(backend.origin, '/', { wantsStream: true }))
    const stream = body as Readable
    assert.ok(stream !== null)
    const socket = backend.sockets[0]
    assert.ok(socket !== undefined)
    await atRest(() => socket.bytesWritten)
    assert.ok(stream.readableLength <= 256 * 1024, `${stream.readableLength} bytes were buffered`)
    stream.destroy()
    await closed(socket)
    await backend.close()
  })
})

describe('gzip', () => {
  const packed = zlib.gzipSync('plain text')
  const answer = Buffer.concat([
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: ${packed.length}\r\nX-A: 1\r\n\r\n`),
    packed,
  ])

  test('is unpacked when it was asked for here', async () => {
    const backend = await startBackend((_request, socket) => socket.write(answer))
    const transport = createTransport(configWith())
    const response = await send(transport, requestTo(backend.origin, '/'))
    assert.equal(wholeBody(response.body).toString(), 'plain text')
    assert.deepEqual(response.headers.fields, ['X-A', '1'])
    const streamed = await send(transport, requestTo(backend.origin, '/', { wantsStream: true }))
    assert.equal(wholeBody(streamed.body).toString(), 'plain text')
    await transport.close()
    await backend.close()
  })

  test('that somebody else asked for is unpacked where it is read here, and passes as a stream', async () => {
    const backend = await startBackend((_request, socket) => socket.write(answer))
    const transport = createTransport(configWith())
    const headers = new HeaderMap(['Accept-Encoding', 'gzip'])
    assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/', { headers }))).body).toString(), 'plain text')
    const response = await send(transport, requestTo(backend.origin, '/', { headers, wantsStream: true }))
    assert.deepEqual(response.body, packed)
    assert.equal(response.headers.get('Content-Encoding'), 'gzip')
    await transport.close()
    await backend.close()
  })

  test('under a name in upper case is unpacked only when it was asked for here', async () => {
    const upper = Buffer.concat([
      Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: GZIP\r\nContent-Length: ${packed.length}\r\n\r\n`),
      packed,
    ])
    const backend = await startBackend((_request, socket) => socket.write(upper))
    const transport = createTransport(configWith())
    assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/'))).body).toString(), 'plain text')
    const headers = new HeaderMap(['Accept-Encoding', 'gzip'])
    assert.deepEqual((await send(transport, requestTo(backend.origin, '/', { headers }))).body, packed)
    await transport.close()
    await backend.close()
  })

  test('is unpacked on the way where the body does not come with its head', async () => {
    const backend = await startBackend((_request, socket) => socket.write(answer.subarray(0, -packed.length)))
    const transport = createTransport(configWith())
    const { body: stream } = await send(transport, requestTo(backend.origin, '/', { wantsStream: true }))
    backend.sockets[0]?.write(packed)
    assert.equal(await text(stream as Readable), 'plain text')
    await transport.close()
    await backend.close()
  })

  test('that is none fails', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('not packed', 'Content-Encoding: gzip\r\n')))
    await assert.rejects(send(createTransport(configWith()), requestTo(backend.origin, '/')), isBackendError(/gzip: invalid header/))
    await backend.close()
  })
})

test('a proxy of the environment is asked with the whole URL, except for this machine', async () => {
  const proxy = await startBackend((_request, socket) => socket.write(ok('from the proxy')))
  const environment = { httpProxy: proxy.origin.replace('//', '//u:p@'), noProxy: '.exempt.test' }
  const transport = createTransport(configWith(), { environment })
  assert.equal(wholeBody((await send(transport, requestTo('http://backend.test:81', '/x?y'))).body).toString(), 'from the proxy')
  assert.match(proxy.requests[0] as string, /^GET http:\/\/backend\.test:81\/x\?y HTTP\/1\.1\r\nHost: backend\.test:81\r\n/)
  assert.match(proxy.requests[0] as string, /Proxy-Authorization: Basic dTpw\r\n/)
  const backend = await startBackend((_request, socket) => socket.write(ok('direct')))
  assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/'))).body).toString(), 'direct')
  await transport.close()
  await proxy.close()
  await backend.close()
})
