import assert from 'node:assert/strict'
import { once } from 'node:events'
import net, { type AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import { wholeBody } from '../../engine/body.ts'
import { CANCELED, DEADLINE_EXCEEDED } from '../../engine/errors.ts'
import { Scope } from '../../engine/scope.ts'
import { createTransport } from './transport.ts'
import { closed, configWith, isBackendError, ok, requestTo, send, startBackend } from '../test-support.ts'

describe('connections', () => {
  test('one connection carries calls one after the other', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('a')))
    const transport = createTransport(configWith())
    for (let i = 0; i < 3; i++) assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/'))).body).toString(), 'a')
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
    assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/'))).body).toString(), 'again')
    assert.equal(backend.requests.length, 3)
    await transport.close()
    await backend.close()
  })

  test('beyond the number of origins that are remembered, connections are kept all the same', async () => {
    const origins = 260
    let dials = 0
    const server = net.createServer((socket) => {
      const isFirst = ++dials <= origins
      let requests = 0
      // The second request on each of the first connections finds it closed.
      socket.on('data', () => (isFirst && ++requests > 1 ? socket.destroy() : socket.write(ok('a'))))
    })
    await once(server.listen(0), 'listening')
    const { port } = server.address() as AddressInfo
    const transport = createTransport(configWith({ maxIdleConnections: origins }))
    const askAll = async (): Promise<void> => {
      for (let i = 0; i < origins; i++) await send(transport, requestTo(`http://127.0.${i >> 7}.${(i & 127) + 1}:${port}`, '/'))
    }
    for (let round = 0; round < 4; round++) await askAll()
    assert.equal(dials, 2 * origins)
    await transport.close()
    await new Promise<void>((resolve) => void server.close(() => resolve()))
  })

  test('user and password of an origin, with a percent sign that escapes nothing', async () => {
    const backend = await startBackend((_request, socket) => socket.write(ok('a')))
    const transport = createTransport(configWith())
    await send(transport, requestTo(backend.origin.replace('//', '//us%er:p@'), '/'))
    const credentials = Buffer.from('us%er:p').toString('base64')
    assert.match(backend.requests[0] as string, new RegExp(`\\r\\nAuthorization: Basic ${credentials}\\r\\n`))
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
    assert.equal(wholeBody((await send(transport, requestTo(backend.origin, '/'))).body).toString(), 'a')
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
    const { body: stream } = await send(createTransport(configWith()), requestTo(backend.origin, '/', { wantsStream: true }))
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

  test('timeouts that are longer than a timer of Node.js can be', async () => {
    const hours = 1000 * 3_600_000
    const backend = await startBackend((_request, socket) => void setTimeout(() => socket.write(ok('a')), 20))
    const options = {
      dialerTimeoutMs: hours,
      dialerFallbackDelayMs: hours,
      responseHeaderTimeoutMs: hours,
      idleConnectionTimeoutMs: 9 * hours,
    }
    const transport = createTransport(configWith(options))
    assert.equal((await send(transport, requestTo(backend.origin, '/'))).statusCode, 200)
    await transport.close()
    await backend.close()
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

  test('origins that are none, in the words of whoever sees it first', async () => {
    const transport = createTransport(configWith())
    const words: Readonly<Record<string, string>> = {
      'ftp://h': 'Get "ftp://h/": unsupported protocol scheme "ftp"',
      '': 'Get "/": unsupported protocol scheme ""',
      localhost: 'Get "localhost/": unsupported protocol scheme ""',
      'localhost:80': 'Get "localhost:80/": unsupported protocol scheme "localhost"',
      '127.0.0.1:80': 'parse "127.0.0.1:80/": first path segment in URL cannot contain colon',
      'http://': 'Get "http:///": http: no Host in request URL',
      'http://h:x': 'parse "http://h:x/": invalid port ":x" after host',
      'http://a b': 'parse "http://a b/": invalid character " " in host name',
      'http://h:99999': 'Get "http://h:99999/": dial tcp: address 99999: invalid port',
      'http://a<b': 'Get "http://a<b/": dial tcp: lookup a<b: no such host',
    }
    for (const [origin, message] of Object.entries(words))
      await assert.rejects(send(transport, requestTo(origin, '/')), { message, code: 'ERR_BACKEND' })
  })
})
