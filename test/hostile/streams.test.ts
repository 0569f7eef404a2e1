// Bodies that pass through a no-op endpoint: every byte, nothing piled up, and an end when one side goes or time is over.

import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import net from 'node:net'
import { after, before, suite, test } from 'node:test'
import { atRest } from '../../src/testing/turns.ts'
import { until } from '../../src/testing/until.ts'
import { endpoint, request, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

const MEGABYTE = 1024 * 1024
const BLOCK = randomBytes(MEGABYTE)
/** What may be in memory beyond the sockets' own buffers. */
const MEMORY_LIMIT = 40 * MEGABYTE

let backend: TestBackend
let gateway: TestGateway
/** Bytes the backend has handed to its connection, or taken from it. */
let moved = 0
/** Requests that have reached the backend. */
let asked = 0
/** Requests of the backend whose client went away before the answer was complete. */
let abandoned = 0
let isReading = true

function send(response: http.ServerResponse, count: number): void {
  let left = count
  response.writeHead(200, { 'Content-Type': 'application/octet-stream', 'Content-Length': count * MEGABYTE })
  const pour = (): void => {
    while (left > 0) {
      left--
      moved += MEGABYTE
      if (!response.write(BLOCK)) return
    }
    response.end()
  }
  response.on('drain', pour)
  pour()
}

function take(incoming: http.IncomingMessage, response: http.ServerResponse): void {
  const hash = createHash('sha256')
  incoming.on('data', (chunk: Buffer) => {
    moved += chunk.length
    hash.update(chunk)
  })
  if (!isReading) incoming.pause()
  incoming.on('end', () => response.end(hash.digest('hex')))
}

function hashOf(count: number): string {
  const hash = createHash('sha256')
  for (let i = 0; i < count; i++) hash.update(BLOCK)
  return hash.digest('hex')
}

/** Memory of buffers, against what it was. */
function watchMemory(): { look(): void; grown(): number } {
  const start = process.memoryUsage().arrayBuffers
  let highest = start
  return {
    look() {
      highest = Math.max(highest, process.memoryUsage().arrayBuffers)
    },
    grown: () => highest - start,
  }
}

suite('streams', () => {
  before(async () => {
    backend = await startBackend((incoming, response) => {
      moved = 0
      asked++
      response.on('close', () => {
        if (!response.writableFinished) abandoned++
      })
      const [, kind, count] = (incoming.url as string).split('/')
      if (kind === 'send') send(response, Number(count))
      else if (kind === 'endless') {
        response.writeHead(200, { 'Content-Type': 'text/plain' })
        response.write('data: 1\n\n')
      } else if (kind === 'refuse') response.writeHead(413, { Connection: 'close' }).end('too much')
      else if (kind === 'take') take(incoming, response)
      // Everything else hangs.
    })
    const stream = { output_encoding: 'no-op', timeout: '60s' }
    const upload = { ...stream, method: 'POST', input_headers: ['Content-Length', 'Content-Type'] }
    gateway = await serve({
      endpoints: [
        endpoint('/send/{count}', backend.url, stream),
        endpoint('/take/{count}', backend.url, upload),
        endpoint('/refuse/{count}', backend.url, upload),
        endpoint('/endless/{count}', backend.url, { ...stream, timeout: '300ms' }),
        endpoint('/hang/{count}', backend.url, { timeout: '60s' }),
        endpoint('/hang-stream/{count}', backend.url, stream),
        {
          endpoint: '/merge/{count}',
          timeout: '60s',
          backend: [
            { host: [backend.url], url_pattern: '/hang/1' },
            { host: [backend.url], url_pattern: '/hang/2' },
          ],
        },
      ],
    })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  suite('every byte passes, and few at a time', () => {
    test('downwards', async () => {
      const hash = createHash('sha256')
      const highest = watchMemory()
      // A client that puts everything into the same memory.
      const onread = {
        buffer: Buffer.alloc(65_536),
        callback(length: number, bytes: Uint8Array): boolean {
          const text = head === '' ? Buffer.from(bytes.subarray(0, length)).toString('latin1') : ''
          const start = head === '' ? text.indexOf('\r\n\r\n') + 4 : 0
          head ||= text.slice(0, start)
          hash.update(bytes.subarray(start, length))
          highest.look()
          return true
        },
      }
      let head = ''
      const socket = net.connect({ port: gateway.port, host: '127.0.0.1', onread })
      socket.write('GET /send/192 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      await once(socket, 'close')
      assert.match(head, /^HTTP\/1\.1 200 OK\r\n/)
      assert.equal(hash.digest('hex'), hashOf(192))
      assert.ok(highest.grown() < MEMORY_LIMIT, `${highest.grown()} bytes`)
    })

    for (const isCounted of [true, false])
      test(`upwards, ${isCounted ? 'counted' : 'chunked'}`, async () => {
        const highest = watchMemory()
        const headers = isCounted ? { 'Content-Length': 64 * MEGABYTE } : {}
        const outgoing = http.request({ port: gateway.port, host: '127.0.0.1', path: '/take/1', method: 'POST', headers, agent: false })
        for (let i = 0; i < 64; i++) {
          if (!outgoing.write(BLOCK)) await once(outgoing, 'drain')
          highest.look()
        }
        outgoing.end()
        const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage]
        const [body] = (await once(response, 'data')) as [Buffer]
        assert.equal(body.toString(), hashOf(64))
        // The backend's own chunks pile up here as well.
        assert.ok(highest.grown() < 3 * MEMORY_LIMIT, `${highest.grown()} bytes`)
      })

    test('a client that does not read holds the backend back', async () => {
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.write('GET /send/512 HTTP/1.1\r\nHost: a\r\n\r\n')
      await once(socket, 'readable')
      assert.ok((await atRest(() => moved)) < 64 * MEGABYTE, `${moved} bytes`)
      const left = abandoned
      socket.destroy()
      await until(() => abandoned > left, 'the backend is told')
    })

    test('a backend that does not read holds the client back', async () => {
      isReading = false
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.on('error', () => {})
      let sent = 0
      const pour = (): void => {
        do sent += MEGABYTE
        while (sent < 512 * MEGABYTE && socket.write(BLOCK))
      }
      socket.on('drain', pour)
      socket.write(`POST /take/1 HTTP/1.1\r\nHost: a\r\nContent-Length: ${512 * MEGABYTE}\r\n\r\n`)
      pour()
      assert.ok((await atRest(() => sent)) < 64 * MEGABYTE, `${sent} bytes`)
      isReading = true
      socket.destroy()
    })
  })

  suite('ends', () => {
    for (const path of ['/hang/1', '/hang-stream/1', '/merge/1', '/send/512'])
      test(`a client that leaves ${path} cancels its backend calls`, async () => {
        const calls = path === '/merge/1' ? 2 : 1
        const left = abandoned
        const before = asked
        const outgoing = http.get({ port: gateway.port, host: '127.0.0.1', path, agent: false })
        outgoing.on('error', () => {})
        outgoing.on('response', (response) => response.on('error', () => {}))
        await until(() => asked === before + calls, 'the backend is called')
        // A connection that only ends at once might be one that waits for its answer.
        outgoing.socket?.resetAndDestroy()
        await until(() => abandoned === left + calls, `${calls} calls are cancelled`)
      })

    test('a stream is cut when the endpoint’s time is over', async () => {
      const left = abandoned
      const answer = await request(gateway.port, '/endless/1')
      assert.equal(answer.status, 200)
      assert.equal(answer.body, 'data: 1\n\n')
      assert.equal(answer.isComplete, false)
      await until(() => abandoned === left + 1, 'the backend is told')
    })

    test('a backend that refuses a large body answers before it has come', async () => {
      const outgoing = http.request({
        port: gateway.port,
        host: '127.0.0.1',
        path: '/refuse/1',
        method: 'POST',
        headers: { 'Content-Length': 1024 * MEGABYTE },
        agent: false,
      })
      outgoing.on('error', () => {})
      outgoing.write('x')
      const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage]
      assert.equal(response.statusCode, 413)
      assert.equal(response.headers.connection, 'close')
      outgoing.destroy()
    })

    test('a client that breaks off its body leaves the backend with a broken one', async () => {
      const left = abandoned
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.write('POST /take/1 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n')
      await until(() => moved === 5, 'the beginning reaches the backend')
      socket.destroy()
      await until(() => abandoned === left + 1, 'the backend is told')
    })
  })
})
