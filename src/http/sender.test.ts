import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import zlib from 'node:zlib'
import { bodyOf } from '../engine/body.ts'
import { CANCELED, DEADLINE_EXCEEDED, GatewayError } from '../engine/errors.ts'
import { HeaderMap } from '../engine/headers.ts'
import { Scope } from '../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../engine/types.ts'
import { createTransport, type Transport } from './sender.ts'
import { configWith, ok, requestTo, startBackend, streamBody } from './test-support.ts'

function send(transport: Transport, request: BackendRequest): Promise<BackendResponse> {
  return transport.send(request, Scope.root())
}

function isBackendError(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof GatewayError)
    assert.equal(error.code, 'ERR_BACKEND')
    assert.equal(error.source, 'backend')
    assert.match(error.message, message)
    return true
  }
}

function closed(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (socket === undefined || socket.closed) resolve()
    else socket.on('close', () => resolve())
  })
}

describe('connections', () => {
  test('one connection carries calls one after the other', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('a')))
    const transport = createTransport(configWith())
    for (let i = 0; i < 3; i++) assert.equal((await send(transport, requestTo(backend.origin, '/'))).bytes?.toString(), 'a')
    assert.equal(backend.sockets.length, 1)
    await transport.close()
    await backend.close()
  })

  test('calls at the same time have connections of their own, and no more than allowed stay', async () => {
    const waiting: (() => void)[] = []
    const backend = await startBackend((_request, socket) => {
      waiting.push(() => socket.write(ok('a')))
      if (waiting.length === 3) for (const answer of waiting.splice(0)) answer()
    })
    const transport = createTransport(configWith({ maxIdleConnectionsPerHost: 1 }))
    await Promise.all([1, 2, 3].map(() => send(transport, requestTo(backend.origin, '/'))))
    assert.equal(backend.sockets.length, 3)
    while (backend.sockets.filter((socket) => socket.closed).length < 2) await new Promise(setImmediate)
    assert.equal(backend.sockets.filter((socket) => !socket.closed).length, 1)
    await transport.close()
    await backend.close()
  })

  test('disable_keep_alives says so and closes', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('a')))
    const transport = createTransport(configWith({ disableKeepAlives: true }))
    await send(transport, requestTo(backend.origin, '/'))
    await send(transport, requestTo(backend.origin, '/'))
    assert.equal(backend.sockets.length, 2)
    assert.match(backend.requests[0] as string, /\r\nConnection: close\r\n/)
    await backend.close()
  })

  test('a kept connection that turns out dead is replaced once for a request that can be repeated', async () => {
    const backend = await startBackend((_request, socket, count) => {
      if (count === 1) socket.write(ok('first'))
      else if (count === 2) socket.destroy()
      else socket.write(ok('again'))
    })
    const transport = createTransport(configWith())
    await send(transport, requestTo(backend.origin, '/'))
    assert.equal((await send(transport, requestTo(backend.origin, '/'))).bytes?.toString(), 'again')
    assert.equal(backend.requests.length, 3)
    await transport.close()
    await backend.close()
  })

  test('a POST is never repeated, nor anything on a fresh connection', async () => {
    const backend = await startBackend((_request, socket, count) => {
      if (count === 1) socket.write(ok('first'))
      else socket.destroy()
    })
    const transport = createTransport(configWith())
    await send(transport, requestTo(backend.origin, '/'))
    await assert.rejects(send(transport, requestTo(backend.origin, '/', { method: 'POST' })), isBackendError(/^Post "http.*\/": EOF$/))
    await assert.rejects(send(transport, requestTo(backend.origin, '/')), isBackendError(/^Get "http.*\/": EOF$/))
    assert.equal(backend.requests.length, 3)
    await backend.close()
  })

  test('bytes on an idle connection end it', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('a')))
    const transport = createTransport(configWith())
    await send(transport, requestTo(backend.origin, '/'))
    const [first] = backend.sockets
    first?.write(ok('smuggled'))
    await closed(first)
    assert.equal((await send(transport, requestTo(backend.origin, '/'))).bytes?.toString(), 'a')
    assert.equal(backend.sockets.length, 2)
    await transport.close()
    await backend.close()
  })
})

describe('failures', () => {
  test('nobody listens', async () => {
    const backend = await startBackend(() => {})
    await backend.close()
    const { host } = new URL(backend.origin)
    await assert.rejects(send(createTransport(configWith()), requestTo(backend.origin, '/b')), (error: Error) => {
      assert.equal(error.message, `Get "${backend.origin}/b": dial tcp ${host}: connect: connection refused`)
      return true
    })
  })

  const broken: readonly [string, string, RegExp][] = [
    ['no answer', '', /": EOF$/],
    ['half a head', 'HTTP/1.1 200', /": unexpected EOF$/],
    ['no HTTP', 'hello\r\n\r\n', /malformed HTTP response "hello"$/],
    ['a body cut short', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab', /^unexpected EOF$/],
    ['chunks cut short', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab', /^unexpected EOF$/],
  ]
  for (const [name, bytes, message] of broken) {
    test(name, async () => {
      const backend = await startBackend((_request, socket) => socket.end(bytes))
      await assert.rejects(send(createTransport(configWith()), requestTo(backend.origin, '/')), isBackendError(message))
      assert.equal(backend.requests.length, 1)
      await backend.close()
    })
  }

  test('a stream that is cut errors', async () => {
    const backend = await startBackend((_request, socket) => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab'))
    const { stream } = await send(createTransport(configWith()), requestTo(backend.origin, '/', { wantsStream: true }))
    await assert.rejects(text(stream as Readable), isBackendError(/^unexpected EOF$/))
    await backend.close()
  })

  test('the end of the scope ends the call and its connection', async () => {
    const backend = await startBackend(() => {})
    const scope = Scope.root()
    const call = createTransport(configWith()).send(requestTo(backend.origin, '/'), scope)
    while (backend.requests.length === 0) await new Promise(setImmediate)
    scope.end(CANCELED)
    await assert.rejects(call, CANCELED)
    await closed(backend.sockets[0])
    await backend.close()
  })

  test('an ended scope sends nothing', async () => {
    const scope = Scope.root()
    scope.end(DEADLINE_EXCEEDED)
    await assert.rejects(createTransport(configWith()).send(requestTo('http://127.0.0.1:1', '/'), scope), DEADLINE_EXCEEDED)
  })

  test('response_header_timeout', async () => {
    const backend = await startBackend(() => {})
    const transport = createTransport(configWith({ responseHeaderTimeoutMs: 20 }))
    await assert.rejects(
      send(transport, requestTo(backend.origin, '/')),
      isBackendError(/": net\/http: timeout awaiting response headers$/),
    )
    await backend.close()
  })

  test('origins that are none', async () => {
    const transport = createTransport(configWith())
    await assert.rejects(send(transport, requestTo('ftp://h', '/')), isBackendError(/unsupported protocol scheme "ftp"/))
    await assert.rejects(send(transport, requestTo('http://', '/')), isBackendError(/./))
  })
})

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
    let before = -1
    while (before !== produced) {
      before = produced
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
    assert.ok(produced < 32 * 1024 * 1024, `${produced} bytes were read ahead`)
    scope.end()
    await assert.rejects(call, CANCELED)
    source.destroy()
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
    const { stream } = await send(createTransport(configWith()), requestTo(backend.origin, '/', { wantsStream: true }))
    assert.ok(stream !== null)
    const socket = backend.sockets[0]
    assert.ok(socket !== undefined)
    let before = -1
    while (before !== socket.bytesWritten) {
      before = socket.bytesWritten
      await new Promise((resolve) => setTimeout(resolve, 30))
    }
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
    assert.equal(response.bytes?.toString(), 'plain text')
    assert.deepEqual(response.headers.fields, ['X-A', '1'])
    const streamed = await send(transport, requestTo(backend.origin, '/', { wantsStream: true }))
    assert.equal(await text(streamed.stream as Readable), 'plain text')
    await transport.close()
    await backend.close()
  })

  test('that somebody else asked for is unpacked where it is read here, and passes as a stream', async () => {
    const backend = await startBackend((_request, socket) => socket.write(answer))
    const transport = createTransport(configWith())
    const headers = new HeaderMap(['Accept-Encoding', 'gzip'])
    assert.equal(String((await send(transport, requestTo(backend.origin, '/', { headers }))).bytes), 'plain text')
    const response = await send(transport, requestTo(backend.origin, '/', { headers, wantsStream: true }))
    assert.deepEqual(await buffer(response.stream as Readable), packed)
    assert.equal(response.headers.get('Content-Encoding'), 'gzip')
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
  assert.equal((await send(transport, requestTo('http://backend.test:81', '/x?y'))).bytes?.toString(), 'from the proxy')
  assert.match(proxy.requests[0] as string, /^GET http:\/\/backend\.test:81\/x\?y HTTP\/1\.1\r\nHost: backend\.test:81\r\n/)
  assert.match(proxy.requests[0] as string, /Proxy-Authorization: Basic dTpw\r\n/)
  const backend = await startBackend((_request, socket) => socket.write(ok('direct')))
  assert.equal((await send(transport, requestTo(backend.origin, '/'))).bytes?.toString(), 'direct')
  await transport.close()
  await proxy.close()
  await backend.close()
})
