// Uploads over HTTP/2 that their client breaks off, in every way that the protocol has: what was cut never passes for a whole body, and no host is blamed.

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, before, suite, test } from 'node:test'
import { until } from '../../src/testing/until.ts'
import { END_HEADERS, END_STREAM, fields, frame, PREFACE } from '../http2-frames.ts'
import { endpoint, serve, type TestGateway } from '../kit.ts'

const DATA = 0
const HEADERS = 1
const RST_STREAM = 3
const SETTINGS = 4
const GOAWAY = 7
const BYTES = 508

/** What the backend has got of each upload: bytes, and whether they were all. */
const got: { path: string; bytes: number; isWhole: boolean }[] = []
let backend: Server
let gateway: TestGateway

const code = (value: number): Buffer => Buffer.from([0, 0, 0, value])
const reset = (value: number) => (socket: Socket) => socket.write(frame(RST_STREAM, 0, 1, code(value)))
const leave = (value: number) => (socket: Socket) => socket.end(frame(GOAWAY, 0, 0, Buffer.concat([code(0), code(value)])))

const WAYS: Readonly<Record<string, (socket: Socket) => void>> = {
  'RST_STREAM, CANCEL': reset(8),
  'RST_STREAM, NO_ERROR': reset(0),
  'RST_STREAM, INTERNAL_ERROR': reset(2),
  'GOAWAY and the end of the connection': leave(0),
  'GOAWAY with an error': leave(2),
  'the end of the connection': (socket) => socket.end(),
  'a reset connection': (socket) => socket.resetAndDestroy(),
}

/** An upload of which some bytes have come. */
function begin(path: string): Socket {
  const socket = connect(gateway.port, '127.0.0.1').on('error', () => {})
  const head = fields([':method', 'POST'], [':scheme', 'http'], [':path', path], [':authority', 'a'])
  socket.resume().write(PREFACE)
  socket.write(Buffer.concat([frame(SETTINGS, 0, 0, Buffer.alloc(0)), frame(HEADERS, END_HEADERS, 1, head)]))
  socket.write(frame(DATA, 0, 1, Buffer.alloc(BYTES, 'x')))
  return socket
}

const PATHS = ['/plain', '/streamed', '/watched', '/decoded']

async function sendWhole(path: string): Promise<void> {
  const before = got.length
  const socket = begin(path)
  socket.write(frame(DATA, END_STREAM, 1, Buffer.alloc(0)))
  await until(() => got.length > before, 'the backend has it')
  socket.destroy()
}

suite('uploads over HTTP/2', () => {
  before(async () => {
    backend = createServer((request: IncomingMessage, response) => {
      let bytes = 0
      request.on('data', (chunk: Buffer) => (bytes += chunk.length)).on('error', () => {})
      request.on('end', () => response.end('{}'))
      request.on('close', () => got.push({ path: request.url ?? '', bytes, isWhole: request.complete }))
    }).listen(0)
    backend.unref()
    const url = `http://127.0.0.1:${(backend.address() as AddressInfo).port}`
    const raw = { method: 'POST', output_encoding: 'no-op', input_headers: ['*'] }
    const upload = (path: string, extra_config: object, more: object = {}): object => ({
      ...raw,
      endpoint: path,
      backend: [{ host: [url, url], url_pattern: path, method: 'POST', encoding: 'no-op', extra_config }],
      ...more,
    })
    gateway = await serve({
      use_h2c: true,
      timeout: '20s',
      endpoints: [
        upload('/plain', {}),
        upload('/streamed', {}, { extra_config: { '_gw/stream': {} } }),
        upload('/watched', { '_gw/load-balancing': { outlier_detection: {} } }),
        endpoint('/decoded', url, { method: 'POST', input_headers: ['*'] }, { method: 'POST' }),
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    backend.close()
  })

  for (const path of PATHS)
    suite(path, () => {
      for (const [name, breakOff] of Object.entries(WAYS))
        test(name, async () => {
          const before = got.length
          const reached = new Promise<void>((resolve) =>
            backend.once('request', (request: IncomingMessage) => request.once('data', resolve)),
          )
          const socket = begin(path)
          await reached
          breakOff(socket)
          await until(() => got.length > before, 'the backend hears of the end')
          assert.deepEqual(got.slice(before), [{ path, bytes: BYTES, isWhole: false }])
          socket.destroy()
        })
    })

  test('a whole one is whole, and no host was left out for what clients did', async () => {
    const before = got.length
    for (const path of PATHS) await sendWhole(path)
    assert.deepEqual(
      got.slice(before).map(({ bytes, isWhole }) => [bytes, isWhole]),
      PATHS.map(() => [BYTES, true]),
    )
    assert.ok(!gateway.lines.some((line) => line.includes('is left out')), gateway.lines.join('\n'))
  })
})
