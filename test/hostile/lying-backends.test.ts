// Backends that hang, lie, cut and flood: each costs its own endpoint its timeout at most, and nobody else anything.

import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import zlib from 'node:zlib'
import { until } from '../../src/testing/until.ts'
import { endpoint, type RawBackend, request, serve, startRawBackend, type TestGateway } from '../kit.ts'

const TIMEOUT_MS = 300
const MEGABYTE = 1024 * 1024

interface Lie {
  /** What the backend does with the connection after the head of a request. */
  readonly act: (socket: Socket) => void
  /** Status and body of an endpoint that decodes JSON, or the error it names. */
  readonly json: readonly [status: number, body: string | RegExp]
  /** The same of one that passes streams; null: the answer must not look complete. */
  readonly stream: readonly [status: number, body: string | RegExp] | null
  /** It takes a busy machine longer than the other endpoints wait to read it. */
  readonly isLarge?: true
}

const HEAD = 'HTTP/1.1 200 OK\r\n'
const OK = [200, '{"a":1}'] as const
const BROKEN = [500, /transport connection broken: /] as const
const EOF = [500, /: (unexpected )?EOF$/] as const
const LATE = [500, 'context deadline exceeded'] as const

function says(text: string): (socket: Socket) => void {
  return (socket) => void socket.write(Buffer.from(text, 'latin1'))
}

function saysAndEnds(text: string): (socket: Socket) => void {
  return (socket) => void socket.end(Buffer.from(text, 'latin1'))
}

/** Says something, and then a little more every now and then. */
function drips(first: string, drop: string): (socket: Socket) => void {
  return (socket) => {
    socket.write(first)
    const timer = setInterval(() => socket.write(drop), 20)
    socket.on('close', () => clearInterval(timer))
  }
}

function floods(first: string): (socket: Socket) => void {
  const block = Buffer.alloc(65_536, ' ')
  return (socket) => {
    const pour = (): void => {
      while (!socket.destroyed && socket.write(block));
    }
    socket.write(first)
    socket.on('drain', pour)
    pour()
  }
}

const LIES: Readonly<Record<string, Lie>> = {
  'nothing at all': { act: () => {}, json: LATE, stream: LATE },
  'a cut': { act: (socket) => socket.destroy(), json: EOF, stream: EOF },
  'a reset': {
    act: (socket) => socket.resetAndDestroy(),
    json: [500, /connection reset by peer$/],
    stream: [500, /connection reset by peer$/],
  },
  'half a head': { act: saysAndEnds(`${HEAD}X: y`), json: EOF, stream: EOF },
  'a head drop by drop': { act: drips(HEAD, 'X: y\r\n'), json: LATE, stream: LATE },
  'a body drop by drop': { act: drips(`${HEAD}Content-Length: 99\r\n\r\n`, ' '), json: LATE, stream: null },
  'a body without end': { act: floods(`${HEAD}\r\n`), json: LATE, stream: null },
  'a head, and nothing more': { act: says(`${HEAD}Content-Length: 99\r\n\r\n`), json: LATE, stream: null },
  'a head, and the end': { act: saysAndEnds(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`), json: [500, 'unexpected EOF'], stream: null },
  'less than announced, and half a value': {
    act: saysAndEnds(`${HEAD}Content-Length: 99\r\n\r\n{"a":1`),
    json: [500, 'unexpected EOF'],
    stream: null,
  },
  'less than announced': { act: saysAndEnds(`${HEAD}Content-Length: 99\r\n\r\n{"a":1}`), json: OK, stream: null },
  'more than announced': { act: says(`${HEAD}Content-Length: 7\r\n\r\n{"a":1}garbage`), json: OK, stream: OK },
  'two answers': { act: says(`${HEAD}Content-Length: 7\r\n\r\n{"a":1}${HEAD}Content-Length: 7\r\n\r\n{"b":2}`), json: OK, stream: OK },
  'an unbelievable length': {
    act: saysAndEnds(`${HEAD}Content-Length: 999999999999999\r\n\r\n{"a":1}`),
    json: OK,
    stream: null,
  },
  'a length of twenty digits': { act: says(`${HEAD}Content-Length: 99999999999999999999\r\n\r\n`), json: BROKEN, stream: BROKEN },
  'a negative length': { act: says(`${HEAD}Content-Length: -1\r\n\r\n{"a":1}`), json: BROKEN, stream: BROKEN },
  'two lengths': { act: says(`${HEAD}Content-Length: 7\r\nContent-Length: 8\r\n\r\n{"a":1}`), json: BROKEN, stream: BROKEN },
  'length and chunks': {
    act: says(`${HEAD}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n`),
    json: OK,
    stream: OK,
  },
  'a chunk that is none, right behind the head': {
    act: says(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n{"a":1}\r\n0\r\n\r\n`),
    json: [500, 'invalid byte in chunk length'],
    stream: [500, 'invalid byte in chunk length'],
  },
  'chunks without end': {
    act: saysAndEnds(`${HEAD}Transfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n`),
    json: OK,
    stream: null,
  },
  'another transfer encoding': { act: says(`${HEAD}Transfer-Encoding: gzip\r\n\r\n`), json: BROKEN, stream: BROKEN },
  'no HTTP': { act: says('\x00\xff lorem ipsum\r\n\r\n'), json: BROKEN, stream: BROKEN },
  'HTTP/0.9': { act: saysAndEnds('{"a":1}'), json: EOF, stream: EOF },
  'HTTP/1.0': { act: saysAndEnds('HTTP/1.0 200 OK\r\n\r\n{"a":1}'), json: OK, stream: OK },
  'HTTP/2': { act: says('HTTP/2 200\r\ncontent-length: 7\r\n\r\n{"a":1}'), json: BROKEN, stream: BROKEN },
  'a status of four digits': { act: says('HTTP/1.1 1000 X\r\nContent-Length: 0\r\n\r\n'), json: BROKEN, stream: BROKEN },
  'a status of zeros': { act: says('HTTP/1.1 000 X\r\nContent-Length: 0\r\n\r\n'), json: BROKEN, stream: BROKEN },
  'interim answers before the real one': {
    act: says(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n${HEAD}Content-Length: 7\r\n\r\n{"a":1}`),
    json: OK,
    stream: OK,
  },
  'nothing but interim answers': {
    act: drips('', 'HTTP/1.1 102 Processing\r\n\r\n'),
    json: [500, /too many 1xx informational responses$/],
    stream: [500, /too many 1xx informational responses$/],
  },
  'a 204 with a body': {
    act: says('HTTP/1.1 204 No Content\r\nContent-Length: 7\r\n\r\n{"a":1}'),
    json: [500, /^invalid status code 204 /],
    stream: [204, ''],
  },
  'a 204 with chunks': {
    act: says('HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n{"a":1}\r\n0\r\n\r\n'),
    json: [500, /^invalid status code 204 /],
    stream: [204, ''],
  },
  'a 304 with a length': {
    act: says('HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n'),
    json: [500, /^invalid status code 304 /],
    stream: [304, ''],
  },
  'NUL in a field': { act: says(`${HEAD}X: a\0b\r\nContent-Length: 7\r\n\r\n{"a":1}`), json: BROKEN, stream: BROKEN },
  'CR in a field': { act: says(`${HEAD}X: a\rInjected: b\r\nContent-Length: 7\r\n\r\n{"a":1}`), json: BROKEN, stream: BROKEN },
  'a name with a blank': { act: says(`${HEAD}X Y: b\r\nContent-Length: 7\r\n\r\n{"a":1}`), json: OK, stream: OK },
  'a name that is no token': { act: says(`${HEAD}X(Y: b\r\nContent-Length: 7\r\n\r\n{"a":1}`), json: BROKEN, stream: BROKEN },
  'a head of 15 MB': {
    act: says(`${HEAD}X: ${'x'.repeat(15 * MEGABYTE)}\r\n\r\n`),
    json: [500, /headers exceeded 10485760 bytes; aborted$/],
    stream: [500, /headers exceeded 10485760 bytes; aborted$/],
    isLarge: true,
  },
  'gzip that is none': {
    act: says(`${HEAD}Content-Encoding: gzip\r\nContent-Length: 7\r\n\r\n{"a":1}`),
    json: [500, 'gzip: invalid header'],
    stream: [500, 'gzip: invalid header'],
  },
}

let backend: RawBackend
let gateway: TestGateway
const names = Object.keys(LIES)

function assertAnswer(
  answer: { status: number; body: string; isComplete: boolean },
  [status, body]: readonly [number, string | RegExp],
): void {
  assert.equal(answer.status, status, answer.body)
  if (typeof body === 'string') assert.equal(answer.body, body)
  else assert.match(answer.body, body)
  assert.ok(answer.isComplete)
}

suite('lying backends', () => {
  before(async () => {
    backend = await startRawBackend((socket, head) => {
      const [, kind, index] = /^GET \/(\w+)(?:\/large)?\/(\d+) /.exec(head) ?? []
      if (kind === 'fine') socket.write(`${HEAD}Content-Length: 11\r\n\r\n{"ok":true}`)
      else LIES[names[Number(index)] as string]?.act(socket)
    })
    gateway = await serve({
      timeout: `${TIMEOUT_MS}ms`,
      extra_config: { router: { return_error_msg: true } },
      endpoints: [
        endpoint('/json/{id}', backend.url),
        endpoint('/stream/{id}', backend.url, { output_encoding: 'no-op' }),
        endpoint('/json/large/{id}', backend.url, { timeout: '20s' }),
        endpoint('/stream/large/{id}', backend.url, { timeout: '20s', output_encoding: 'no-op' }),
        endpoint('/fine/{id}', backend.url, { timeout: '20s' }),
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  suite('what a backend says', () => {
    for (const [index, name] of names.entries()) {
      const { json, stream, isLarge } = LIES[name] as Lie
      const path = isLarge ? `large/${index}` : `${index}`
      test(`${name}, decoded`, async () => assertAnswer(await request(gateway.port, `/json/${path}`), json))
      test(`${name}, as a stream`, async () => {
        const answer = await request(gateway.port, `/stream/${path}`).catch(() => null)
        if (stream === null) assert.notEqual(answer?.isComplete, true)
        else assertAnswer(answer as NonNullable<typeof answer>, stream)
      })
    }

    test('after all that, no connection is left but healthy ones', async () => {
      assert.equal((await request(gateway.port, '/fine/0')).body, '{"ok":true}')
      await until(() => backend.sockets.size <= 8, 'connections of the lying backend are closed')
    })
  })

  test('a thousand hanging calls: other endpoints answer meanwhile, and everything is closed in the end', async () => {
    const hanging = Array.from({ length: 1000 }, (_, i) => request(gateway.port, `/${i % 2 === 0 ? 'json' : 'stream'}/0`))
    const fine = await Promise.all(Array.from({ length: 50 }, () => request(gateway.port, '/fine/0')))
    assert.deepEqual(new Set(fine.map(({ body }) => body)), new Set(['{"ok":true}']))
    for (const answer of await Promise.all(hanging)) assertAnswer(answer, LATE)
    await until(() => backend.sockets.size <= 60, 'the connections of calls that were given up are closed')
  })

  test('a thousand fields and a field of 5 MB come through', async () => {
    const many = Array.from({ length: 1500 }, (_, i) => `X-Field-${i}: ${i}\r\n`).join('')
    const own = await startRawBackend((socket) =>
      socket.write(`${HEAD}${many}X-Big: ${'x'.repeat(5 * MEGABYTE)}\r\nX-Bytes: \xe9\r\nContent-Length: 7\r\n\r\n{"a":1}`, 'latin1'),
    )
    const served = await serve({ endpoints: [endpoint('/x', own.url, { output_encoding: 'no-op', timeout: '20s' })] })
    const { headers, rawHeaders, body } = await request(served.port, '/x')
    assert.equal(body, '{"a":1}')
    assert.equal(rawHeaders.filter((name) => name.startsWith('X-Field-')).length, 1500)
    assert.equal(headers['x-field-1499'], '1499')
    assert.equal(headers['x-big']?.length, 5 * MEGABYTE)
    assert.equal(headers['x-bytes'], '\xe9')
    await served.stop()
    await own.close()
  })

  test('a little gzip that unpacks to a lot is given up when the time is over', async () => {
    const gzip = zlib.createGzip({ level: 9 })
    const chunks: Buffer[] = []
    gzip.on('data', (chunk: Buffer) => chunks.push(chunk))
    const block = Buffer.alloc(MEGABYTE, ' ')
    for (let i = 0; i < 16; i++) gzip.write(block)
    gzip.end('{}')
    await new Promise((resolve) => {
      gzip.on('end', resolve)
    })
    const member = Buffer.concat(chunks)
    // 16 MB each, more than a gigabyte together.
    const bomb = Buffer.concat(Array.from({ length: 100 }, () => member))
    const own = await startRawBackend((socket) => {
      socket.write(`${HEAD}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`)
      socket.write(bomb)
    })
    const served = await serve({
      extra_config: { router: { return_error_msg: true } },
      endpoints: [endpoint('/x', own.url, { timeout: `${TIMEOUT_MS}ms` })],
    })
    const before = process.memoryUsage().external
    assertAnswer(await request(served.port, '/x'), LATE)
    const grown = process.memoryUsage().external - before
    assert.ok(grown < 1024 * MEGABYTE, `${Math.round(grown / MEGABYTE)} MB`)
    await served.stop()
    await own.close()
  })
})
