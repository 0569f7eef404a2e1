// Connections that break at the worst moment, and HTTP/2 that is abused: the next client is served as if nothing had been.

import assert from 'node:assert/strict'
import http2 from 'node:http2'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import tls from 'node:tls'
import { writeCertificates } from '../../src/http/tls/test-certificates.ts'
import { fields, frame, frameTypes, PREFACE } from '../http2-frames.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

/** What a client has said before it breaks off. */
const BEGINNINGS: readonly string[] = [
  '',
  'P',
  'PRI * HTTP/2.0\r\n',
  PREFACE,
  `${PREFACE}\0\0\0\x04\0\0\0\0\0`,
  `${PREFACE}${'GARBAGE'.repeat(10)}`,
  'GET /x HTTP/1.1\r\n',
  'GET /x HTTP/1.1\r\nHost: a\r\n\r\n',
  'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n',
  '\x16\x03\x01',
  '\x16\x03\x01\x00\x05hello',
  `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${'x'.repeat(600)}`,
]

const certificates = writeCertificates()
/** Requests as the backend reads them. */
const seen: string[] = []
let backend: TestBackend
let clear: TestGateway
let secure: TestGateway

async function assertServes(): Promise<void> {
  assert.match(await ask(net.connect(clear.port, '127.0.0.1')), /^HTTP\/1\.1 200 /)
  assert.match(await ask(tls.connect({ port: secure.port, host: '127.0.0.1', rejectUnauthorized: false })), /^HTTP\/1\.1 200 /)
}

function ask(socket: net.Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    socket.on('data', (chunk) => (text += chunk.toString()))
    socket.on('error', reject)
    socket.on('close', () => resolve(text))
    socket.write('GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
  })
}

/** Says something and breaks off, at once or a little later. */
function breakOff(port: number, beginning: string, how: 'reset' | 'end', delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => {
      const leave = (): void => {
        if (how === 'reset') socket.resetAndDestroy()
        else socket.destroy()
      }
      if (beginning !== '') socket.write(Buffer.from(beginning, 'latin1'))
      if (delayMs === 0) leave()
      else setTimeout(leave, delayMs)
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve())
  })
}

const METHOD = [':method', 'GET'] as const
const SCHEME = [':scheme', 'http'] as const
const PATH = [':path', '/x'] as const
const AUTHORITY = [':authority', 'a'] as const
const GET = [METHOD, SCHEME, PATH, AUTHORITY] as const
const POST = [[':method', 'POST'], SCHEME, [':path', '/n'], AUTHORITY] as const
const many = (piece: Buffer): Buffer => Buffer.concat(Array.from({ length: 20_000 }, () => piece))

const ABUSES: Readonly<Record<string, Buffer>> = {
  'fields without end': Buffer.concat([frame(1, 0, 1, fields(...GET)), many(frame(9, 0, 1, fields(['x', 'y'])))]),
  'empty data without end': Buffer.concat([frame(1, 4, 1, fields(...POST)), many(frame(0, 0, 1, Buffer.alloc(0)))]),
  'settings without end': many(frame(4, 0, 0, Buffer.alloc(0))),
  'pings without end': many(frame(6, 0, 0, Buffer.alloc(8))),
  'line ends in a value': frame(1, 5, 1, fields(...GET, ['x', 'a\r\nInjected: b'])),
  'line ends in a name': frame(1, 5, 1, fields(...GET, ['x\r\ny', 'a'])),
  'NUL in a value': frame(1, 5, 1, fields(...GET, ['x', 'a\0b'])),
  'capitals in a name': frame(1, 5, 1, fields(...GET, ['X', 'a'])),
  'a request line in the method': frame(1, 5, 1, fields([':method', 'GET /y HTTP/1.1\r\nInjected: b'], SCHEME, PATH, AUTHORITY)),
  'a request line in the path': frame(1, 5, 1, fields(METHOD, SCHEME, [':path', '/x HTTP/1.1\r\nInjected: b'], AUTHORITY)),
  'a space in the path': frame(1, 5, 1, fields(METHOD, SCHEME, [':path', '/x y'], AUTHORITY)),
  'two paths': frame(1, 5, 1, fields(...GET, PATH)),
  'no path': frame(1, 5, 1, fields(METHOD, SCHEME, AUTHORITY)),
  chunked: frame(1, 5, 1, fields(...GET, ['transfer-encoding', 'chunked'])),
  'a connection field': frame(1, 5, 1, fields(...GET, ['connection', 'close'])),
  'two lengths': Buffer.concat([
    frame(1, 4, 1, fields(...POST, ['content-length', '5'], ['content-length', '3'])),
    frame(0, 1, 1, Buffer.from('hello')),
  ]),
  'less than announced': Buffer.concat([frame(1, 4, 1, fields(...POST, ['content-length', '9'])), frame(0, 1, 1, Buffer.from('hello'))]),
  'more than announced': Buffer.concat([frame(1, 4, 1, fields(...POST, ['content-length', '1'])), frame(0, 1, 1, Buffer.from('hello'))]),
}

suite('broken connections', () => {
  before(async () => {
    backend = await startBackend((incoming, response) => {
      seen.push([incoming.method, incoming.url, ...incoming.rawHeaders].join('\n'))
      if (incoming.url !== '/hang') incoming.resume().on('end', () => response.end('{"a":1}'))
    })
    const everything = { input_headers: ['*'] }
    const endpoints = [
      endpoint('/x', backend.url, everything),
      endpoint('/hang', backend.url, { timeout: '60s' }),
      endpoint('/n', backend.url, { ...everything, method: 'POST', output_encoding: 'no-op' }),
    ]
    clear = await serve({ use_h2c: true, endpoints })
    secure = await serve({ tls: { public_key: certificates.path('a.pem'), private_key: certificates.path('a.key') }, endpoints })
  })

  after(async () => {
    await clear.stop()
    await secure.stop()
    await backend.close()
    certificates.remove()
  })

  suite('clients that break off', () => {
    for (const [i, beginning] of BEGINNINGS.entries())
      test(`${i}: ${JSON.stringify(beginning).slice(0, 50)}`, async () => {
        for (const { port } of [clear, secure])
          for (const how of ['reset', 'end'] as const) for (const delayMs of [0, 0, 0, 3]) await breakOff(port, beginning, how, delayMs)
        await assertServes()
      })
  })

  suite('HTTP/2, abused', () => {
    for (const [name, frames] of Object.entries(ABUSES))
      test(name, async () => {
        const socket = net.connect(clear.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(Buffer.concat([Buffer.from(PREFACE), frame(4, 0, 0, Buffer.alloc(0)), frames]))
        // An answer, a refusal of the stream (3), or the end of everything (7).
        const chunks: Buffer[] = []
        socket.on('data', (chunk: Buffer) => chunks.push(chunk))
        await until(() => socket.destroyed || /[\x01\x03\x07]/.test(frameTypes(Buffer.concat(chunks))), 'the gateway reacts')
        socket.destroy()
        assert.doesNotMatch(seen.join('\n'), /Injected|\0/)
        await assertServes()
      })

    test('thousands of requests that are taken back at once', async () => {
      const kept = backend.sockets.size
      const session = http2.connect(`http://127.0.0.1:${clear.port}`)
      session.on('error', () => {})
      for (let i = 0; i < 3000 && !session.destroyed; i++) {
        const stream = session.request({ ':path': '/hang' })
        stream.on('error', () => {})
        stream.close(http2.constants.NGHTTP2_CANCEL)
      }
      await assertServes()
      session.destroy()
      await until(() => backend.sockets.size <= kept, 'no call is left at the backend')
    })
  })
})
