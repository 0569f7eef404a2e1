// Requests that could be read in two ways, or not at all: refused, the connection closed, no backend hears of them.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import { endpoint, type RawBackend, sendRaw, serve, startRawBackend, type TestGateway } from '../kit.ts'

let backend: RawBackend
let gateway: TestGateway

/** A request whose head is well-formed but for the lines given. */
function get(lines: string, target = '/x'): string {
  return `GET ${target} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`
}

function post(lines: string, body: string, path = '/n'): string {
  return `POST ${path} HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}`
}

const SMUGGLED = 'GET /q/smuggled HTTP/1.1\r\nHost: a\r\n\r\n'

const REFUSED: Readonly<Record<string, string>> = {
  'length and chunks': post('Content-Length: 5\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'chunks and length': post('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n', '0\r\n\r\n'),
  'the same length twice': post('Content-Length: 5\r\nContent-Length: 5\r\n', 'hello'),
  'two lengths': post('Content-Length: 5\r\nContent-Length: 6\r\n', 'hello!'),
  'a list of lengths': post('Content-Length: 5, 5\r\n', 'hello'),
  'a length with a sign': post('Content-Length: +5\r\n', 'hello'),
  'a negative length': post('Content-Length: -5\r\n', 'hello'),
  'a hexadecimal length': post('Content-Length: 0x5\r\n', 'hello'),
  'an empty length': post('Content-Length: \r\n', 'hello'),
  'a length beyond 64 bits': post('Content-Length: 18446744073709551621\r\n', 'hello'),
  'chunked, spelt otherwise': post('Transfer-Encoding: xchunked\r\n', '0\r\n\r\n'),
  'chunked behind a vertical tab': post('Transfer-Encoding: \x0bchunked\r\n', '0\r\n\r\n'),
  'chunked not last': post('Transfer-Encoding: chunked, gzip\r\n', '0\r\n\r\n'),
  'another coding': post('Transfer-Encoding: gzip, chunked\r\n', '0\r\n\r\n'),
  'chunked twice': post('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\n'),
  'identity and length': post('Transfer-Encoding: identity\r\nContent-Length: 5\r\n', 'hello'),
  'no coding': post('Transfer-Encoding: \r\n', '0\r\n\r\n'),
  'a folded coding': post('Transfer-Encoding:\r\n chunked\r\n', '0\r\n\r\n'),
  'a coding with a space before the colon': post('Transfer-Encoding : chunked\r\n', '0\r\n\r\n'),
  'chunks in HTTP/1.0': `POST /n HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  'a chunk that ends with LF': post('Transfer-Encoding: chunked\r\n', '5\nhello\r\n0\r\n\r\n'),
  'LF in an extension': post('Transfer-Encoding: chunked\r\n', '5;a\nb\r\nhello\r\n0\r\n\r\n'),
  'CR in an extension': post('Transfer-Encoding: chunked\r\n', '5;a\rb\r\nhello\r\n0\r\n\r\n'),
  'a chunk size with 0x': post('Transfer-Encoding: chunked\r\n', '0x5\r\nhello\r\n0\r\n\r\n'),
  'a chunk size with a sign': post('Transfer-Encoding: chunked\r\n', '-5\r\nhello\r\n0\r\n\r\n'),
  'a chunk size with a space': post('Transfer-Encoding: chunked\r\n', '5 \r\nhello\r\n0\r\n\r\n'),
  'a chunk size beyond 64 bits': post('Transfer-Encoding: chunked\r\n', 'FFFFFFFFFFFFFFFFF\r\nhello\r\n0\r\n\r\n'),
  'CR within a field': get('X: a\rY: b\r\n'),
  'CR instead of line ends': 'GET /x HTTP/1.1\rHost: a\r\r\n',
  'LF instead of line ends': 'GET /x HTTP/1.1\nHost: a\n\n',
  'one LF instead of a line end': get('X: y\nY: z\r\n'),
  'LF at the end of the head': 'GET /x HTTP/1.1\r\nHost: a\r\n\n',
  'a folded line': get('X: a\r\n b\r\n'),
  'a folded first line': 'GET /x HTTP/1.1\r\n Host: a\r\n\r\n',
  'a space before the colon': 'GET /x HTTP/1.1\r\nHost : a\r\n\r\n',
  'a line without colon': get('foo\r\n'),
  'a line without name': get(': y\r\n'),
  'NUL in a value': get('X: a\0b\r\n'),
  'NUL in a name': get('X\0: a\r\n'),
  'NUL in the target': get('', '/x\0'),
  'a control character in a value': get('X: \x01\r\n'),
  'HTTP/0.9': 'GET /x\r\n\r\n',
  'HTTP/2.0 without HTTP/2': 'GET /x HTTP/2.0\r\nHost: a\r\n\r\n',
  'HTTP/1.2': 'GET /x HTTP/1.2\r\nHost: a\r\n\r\n',
  'a protocol in lower case': 'GET /x http/1.1\r\nHost: a\r\n\r\n',
  'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'TLS on a plain port': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'no Host': 'GET /x HTTP/1.1\r\n\r\n',
  'two Hosts': get('Host: a\r\n'),
  'a Host with a space': 'GET /x HTTP/1.1\r\nHost: a b\r\n\r\n',
  'a Host with a path': 'GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n',
  'a Host with a user': 'GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n',
  'an absolute target with a space': get('', 'http://b b/x'),
  'an authority as target': get('', 'b:80'),
  'a target without slash': get('', 'x'),
  'a space in the target': get('', '/x y'),
  'tabs around the target': 'GET\t/x\tHTTP/1.1\r\nHost: a\r\n\r\n',
  'a lonely percent sign': get('', '/q/%'),
  'a percent sign before what is no hex': get('', '/q/%zz'),
  'doubly encoded dots': get('Connection: close\r\n', '/q/%252e%252e%252f'),
  'no token as method': 'GE(T /x HTTP/1.1\r\nHost: a\r\n\r\n',
}

/** Complete requests the backends saw; the head of a chunked one whose body breaks off midway may have left already. */
function completeRequests(): string[] {
  return backend.received.filter((text) => /^GET |Content-Length|\r\n0\r\n\r\n$/m.test(text))
}

suite('malformed requests', () => {
  before(async () => {
    backend = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'))
    const everything = { method: 'POST', input_headers: ['*'], input_query_strings: ['*'] }
    gateway = await serve({
      timeout: '5s',
      endpoints: [
        endpoint('/x', backend.url),
        endpoint('/n', backend.url, { ...everything, output_encoding: 'no-op' }),
        endpoint('/q/{id}', backend.url),
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  suite('refused, and never forwarded', () => {
    for (const [name, bytes] of Object.entries(REFUSED)) {
      test(name, async () => {
        const answer = await sendRaw(gateway.port, bytes + SMUGGLED)
        assert.match(answer, /^HTTP\/1\.1 (400|501|505) /)
        assert.match(answer, /\r\nConnection: close\r\n/)
        assert.equal(answer.match(/HTTP\/1\.1 \d/g)?.length, 1, 'one answer')
        assert.deepEqual(completeRequests(), [])
      })
    }
  })

  suite('with a warm connection to the backend', () => {
    /** A backend of its own, because here it is called. */
    async function sendAfterWarmUp(bytes: string): Promise<{ answer: string; received: string }> {
      const own = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'))
      const host = own.url
      const post = { method: 'POST', output_encoding: 'no-op' }
      const served = await serve({ endpoints: [endpoint('/x', host), endpoint('/q/{id}', host), endpoint('/n', host, post)] })
      await sendRaw(served.port, get('Connection: close\r\n'))
      const warm = own.received.join('').length
      const answer = await sendRaw(served.port, bytes)
      await served.stop()
      await own.close()
      return { answer, received: own.received.join('').slice(warm) }
    }

    test('what follows an answer that ends the connection is not carried out', async () => {
      for (const first of [
        get('Host: b\r\n'),
        get('', '/q/%'),
        post('Transfer-Encoding: chunked\r\n', '5\r\nhello\r\n0\r\n\r\n', '/nowhere'),
        post('Expect: miracles\r\nContent-Length: 5\r\n', 'hello'),
      ]) {
        const { answer, received } = await sendAfterWarmUp(first + SMUGGLED)
        assert.match(answer, /^HTTP\/1\.1 4/)
        assert.equal(received, '', first)
      }
    })

    test('a body that turns out malformed never reaches its end', async () => {
      for (const body of ['5;a\nb\r\nhello\r\n0\r\n\r\n', '5\r\nhello\r\nzz\r\n', '5\r\nhello\r\n0\r\nContent-Length: 3\r\n\r\n']) {
        const { answer, received } = await sendAfterWarmUp(post('Transfer-Encoding: chunked\r\n', body))
        assert.match(answer, /^HTTP\/1\.1 400 /)
        assert.doesNotMatch(received, /0\r\n\r\n$/)
      }
    })
  })

  suite('CONNECT', () => {
    const CONNECT = 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n'

    test('is not found, and what follows it is not looked at', async () => {
      const answer = await sendRaw(gateway.port, CONNECT + SMUGGLED)
      assert.match(answer, /^HTTP\/1\.1 404 Not Found\r\n[^]*404 page not found$/)
      assert.deepEqual(completeRequests(), [])
    })

    test('behind an answer that ends the connection does no harm', async () => {
      const first = 'GET /nowhere HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'
      const unread = post('Transfer-Encoding: chunked\r\n', '0\r\n\r\n', '/nowhere')
      for (const bytes of [first, unread]) {
        const socket = net.connect({ port: gateway.port, host: '127.0.0.1', allowHalfOpen: true })
        socket.on('error', () => {})
        socket.write(bytes)
        await once(socket, 'data')
        socket.write(CONNECT)
        socket.resume()
        await once(socket, 'end')
        socket.destroy()
      }
      assert.match(await sendRaw(gateway.port, get('Connection: close\r\n', '/__health')), /^HTTP\/1\.1 200 /)
    })

    test('of a client that is gone does no harm', async () => {
      for (let i = 0; i < 20; i++) {
        const socket = net.connect(gateway.port, '127.0.0.1')
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.write(CONNECT)
        socket.resetAndDestroy()
      }
      assert.match(await sendRaw(gateway.port, get('Connection: close\r\n', '/__health')), /^HTTP\/1\.1 200 /)
    })
  })

  suite('odd, and yet well-formed', () => {
    test('chunk extensions and trailers end here', async () => {
      const before = backend.received.length
      const body = '5;a=b;c="d"\r\nhello\r\n0\r\nX-Secret: 1\r\n\r\n'
      const answer = await sendRaw(gateway.port, post('Connection: close\r\nTransfer-Encoding: chunked\r\n', body))
      assert.match(answer, /^HTTP\/1\.1 200 /)
      const text = backend.received.slice(before).join('')
      assert.match(text, /\r\nTransfer-Encoding: chunked\r\n/)
      assert.match(text, /\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/)
      assert.doesNotMatch(text, /a=b|Secret/)
    })

    test('an absolute target names the host', async () => {
      const before = backend.received.join('').length
      const answer = await sendRaw(gateway.port, get('Connection: close\r\n', 'http://other.test:81/x?y'))
      assert.match(answer, /^HTTP\/1\.1 200 /)
      assert.match(backend.received.join('').slice(before), /GET \/x HTTP\/1\.1\r\n[^]*X-Forwarded-Host: other\.test:81\r\n/)
    })

    test('empty lines before a request', async () => {
      assert.match(await sendRaw(gateway.port, `\r\n\r\n${get('Connection: close\r\n')}`), /^HTTP\/1\.1 200 /)
    })

    const ANSWERS: readonly (readonly [target: string, status: number])[] = [
      ['/q/%00', 500],
      ['/q/%0d%0aX:y', 500],
      ['/q/%09', 500],
      ['/q/a%2fb', 404],
      ['/q/a%3fb', 400],
      ['/q/a%23b', 400],
    ]
    for (const [target, status] of ANSWERS)
      test(`${target} is ${status} and not forwarded`, async () => {
        const before = backend.received.join('').length
        const answer = await sendRaw(gateway.port, get('Connection: close\r\n', target))
        assert.equal(answer.slice(0, 12), `HTTP/1.1 ${status}`)
        assert.equal(backend.received.join('').length, before)
      })
  })

  suite('large heads', () => {
    test('a thousand fields and more reach the backend, every one', async () => {
      const before = backend.received.join('').length
      const lines = Array.from({ length: 3000 }, (_, i) => `X-Field-${i}: value-${i}\r\n`)
      const answer = await sendRaw(gateway.port, post(`Connection: close\r\nContent-Length: 0\r\n${lines.join('')}`, ''))
      assert.match(answer, /^HTTP\/1\.1 200 /)
      const sent = new Set(backend.received.join('').slice(before).split('\n'))
      for (const line of lines) assert.ok(sent.has(line.slice(0, -1)), line)
    })

    test('a line of 900 KB passes, a head beyond the limit is 431', async () => {
      const before = backend.received.join('').length
      const line = `X-Long: ${'y'.repeat(900_000)}\r\n`
      assert.match(await sendRaw(gateway.port, post(`Connection: close\r\nContent-Length: 0\r\n${line}`, '')), /^HTTP\/1\.1 200 /)
      assert.ok(backend.received.join('').slice(before).includes(line))
      const after = backend.received.join('').length
      assert.match(await sendRaw(gateway.port, get(`X-Long: ${'y'.repeat(1_100_000)}\r\n`)), /^HTTP\/1\.1 431 /)
      assert.equal(backend.received.join('').length, after)
    })
  })
})
