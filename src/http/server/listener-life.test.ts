import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { ServerConfig } from '../../config/types.ts'
import { CANCELED } from '../../engine/errors.ts'
import type { Exchange, Handler } from '../../engine/types.ts'
import { createNodeServer } from './listener.ts'
import { CLOSE, configWith, describeExchange, exchangeRaw, listLogger, readToEnd, serve } from '../test-support.ts'
import { atRest } from '../../testing/turns.ts'

describe('streams and leaving', () => {
  test('a streamed answer', async () => {
    const handle: Handler = (exchange) => exchange.answerStream(200, Readable.from([Buffer.from('ab'), Buffer.from('cd')]))
    await serve(handle, async (port) => {
      assert.match(
        await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`),
        /Transfer-Encoding: chunked\r\n\r\n\d\r\nab(\r\n2\r\n)?cd\r\n0\r\n\r\n$/,
      )
    })
  })

  test('a stream that breaks breaks the connection', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('ab')
      await new Promise(setImmediate)
      throw new Error('backend gone')
    }
    const handle: Handler = (exchange) => exchange.answerStream(200, Readable.from(broken()))
    await serve(handle, async (port) => {
      assert.match(await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`), /\r\n\r\n2\r\nab\r\n$/)
    })
  })

  test('what is cut at the end has told of its end before', async () => {
    const finished: string[] = []
    const { log } = listLogger()
    const handle: Handler = (exchange) => {
      exchange.onFinish(() => finished.push(exchange.path))
      if (exchange.path === '/silent') return new Promise<void>((resolve) => exchange.scope.onEnd(() => resolve()))
      return exchange.answerStream(200, new Readable({ read() {} }), true).catch(() => undefined)
    }
    const server = await createNodeServer(configWith(), handle, log)
    const { port } = await server.listen(0)
    const sockets = ['/stream', '/silent'].map((path) =>
      net
        .connect(port, '127.0.0.1', function write(this: net.Socket) {
          this.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
        })
        .on('error', () => {}),
    )
    await once(sockets[0] as net.Socket, 'readable')
    assert.equal(await server.close(50), true)
    assert.deepEqual(finished.toSorted(), ['/silent', '/stream'])
    for (const socket of sockets) socket.destroy()
  })

  test('a slow client holds the stream back', async () => {
    let produced = 0
    const source = new Readable({
      read() {
        produced += 65_536
        this.push(Buffer.alloc(65_536))
      },
    })
    const handle: Handler = (exchange) => exchange.answerStream(200, source).catch(() => undefined)
    await serve(handle, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      await once(socket, 'readable')
      assert.ok((await atRest(() => produced)) < 32 * 1024 * 1024, `${produced} bytes were read ahead`)
      socket.destroy()
      await new Promise((resolve) => {
        source.on('close', resolve)
      })
    })
  })

  test('the scope ends when the client leaves, and listeners hear of it', async () => {
    const ended = Promise.withResolvers<Error>()
    const finished = Promise.withResolvers<void>()
    const handle: Handler = (exchange) => {
      exchange.scope.onEnd(ended.resolve)
      exchange.onFinish(finished.resolve)
    }
    await serve(handle, async (port) => {
      const socket = net.connect(port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setImmediate(() => socket.resetAndDestroy()))
      assert.equal(await ended.promise, CANCELED)
      await finished.promise
    })
  })

  test('what a client that left would have got stands in the log, 500 when nothing', async () => {
    for (const [answers, status] of [
      [true, 401],
      [false, 500],
    ] as const) {
      const logged = Promise.withResolvers<number>()
      const handle: Handler = (exchange) => {
        exchange.scope.onEnd(() => {
          if (answers) void Promise.resolve().then(() => exchange.answer(401))
        })
        exchange.onFinish(() => logged.resolve(exchange.statusCode))
      }
      await serve(handle, async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n', () => setImmediate(() => socket.resetAndDestroy()))
        assert.equal(await logged.promise, status)
      })
    }
  })

  test('a client that ends its side while it waits has left; who still answers reaches it', async () => {
    const handle: Handler = (exchange) => void exchange.scope.onEnd(() => exchange.answer(500, 'too late'))
    await serve(handle, async (port) => {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      setTimeout(() => socket.end(), 200)
      socket.on('end', () => socket.destroy())
      assert.match(await readToEnd(socket), /^HTTP\/1\.1 500 [^]*too late$/)
    })
  })

  test('a client that has left is cut soon, when nobody answers', async () => {
    await serve(
      () => undefined,
      async (port) => {
        const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
        socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        setTimeout(() => socket.end(), 200)
        assert.equal(await readToEnd(socket), '')
      },
    )
  })

  test('a body that does not come in time is given up', async () => {
    const reason = new Error('late')
    const handle: Handler = async (exchange) => {
      setImmediate(() => exchange.body.abandon?.(reason))
      await assert.rejects(exchange.body.bytes(), reason)
      exchange.answer(500, 'given up')
    }
    await serve(handle, async (port) => {
      assert.match(await exchangeRaw(port, `POST / HTTP/1.1\r\nContent-Length: 9\r\n${CLOSE}abc`), /given up$/)
    })
  })

  test('a complete answer leaves the scope alone', async () => {
    const finished = Promise.withResolvers<Error | null>()
    const handle: Handler = (exchange) => {
      exchange.onFinish(() => finished.resolve(exchange.scope.reason))
      exchange.answer(200, 'x')
    }
    await serve(handle, async (port) => {
      await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`)
      assert.equal(await finished.promise, null)
    })
  })
})

describe('timeouts', () => {
  const cases: readonly [string, Partial<ServerConfig>, string, RegExp][] = [
    ['read_header_timeout', { readHeaderTimeoutMs: 50 }, 'GET / HTTP/1.1\r\nHost: a\r\n', /^$/],
    [
      'read_timeout',
      { readTimeoutMs: 50 },
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na',
      /^HTTP\/1\.1 500 .*Connection: close/s,
    ],
    [
      'read_timeout, and the next request',
      { readTimeoutMs: 50 },
      'GET /a HTTP/1.1\r\nHost: a\r\n\r\nPOST / HTTP/1.1\r\nHost: a\r\n',
      /^HTTP\/1\.1 200 [^]*\r\n\r\n$/,
    ],
    ['idle_timeout', { idleTimeoutMs: 50 }, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n', /^HTTP\/1\.1 200 /],
    ['write_timeout', { writeTimeoutMs: 50 }, 'GET /hang HTTP/1.1\r\nHost: a\r\n\r\n', /^$/],
  ]
  for (const [name, changes, request, answer] of cases) {
    test(name, async () => {
      const handle: Handler = async (exchange) => {
        await exchange.body.bytes()
        if (exchange.path !== '/hang') exchange.answer(200)
      }
      await serve(handle, async (port) => assert.match(await exchangeRaw(port, request), answer), changes)
    })
  }

  test('longer than a timer of Node.js can be, and so is the wait for the end', async () => {
    const ms = 1000 * 3_600_000
    const long = { readTimeoutMs: ms, readHeaderTimeoutMs: ms, idleTimeoutMs: ms, writeTimeoutMs: ms }
    const asked = Promise.withResolvers<void>()
    const handle: Handler = async (exchange) => {
      asked.resolve()
      await new Promise((resolve) => setTimeout(resolve, 20))
      exchange.answer(200)
    }
    await serve(
      handle,
      async (port, server) => {
        const answer = exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        await asked.promise
        assert.equal(await server.close(ms), false)
        assert.match(await answer, /^HTTP\/1\.1 200 /)
      },
      long,
    )
  })
})

describe('shutting down', () => {
  test('idle connections go, requests under way finish, new ones are refused', async () => {
    const waiting = Promise.withResolvers<Exchange>()
    await serve(waiting.resolve, async (port, server) => {
      const idle = net.connect(port, '127.0.0.1')
      const busy = net.connect(port, '127.0.0.1')
      await once(idle, 'connect')
      busy.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      const exchange = await waiting.promise
      const closing = server.close(Infinity)
      await readToEnd(idle)
      const refused = net.connect(port, '127.0.0.1')
      assert.equal(((await once(refused, 'error')) as NodeJS.ErrnoException[])[0]?.code, 'ECONNREFUSED')
      exchange.answer(200, 'done')
      assert.match(await readToEnd(busy), /done$/)
      await closing
    })
  })

  test('what takes too long is cut', async () => {
    const asked = Promise.withResolvers<void>()
    await serve(
      () => asked.resolve(),
      async (port, server) => {
        const busy = net.connect(port, '127.0.0.1')
        busy.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
        const rest = readToEnd(busy)
        await asked.promise
        await server.close(20)
        assert.equal(await rest, '')
      },
    )
  })

  test('a port that is taken', async () => {
    await serve(describeExchange, async (port) => {
      const second = await createNodeServer(configWith(), describeExchange, listLogger().log)
      await assert.rejects(second.listen(port), { code: 'EADDRINUSE', syscall: 'listen' })
    })
  })
})

describe('HTTP/2 in clear text', () => {
  test('beside HTTP/1.1 when use_h2c is set', async () => {
    const handle: Handler = async (exchange) => {
      exchange.responseHeaders.add('Set-Cookie', 'a')
      exchange.responseHeaders.add('Set-Cookie', 'b')
      exchange.responseHeaders.add('Connection', 'keep-alive')
      exchange.answer(200, `${exchange.protocol} ${exchange.headers.get('X-A')} ${String(await exchange.body.bytes())}`)
    }
    await serve(
      handle,
      async (port) => {
        const session = http2.connect(`http://127.0.0.1:${port}`)
        const stream = session.request({ ':method': 'POST', ':path': '/x', 'x-a': '1' })
        const head = once(stream, 'response')
        stream.end('body')
        assert.equal(await text(stream), 'HTTP/2.0 1 body')
        assert.deepEqual((await head)[0]['set-cookie'], ['a', 'b'])
        session.close()
        assert.match(await exchangeRaw(port, `GET / HTTP/1.1\r\nX-A: 2\r\n${CLOSE}`), /HTTP\/1\.1 2 $/)
      },
      { useH2c: true },
    )
  })

  test('a stop tells of itself, and what it cuts is visibly cut', async () => {
    const source = new Readable({ read() {} })
    source.push('a')
    const handle: Handler = (exchange) => exchange.answerStream(200, source).catch(() => undefined)
    const server = await createNodeServer(configWith({ useH2c: true }), handle, listLogger().log)
    const { port } = await server.listen(0)
    const session = http2.connect(`http://127.0.0.1:${port}`)
    const farewells: number[] = []
    session.on('goaway', (code) => farewells.push(code))
    const stream = session.request({ ':path': '/x' })
    session.on('error', () => {})
    stream.on('error', () => {})
    let hasEnded = false
    stream.on('end', () => (hasEnded = true))
    await once(stream, 'readable')
    await Promise.all([once(stream, 'close'), server.close(50)])
    assert.equal(farewells[0], http2.constants.NGHTTP2_NO_ERROR)
    assert.deepEqual([stream.rstCode, hasEnded], [http2.constants.NGHTTP2_CANCEL, false])
  })
})
