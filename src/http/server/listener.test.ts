import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, test } from 'node:test'
import type { Handler } from '../../engine/types.ts'
import { CLOSE, describeExchange, exchangeRaw, serve } from '../test-support.ts'

describe('HTTP/1.1', () => {
  test('a request and its answer, byte by byte', async () => {
    const handle: Handler = (exchange) => {
      exchange.responseHeaders.add('X-A', '1')
      exchange.responseHeaders.add('X-A', '\u00e9')
      exchange.answer(201, '{"é":1}')
    }
    await serve(handle, async (port) => {
      const answer = await exchangeRaw(port, `GET / HTTP/1.1\r\n${CLOSE}`)
      const expected =
        'HTTP/1.1 201 Created\r\nX-A: 1\r\nX-A: \u00e9\r\nContent-Length: 8\r\nConnection: close\r\nDate: *\r\n\r\n{"\u00c3\u00a9":1}'
      assert.equal(answer.replace(/Date: [^\r]*/, 'Date: *'), expected)
    })
  })

  test('what the exchange knows', async () => {
    await serve(describeExchange, async (port) => {
      assert.match(
        await exchangeRaw(port, `GET /a%20b?c=%20 HTTP/1.1\r\n${CLOSE}`),
        /\["GET","\/a b","c=%20","a","127\.0\.0\.1","HTTP\/1\.1"\]$/,
      )
      assert.match(await exchangeRaw(port, `GET http://h:9/x HTTP/1.1\r\n${CLOSE}`), /\["GET","\/x","","h:9",/)
      assert.match(await exchangeRaw(port, 'GET /x HTTP/1.0\r\n\r\n'), /\["GET","\/x","","","127\.0\.0\.1","HTTP\/1\.0"\]$/)
    })
  })

  test('no body where none may be', async () => {
    const handle: Handler = (exchange) => exchange.answer(Number(exchange.path.slice(1)), 'body')
    await serve(handle, async (port) => {
      assert.match(await exchangeRaw(port, `HEAD /200 HTTP/1.1\r\n${CLOSE}`), /Content-Length: 4\r\n.*\r\n\r\n$/s)
      for (const status of [204, 304]) {
        const answer = await exchangeRaw(port, `GET /${status} HTTP/1.1\r\n${CLOSE}`)
        assert.match(answer, /\r\n\r\n$/)
        assert.doesNotMatch(answer, /Content-Length|Transfer-Encoding/)
      }
    })
  })

  test('HEAD is told the length that is known, and none that is not', async () => {
    const handle: Handler = (exchange) => {
      if (exchange.path === '/told') exchange.responseHeaders.set('Content-Length', '7')
      exchange.answer(200)
    }
    await serve(handle, async (port) => {
      assert.match(await exchangeRaw(port, `HEAD /told HTTP/1.1\r\n${CLOSE}`), /Content-Length: 7\r\n.*\r\n\r\n$/s)
      assert.doesNotMatch(await exchangeRaw(port, `HEAD / HTTP/1.1\r\n${CLOSE}`), /Content-Length|Transfer-Encoding/)
      assert.match(await exchangeRaw(port, `GET /told HTTP/1.1\r\n${CLOSE}`), /Content-Length: 0\r\n/)
    })
  })

  test('a 304 says nothing of the body that it leaves out, a 204 what its type would be', async () => {
    const handle: Handler = (exchange) => {
      exchange.responseHeaders.set('Content-Type', 'text/html')
      exchange.responseHeaders.set('Content-Length', '7')
      const status = Number(exchange.path.slice(1))
      return exchange.rawQuery === '' ? exchange.answer(status) : exchange.answerStream(status, Readable.from(['x']))
    }
    await serve(handle, async (port) => {
      for (const query of ['', '?stream']) {
        assert.doesNotMatch(await exchangeRaw(port, `GET /304${query} HTTP/1.1\r\n${CLOSE}`), /Content-(?:Type|Length)/)
        const without = await exchangeRaw(port, `GET /204${query} HTTP/1.1\r\n${CLOSE}`)
        assert.match(without, /Content-Type/)
        assert.doesNotMatch(without, /Content-Length/)
      }
    })
  })

  test('100-continue is said when the body is read, and only then', async () => {
    const request = `POST /read HTTP/1.1\r\nContent-Length: 3\r\nExpect: 100-continue\r\n${CLOSE}`
    const handle: Handler = async (exchange) => exchange.answer(200, exchange.path === '/read' ? await exchange.body.bytes() : 'unread')
    await serve(handle, async (port) => {
      assert.match(await exchangeRaw(port, `${request}abc`), /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK.*abc$/s)
      const unread = await exchangeRaw(port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n')
      assert.match(unread, /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n.*unread$/s)
    })
  })

  test('without a body the end of the connection is said: Node does not keep it', async () => {
    await serve(
      (exchange) => exchange.answer(200, 'ok'),
      async (port) => {
        assert.match(
          await exchangeRaw(port, 'GET / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n'),
          /^HTTP\/1\.1 200 OK\r\n.*Connection: close\r\n/s,
        )
      },
    )
  })

  test('bodies: length known, unknown, none; read again and again', async () => {
    const read: Handler = async (exchange) => {
      const { body } = exchange
      const first = await body.bytes()
      exchange.answer(200, `${body.length}:${String(first)}:${await text(body.stream())}`)
    }
    await serve(read, async (port) => {
      assert.match(await exchangeRaw(port, `POST / HTTP/1.1\r\nContent-Length: 3\r\n${CLOSE}abc`), /3:abc:abc$/)
      assert.match(
        await exchangeRaw(port, `POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n${CLOSE}3\r\nabc\r\n0\r\n\r\n`),
        /null:abc:abc$/,
      )
      assert.match(await exchangeRaw(port, `POST / HTTP/1.1\r\n${CLOSE}`), /0::$/)
    })
  })

  test('what can be misread is refused and the connection closed', async () => {
    let calls = 0
    const count: Handler = (exchange) => {
      calls++
      exchange.answer(200)
    }
    const post = 'POST / HTTP/1.1\r\nHost: a\r\n'
    const bad = [
      'nonsense\r\n\r\n',
      'GET / HTTP/1.1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a b\r\n\r\n',
      'GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET x HTTP/1.1\r\nHost: a\r\n\r\n',
      'GET / HTTP/1.1\nHost: a\n\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX A: 1\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n b\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX: a\rb\r\n\r\n',
      'GET / HTTP/1.1\r\nHost: a\r\nX: \u0000\r\n\r\n',
      `${post}Content-Length: 1\r\nContent-Length: 1\r\n\r\na`,
      `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\nab`,
      `${post}Content-Length: x\r\n\r\n`,
      `${post}Content-Length: +1\r\n\r\na`,
      `${post}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`,
      `${post}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
      'POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    ]
    await serve(count, async (port) => {
      const answers = await Promise.all(bad.map((bytes) => exchangeRaw(port, bytes)))
      for (const [i, answer] of answers.entries()) assert.match(answer, /^HTTP\/1\.1 400 Bad Request\r\n/, JSON.stringify(bad[i]))
      assert.match(await exchangeRaw(port, `${post}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`), /^HTTP\/1\.1 501 /)
      assert.equal(calls, 0)
    })
  })

  test('431 beyond max_header_bytes and a little more', async () => {
    await serve(
      describeExchange,
      async (port) => {
        assert.match(await exchangeRaw(port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(4000)}\r\n${CLOSE}`), /^HTTP\/1\.1 200 /)
        assert.match(
          await exchangeRaw(port, `GET / HTTP/1.1\r\nX: ${'x'.repeat(6000)}\r\n${CLOSE}`),
          /^HTTP\/1\.1 431 Request Header Fields Too Large\r\n/,
        )
      },
      { maxHeaderBytes: 1024 },
    )
  })

  test('many fields are all there', async () => {
    await serve(
      (exchange) => exchange.answer(200, String(exchange.headers.values('X').length)),
      async (port) => assert.match(await exchangeRaw(port, `GET / HTTP/1.1\r\n${'X: 1\r\n'.repeat(3000)}${CLOSE}`), /\r\n\r\n3000$/),
    )
  })

  test('a handler that fails is a 500 and a line in the log; a second answer is a bug', async () => {
    const handle: Handler = (exchange) => {
      if (exchange.path === '/throws') throw new Error('boom')
      if (exchange.path === '/rejects') return Promise.reject(new Error('bang'))
      exchange.answer(200, 'once')
      assert.throws(() => exchange.answer(200), /answered twice/)
      return undefined
    }
    await serve(handle, async (port, _server, lines) => {
      assert.match(await exchangeRaw(port, `GET /throws HTTP/1.1\r\n${CLOSE}`), /^HTTP\/1\.1 500 .*Content-Length: 0\r\n/s)
      assert.match(await exchangeRaw(port, `GET /rejects HTTP/1.1\r\n${CLOSE}`), /^HTTP\/1\.1 500 /)
      assert.match(await exchangeRaw(port, `GET /twice HTTP/1.1\r\n${CLOSE}`), /once$/)
      assert.match(lines.join('\n'), /boom[^]*bang/)
    })
  })
})
