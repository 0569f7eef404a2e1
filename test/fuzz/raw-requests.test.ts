// Random bytes that look like requests: the gateway survives them, and whatever reaches a backend is well-formed.

import assert from 'node:assert/strict'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import * as fc from 'fast-check'
import { endpoint, request, serve, type TestGateway } from '../kit.ts'
import { readRequests } from './strict-requests.ts'

const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1200)
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_261_125)
/** Requests that wait for more bytes are given up after that. */
const HEAD_TIMEOUT = '150ms'

interface Watcher {
  readonly url: string
  /** Everything that came, connection by connection. */
  readonly received: string[]
  close(): void
}

let backend: Watcher
let gateway: TestGateway

/** A backend that answers every complete request and keeps what it was sent. */
function watch(): Promise<Watcher> {
  const received: string[] = []
  const sockets = new Set<net.Socket>()
  const server = net.createServer((socket) => {
    const index = received.push('') - 1
    let answered = 0
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      received[index] += chunk.toString('latin1')
      const { count } = readRequests(received[index] as string)
      for (; answered < count; answered++) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}')
    })
  })
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as net.AddressInfo
      const close = (): void => {
        for (const socket of sockets) socket.destroy()
        server.close()
      }
      resolve({ url: `http://127.0.0.1:${port}`, received, close })
    })
  })
}

/** Sends bytes in pieces; resolves when the gateway closes. */
function send(bytes: Buffer, cuts: readonly number[]): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(gateway.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.on('data', (chunk) => (text += chunk.toString('latin1')))
    socket.on('close', () => resolve(text))
    let at = 0
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      socket.write(bytes.subarray(at, Math.max(at, cut % (bytes.length + 1))))
      at = Math.max(at, cut % (bytes.length + 1))
    }
    socket.write(bytes.subarray(at))
  })
}

/** Mostly the first, now and then one of the others. */
function mostly<T>(usual: T, ...others: T[]): fc.Arbitrary<T> {
  return fc.oneof(
    { weight: 8 * others.length, arbitrary: fc.constant(usual) },
    { weight: others.length, arbitrary: fc.constantFrom(...others) },
  )
}

const END = mostly('\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\n\n')
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('GET', 'POST') },
  fc.constantFrom('HEAD', 'OPTIONS', 'PUT', 'CONNECT', 'get', 'G\0T', ''),
)
const path = fc.oneof(
  fc.constantFrom(
    '/a',
    '/p',
    '/n',
    '/m',
    '/a/x',
    '/a/%2e%2e',
    '/a/%0d%0aX:%20y',
    '/a/%00',
    '/a/%',
    '/a/é?é=1',
    '*',
    'http://h/a',
    '//a',
    '/a/..',
    '/A',
  ),
  fc
    .string({ unit: fc.constantFrom('/', 'a', '%', '2', 'f', '?', '=', '&', '#', '.', ' ', '\t', '{', '}', '"', '\xff'), maxLength: 12 })
    .map((s) => `/a/${s}`),
)
const version = mostly('HTTP/1.1', 'HTTP/1.0', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1', '')
const field = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('X: y', 'Connection: close', 'Accept: */*', 'Cookie: a=b; c', 'X-Trace: 1') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      'Host: h',
      'Content-Length: 5',
      'Transfer-Encoding: chunked',
      'Host: h g',
      'Host : h',
      'Content-Length: 0',
      'Content-Length: +5',
      'Content-Length: 5, 5',
      'Content-Length: 99999999999999999999',
      'Content-Length:\t5',
      'content-length: 1',
      'Transfer-Encoding: identity',
      'Transfer-Encoding: gzip, chunked',
      'Transfer-Encoding: chunked, chunked',
      'Transfer-Encoding : chunked',
      'Transfer-Encoding: \x0bchunked',
      'Connection: keep-alive, transfer-encoding',
      'Connection: content-length',
      'Expect: 100-continue',
      'Upgrade: h2c',
      'TE: trailers',
      'Trailer: Host',
      ' folded',
      '\tContent-Length: 7',
      'X: \x00',
      'X: a\rb',
      'X\x00: y',
      ': z',
      'X',
      'Accept-Encoding: gzip',
      'X-Forwarded-For: a\\r\\nb',
      'User-Agent: é\xff',
      'Proxy-Connection: close',
      'HTTP2-Settings: AA',
      'Content-Type: \u007f',
    ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.string({ unit: fc.constantFrom('A', 'b', '-', '_', ' ', '(', '\x80'), maxLength: 6 }),
        fc.string({ unit: fc.constantFrom('v', ' ', ',', ';', '"', '\t', '\xe9'), maxLength: 8 }),
      )
      .map(([name, value]) => `${name}: ${value}`),
  },
)
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n'
/** A body and the line that announces it; they may disagree. */
const framed = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(['', ''], ['Content-Length: 5\r\n', 'hello'], ['Transfer-Encoding: chunked\r\n', CHUNKS]) },
  {
    weight: 1,
    arbitrary: fc.tuple(
      fc.constantFrom('', 'Content-Length: 5\r\n', 'Transfer-Encoding: chunked\r\n'),
      fc.constantFrom(
        CHUNKS,
        '5;x=y\r\nhello\r\n0\r\nT: v\r\n\r\n',
        '0\r\n\r\n',
        '5\nhello\n0\n\n',
        '5\r\nhelloXX0\r\n\r\n',
        'ffffffffffffffff\r\n',
        '-1\r\n',
        '0\r\nContent-Length: 5\r\n\r\n',
      ),
    ),
  },
)

const message = fc
  .tuple(method, path, version, fc.array(fc.tuple(field, END), { maxLength: 3 }), mostly(true, false), END, framed)
  .map(([verb, target, protocol, fields, hasHost, end, [announcement, content]]) => {
    const lines = fields.map(([line, lineEnd]) => line + lineEnd).join('')
    return `${verb} ${target} ${protocol}${end}${hasHost ? 'Host: h\r\n' : ''}${lines}${announcement}\r\n${content}`
  })

/** A few messages on one connection, now and then with a byte changed, in pieces. */
const connection = fc.record({
  bytes: fc
    .tuple(fc.array(message, { minLength: 1, maxLength: 3 }), fc.option(fc.tuple(fc.nat(400), fc.nat(255)), { freq: 1 }))
    .map(([messages, change]) => {
      const bytes = Buffer.from(messages.join(''), 'latin1')
      if (change !== null && bytes.length > 0) bytes[change[0] % bytes.length] = change[1]
      return bytes
    }),
  cuts: fc.array(fc.nat(300), { maxLength: 3 }),
})

suite('random bytes', () => {
  before(async () => {
    backend = await watch()
    const everything = { input_headers: ['*'], input_query_strings: ['*'], timeout: '400ms' }
    const stream = { ...everything, output_encoding: 'no-op' }
    gateway = await serve({
      read_timeout: HEAD_TIMEOUT,
      endpoints: [
        endpoint('/a', backend.url, everything),
        endpoint('/a/{id}', backend.url, everything, { url_pattern: '/b/{id}?x={id}' }),
        endpoint('/p', backend.url, { ...everything, method: 'POST' }),
        endpoint('/n', backend.url, { ...stream, method: 'POST' }),
        endpoint('/n', backend.url, stream),
        { endpoint: '/m', method: 'POST', ...everything, backend: [{ host: [backend.url] }, { host: [backend.url], url_pattern: '/2' }] },
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    backend.close()
  })

  suite('random requests', () => {
    test('reach backends well-formed or not at all, and get well-formed answers', async () => {
      // Many connections at once, because most of them end with a timeout.
      const batch = fc.array(connection, { minLength: 40, maxLength: 40 })
      const parameters = { seed: SEED, numRuns: Math.ceil(RUNS / 40), endOnFailure: true }
      await fc.assert(
        fc.asyncProperty(batch, async (connections) => {
          const answers = await Promise.all(connections.map(({ bytes, cuts }) => send(bytes, cuts)))
          for (const [i, answer] of answers.entries())
            assert.match(answer, /^$|^HTTP\/1\.1 [1-5]\d\d [A-Z]/, JSON.stringify(connections[i]?.bytes.toString('latin1')))
          for (const text of backend.received) {
            const { fault } = readRequests(text)
            assert.equal(fault, null, JSON.stringify(text))
          }
          assert.equal((await request(gateway.port, '/__health')).status, 200)
        }),
        parameters,
      )
      assert.ok(
        backend.received.some((text) => text.includes('POST')),
        'some are forwarded',
      )
      assert.deepEqual(
        gateway.lines.filter((line) => /\n +at /.test(line)),
        [],
        'no bugs are logged',
      )
    })
  })
})
