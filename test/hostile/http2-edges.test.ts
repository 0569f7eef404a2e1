// HTTP/2 at its edges: answers that cannot be written as they are, answers that break off, clients that fall silent or never end.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2, { type ClientHttp2Session, type IncomingHttpHeaders } from 'node:http2'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import tls from 'node:tls'
import { writeCertificates } from '../../src/http/tls/test-certificates.ts'
import { END_HEADERS, END_STREAM, fields, frame, type Frame, framesOf, PREFACE } from '../http2-frames.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, type RawBackend, serve, startRawBackend, type TestGateway } from '../kit.ts'

const HEADERS = 1
const RST_STREAM = 3
const NO_ERROR = 0
const INTERNAL_ERROR = 2

/** What the backend says to a path. */
const ANSWERS: Readonly<Record<string, string>> = {
  '/plain': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi',
  '/twice':
    'HTTP/1.1 200 OK\r\nETag: "a"\r\nETag: "b"\r\nX-Content-Type-Options: nosniff\r\nContent-Type: text/a\r\nContent-Type: text/b\r\nContent-Length: 2\r\n\r\nhi',
  '/bytes': 'HTTP/1.1 200 OK\r\nX-B: \xe9\r\nContent-Length: 2\r\n\r\nhi',
  '/switch': 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n',
  '/long': `HTTP/1.1 200 OK\r\n${`X-Long: ${'x'.repeat(1000)}\r\n`.repeat(80)}Content-Length: 2\r\n\r\nhi`,
  '/600': 'HTTP/1.1 600 Odd\r\nContent-Length: 2\r\n\r\nhi',
  '/999': 'HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nhi',
  '/205': 'HTTP/1.1 205 Reset Content\r\nContent-Length: 2\r\n\r\nhi',
  '/cut': 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nfirst half',
}

let backend: RawBackend
/** The connection on which the backend owes an answer for /held. */
let held: net.Socket | null = null
let gateway: TestGateway
let session: ClientHttp2Session

async function get(path: string): Promise<{ headers: IncomingHttpHeaders; body: string; code: number | undefined }> {
  const stream = session.request({ ':path': path })
  stream.on('error', () => {})
  let headers: IncomingHttpHeaders = {}
  stream.on('response', (got) => (headers = got))
  let body = ''
  stream.setEncoding('latin1').on('data', (chunk: string) => (body += chunk))
  await once(stream, 'close')
  return { headers, body, code: stream.rstCode }
}

/** A client of bytes. */
class RawClient {
  readonly socket: net.Socket
  readonly #chunks: Buffer[] = []

  constructor(socket: net.Socket) {
    this.socket = socket
    socket.on('error', () => {})
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk))
  }

  static open(port: number, ...frames: Buffer[]): RawClient {
    const client = new RawClient(net.connect(port, '127.0.0.1'))
    client.socket.write(Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0, Buffer.alloc(0)), ...frames]))
    return client
  }

  get frames(): Frame[] {
    return framesOf(Buffer.concat(this.#chunks))
  }
}

function head(method: string, path: string, flags: number): Buffer {
  return frame(HEADERS, flags, 1, fields([':method', method], [':scheme', 'http'], [':path', path], [':authority', 'a']))
}

function codesOf(client: RawClient): number[] {
  return client.frames.filter(({ type }) => type === RST_STREAM).map(({ payload }) => payload.readUInt32BE(0))
}

suite('edges of HTTP/2', () => {
  before(async () => {
    backend = await startRawBackend((socket, head) => {
      const path = head.split(' ')[1] ?? ''
      if (path === '/held') {
        held = socket
        return
      }
      socket.write(Buffer.from(ANSWERS[path] ?? '', 'latin1'), () => {
        if (path === '/cut') setImmediate(() => socket.resetAndDestroy())
      })
    })
    const raw = { output_encoding: 'no-op', input_headers: ['*'] }
    gateway = await serve({
      use_h2c: true,
      timeout: '20s',
      extra_config: { 'security/http': { content_type_nosniff: true, content_security_policy: "default-src 'self';\nreport-uri /€" } },
      endpoints: Object.keys(ANSWERS).map((path) => endpoint(path, backend.url, raw)),
    })
    session = http2.connect(`http://127.0.0.1:${gateway.port}`)
  })

  after(async () => {
    session.close()
    await gateway.stop()
    await backend.close()
  })

  suite('answers that HTTP/2 refuses as they are', () => {
    test('a field that may stand once comes twice: the last counts', async () => {
      const { headers, body } = await get('/twice')
      assert.equal(headers[':status'], 200)
      assert.deepEqual([headers.etag, headers['content-type'], headers['x-content-type-options']], ['"b"', 'text/b', 'nosniff'])
      assert.equal(body, 'hi')
    })

    test('bytes beyond ASCII stay what they are', async () => {
      const { headers, body } = await get('/bytes')
      assert.deepEqual([headers['x-b'], body], ['\u00e9', 'hi'])
    })

    test('a value of the file is UTF-8, its line ends are blanks', async () => {
      const { headers } = await get('/plain')
      const policy = Buffer.from(String(headers['content-security-policy']), 'latin1').toString('utf8')
      assert.equal(policy, "default-src 'self'; report-uri /€")
    })

    for (const path of ['/switch', '/600', '/999'])
      test(`a status that HTTP/2 does not know is 502: ${path}`, async () => assert.equal((await get(path)).headers[':status'], 502))

    test('fields of 80 KB arrive, and the connection lives on', async () => {
      const { headers, body } = await get('/long')
      assert.deepEqual([String(headers['x-long']).split(', ').length, body], [80, 'hi'])
      assert.equal((await get('/plain')).body, 'hi')
    })

    test('205 has no body', async () => {
      const { headers, body, code } = await get('/205')
      assert.deepEqual([headers[':status'], headers['content-length'], body, code], [205, undefined, '', NO_ERROR])
    })
  })

  suite('how streams end', () => {
    test('an answer that breaks off is reset with INTERNAL_ERROR, and not ended before', async () => {
      const client = RawClient.open(gateway.port, head('GET', '/cut', END_HEADERS | END_STREAM))
      await until(() => codesOf(client).length > 0, 'the stream is reset')
      assert.deepEqual(codesOf(client), [INTERNAL_ERROR])
      assert.ok(client.frames.every(({ type, flags, streamId }) => type > 1 || streamId !== 1 || (flags & END_STREAM) === 0))
      client.socket.destroy()
    })

    test('a client that goes on sending after its answer is told so', async () => {
      const client = RawClient.open(gateway.port, head('POST', '/none', END_HEADERS))
      await until(() => codesOf(client).length > 0, 'the stream is reset')
      assert.deepEqual(codesOf(client), [NO_ERROR])
      assert.ok(client.frames.some(({ flags, type, streamId }) => type <= 1 && streamId === 1 && (flags & END_STREAM) !== 0))
      client.socket.destroy()
    })

    test('a stop waits for no stream that is answered, and for no header block', async () => {
      const own = await serve({ use_h2c: true, endpoints: [endpoint('/plain', backend.url)] })
      const answered = RawClient.open(own.port, head('POST', '/none', END_HEADERS))
      await until(() => codesOf(answered).length > 0, 'it is answered')
      const begun = RawClient.open(own.port, head('GET', '/plain', END_STREAM))
      await until(() => begun.frames.length > 0, 'the session stands')
      await own.stop(Infinity)
    })
  })

  suite('silence', () => {
    const certificates = writeCertificates()
    const TIMEOUT = { read_header_timeout: '100ms', idle_timeout: '60s' }
    let clear: TestGateway
    let secure: TestGateway

    before(async () => {
      const endpoints = [endpoint('/plain', backend.url), endpoint('/held', backend.url, { timeout: '20s' })]
      clear = await serve({ use_h2c: true, ...TIMEOUT, endpoints })
      secure = await serve({
        tls: { public_key: certificates.path('a.pem'), private_key: certificates.path('a.key') },
        ...TIMEOUT,
        endpoints,
      })
    })

    after(async () => {
      await clear.stop()
      await secure.stop()
      certificates.remove()
    })

    const BEGINNINGS: Readonly<Record<string, Buffer>> = {
      nothing: Buffer.alloc(0),
      'one byte': Buffer.from('P'),
      'half a preface': Buffer.from('PRI * HT'),
      'half a head of HTTP/1.1': Buffer.from('GET /plain HTTP/1.1\r\nHo'),
      'a header block without end': Buffer.concat([
        Buffer.from(PREFACE),
        frame(4, 0, 0, Buffer.alloc(0)),
        head('GET', '/plain', END_STREAM),
      ]),
    }
    for (const [name, bytes] of Object.entries(BEGINNINGS))
      test(`in clear text: ${name}`, async () => {
        const { socket } = new RawClient(net.connect(clear.port, '127.0.0.1'))
        socket.write(bytes)
        await once(socket, 'close')
      })

    for (const bytes of ['', '\x16', '\x16\x03\x01\x02\x00'])
      test(`a TLS handshake of ${bytes.length} bytes`, async () => {
        const { socket } = new RawClient(net.connect(secure.port, '127.0.0.1'))
        socket.write(Buffer.from(bytes, 'latin1'))
        await once(socket, 'close')
      })

    test('after a TLS handshake', async () => {
      const socket = tls.connect({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false })
      socket.on('error', () => {})
      socket.resume()
      await once(socket, 'close')
    })

    test('waiting for an answer is none', async () => {
      const own = http2.connect(`http://127.0.0.1:${clear.port}`)
      const stream = own.request({ ':path': '/held' })
      const answered = once(stream, 'response')
      stream.resume()
      await until(() => held !== null, 'the request is at the backend')
      const silent = new RawClient(net.connect(clear.port, '127.0.0.1'))
      await once(silent.socket, 'close')
      held?.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}')
      const [headers] = (await answered) as [IncomingHttpHeaders]
      assert.equal(headers[':status'], 200)
      own.close()
    })
  })
})
