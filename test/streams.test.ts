// Streams through a whole gateway: what ends them and what does not, and connections that leave HTTP behind.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net, { type Socket } from 'node:net'
import { after, describe, test } from 'node:test'
import { quirksOf } from '../src/config/dialect.ts'
import { until } from '../src/testing/until.ts'
import { endpoint, request, sendRaw, serve, startBackend, startRawBackend, type TestGateway } from './kit.ts'
import { askToSwitch, type EchoBackend, startEcho } from './upgrades.ts'

const closers: (() => Promise<void>)[] = []

const STREAM = { output_encoding: 'no-op', timeout: '150ms' }
const TIMEOUT_MS = 150

async function gatewayFor(endpoints: readonly object[], more: object = {}): Promise<TestGateway> {
  const gateway = await serve({ endpoints, ...more })
  closers.push(() => gateway.stop())
  return gateway
}

function stream(path: string, url: string, block: object | null, more: object = {}): object {
  const extra = block === null ? {} : { extra_config: { '_gw/stream': block } }
  return endpoint(path, url, { ...STREAM, ...extra, ...more })
}

/** A backend that writes a piece whenever the last one has arrived, until `forMs` have passed; then it ends. */
async function startPacedBackend(forMs: number, type: string) {
  const state = { arrived: 0, url: '' }
  const backend = await startBackend((_request, response) => {
    response.writeHead(200, { 'Content-Type': type })
    const startMs = performance.now()
    let sent = 0
    const next = (): void => {
      if (response.destroyed) return
      if (performance.now() - startMs > forMs) response.end()
      else if (state.arrived >= sent) {
        sent++
        response.write('x', () => setImmediate(next))
      } else setImmediate(next)
    }
    next()
  })
  closers.push(() => backend.close())
  return Object.assign(state, { url: backend.url })
}

async function read(port: number, path: string, onByte: (bytes: number) => void): Promise<{ isComplete: boolean; bytes: number }> {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path, agent: false }, (response) => {
        let bytes = 0
        response.on('data', (chunk: Buffer) => onByte((bytes += chunk.length)))
        response.on('error', () => {})
        response.on('close', () => resolve({ isComplete: response.complete, bytes }))
      })
      .on('error', reject)
  })
}

const HANDSHAKE = 'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Key: abc\r\n'
const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: xyz\r\n\r\n'

/** What a backend says beside its answer; what it must not say is among it. */
const SAID_BESIDE = [
  'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nSet-Cookie: hint=1\r\nConnection: x\r\n\r\n',
  'HTTP/1.1 102 Processing\r\n\r\n',
  'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n',
  '0\r\nX-Sum: 42\r\nX-Sum: 43\r\nContent-Length: 9\r\nSet-Cookie: late=1\r\n\r\n',
]

describe('streams through a gateway', () => {
  after(async () => {
    for (const close of closers.reverse()) await close()
  })

  describe('time', () => {
    test('the timeout ends with the head of the answer; without the block it cuts what is no event stream', async () => {
      const plain = await startPacedBackend(3 * TIMEOUT_MS, 'text/plain')
      const events = await startPacedBackend(3 * TIMEOUT_MS, 'text/event-stream; charset=utf-8')
      const gateway = await gatewayFor([
        stream('/live', plain.url, {}),
        stream('/cut', plain.url, null),
        stream('/events', events.url, null),
      ])
      const ask = (path: string, from: { arrived: number }) => read(gateway.port, path, (bytes) => (from.arrived = bytes))
      assert.equal((await ask('/live', plain)).isComplete, true)
      plain.arrived = 0
      assert.equal((await ask('/cut', plain)).isComplete, false)
      assert.equal((await ask('/events', events)).isComplete, true)
      assert.equal(quirksOf(3, 'ce').liftsEventStreams, false)
    })

    test('a head that does not come in time is a timeout', async () => {
      const backend = await startRawBackend(() => {})
      closers.push(() => backend.close())
      const gateway = await gatewayFor([stream('/late', backend.url, {})])
      assert.equal((await request(gateway.port, '/late')).status, 500)
    })

    test('standing still and lasting too long break the answer visibly, end the backend’s connection and are logged', async () => {
      const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n'))
      const paced = await startPacedBackend(10_000, 'text/plain')
      closers.push(() => backend.close())
      const limits = { idle_timeout: '120ms' }
      const gateway = await gatewayFor([stream('/idle', backend.url, limits), stream('/long', paced.url, { max_duration: '200ms' })])
      const text = await sendRaw(gateway.port, 'GET /idle HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      assert.ok(text.endsWith('1\r\nx\r\n'), text)
      await until(() => backend.sockets.size === 0, 'the backend is left')
      assert.match(gateway.lines.join('\n'), /WARNING \[ENDPOINT: \/idle\]\[Stream\] ERR_STREAM_IDLE after 1 bytes and \d+ ms/)
      assert.equal((await read(gateway.port, '/long', (bytes) => (paced.arrived = bytes))).isComplete, false)
      assert.match(gateway.lines.join('\n'), /WARNING \[ENDPOINT: \/long\]\[Stream\] ERR_STREAM_TOO_LONG/)
    })

    test('a backend that breaks off is told, and no last chunk comes of it', async () => {
      const backend = await startRawBackend((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n', () => socket.destroy())
      })
      closers.push(() => backend.close())
      const gateway = await gatewayFor([stream('/broken', backend.url, {})])
      const text = await sendRaw(gateway.port, 'GET /broken HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n')
      assert.ok(!text.includes('0\r\n\r\n'), text)
      assert.match(gateway.lines.join('\n'), /ERR_BACKEND_BODY after/)
    })

    test('the head leaves before there is a first byte; a client that leaves takes the backend with it', async () => {
      const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'))
      closers.push(() => backend.close())
      const gateway = await gatewayFor([stream('/head', backend.url, {})])
      const outgoing = http.get({ host: '127.0.0.1', port: gateway.port, path: '/head', agent: false })
      outgoing.on('error', () => {})
      const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage]
      assert.equal(response.statusCode, 200)
      response.on('error', () => {})
      // A client that only ends its side this early is done with asking, and waits.
      outgoing.socket?.resetAndDestroy()
      await until(() => backend.sockets.size === 0, 'the backend is left')
    })

    test('an upload may take longer than the timeout, as long as bytes come', async () => {
      const backend = await startBackend((incoming, response) => {
        let bytes = 0
        incoming.on('data', (chunk: Buffer) => (bytes += chunk.length))
        incoming.on('end', () => response.end(String(bytes)))
      })
      closers.push(() => backend.close())
      const gateway = await gatewayFor([
        stream('/up', backend.url, {}, { method: 'POST' }),
        stream('/old', backend.url, null, { method: 'POST' }),
      ])
      const upload = async (path: string): Promise<number> => {
        const outgoing = http.request({ host: '127.0.0.1', port: gateway.port, path, method: 'POST', agent: false })
        outgoing.on('error', () => {})
        const answered = once(outgoing, 'response') as Promise<[http.IncomingMessage]>
        const startMs = performance.now()
        while (performance.now() - startMs < 3 * TIMEOUT_MS && !outgoing.destroyed)
          await new Promise((resolve) => void outgoing.write('x', () => setImmediate(resolve)))
        outgoing.end()
        const [response] = await answered
        response.resume()
        return response.statusCode ?? 0
      }
      assert.equal(await upload('/up'), 200)
      assert.equal(await upload('/old'), 500)
    })

    test('whoever reads the body of an upload sets its limit', async () => {
      const backend = await startBackend((_request, response) => response.end())
      closers.push(() => backend.close())
      const values = { '_gw/request': { body: { a: '{body.a}' } } }
      const gateway = await gatewayFor([
        endpoint('/up', '', {
          ...STREAM,
          method: 'POST',
          extra_config: { '_gw/stream': {} },
          backend: [{ url_pattern: '/', host: [backend.url], encoding: 'no-op', method: 'POST', extra_config: values }],
        }),
      ])
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.on('error', () => {})
      // More than the limit of such values, and less than what is announced: nobody waits for the rest.
      socket.write(`POST /up HTTP/1.1\r\nHost: a\r\nContent-Length: 4000000\r\n\r\n${'a'.repeat(2_000_000)}`)
      const [answer] = await once(socket, 'data')
      socket.destroy()
      assert.match(String(answer), /^HTTP\/1\.1 413 /)
    })
  })

  describe('upgrade', () => {
    /** Sends `hello` behind its head. */
    async function openEcho(onSocket?: (socket: Socket) => void): Promise<EchoBackend> {
      const echo = await startEcho(`${SWITCHED}hello`, onSocket)
      closers.push(() => echo.close())
      return echo
    }

    test('bytes pass both ways, those sent ahead too, and an end of one side leaves the other its last word', async () => {
      const echo = await openEcho()
      const gateway = await gatewayFor([stream('/ws', echo.url, { upgrade: ['websocket'] })])
      const client = await askToSwitch(gateway.port, '/ws', HANDSHAKE, 'ahead')
      await until(() => client.text.endsWith('helloAHEAD'), 'what was sent ahead')
      assert.match(client.text, /^HTTP\/1\.1 101 Switching Protocols\r\n/)
      for (const field of ['Sec-Websocket-Accept: xyz', 'Upgrade: websocket', 'Connection: Upgrade', 'X-Krakend: Version test'])
        assert.ok(client.text.includes(`${field}\r\n`), client.text)
      assert.match(echo.heads[0] as string, /Connection: Upgrade\r\nUpgrade: websocket\r\nSec-Websocket-Key: abc\r\n/)
      client.socket.write('more')
      await until(() => client.text.endsWith('MORE'), 'an echo')
      client.socket.end()
      await until(() => client.text.endsWith('bye'), 'the last word')
      await until(() => client.closed, 'the end of both')
    })

    test('a backend that goes takes the client with it, and so does a tunnel that stands still', async () => {
      let backend: Socket | null = null
      const echo = await openEcho((socket) => (backend = socket))
      const endpoints = [
        stream('/ws', echo.url, { upgrade: ['websocket'] }),
        stream('/idle', echo.url, { upgrade: ['websocket'], idle_timeout: '100ms' }),
      ]
      const gateway = await gatewayFor(endpoints, { extra_config: { '_gw/access-log': { fields: ['query', 'status', 'code'] } } })
      const client = await askToSwitch(gateway.port, '/ws', HANDSHAKE)
      ;(backend as Socket | null)?.destroy()
      await until(() => client.ended, 'the end')
      client.socket.end()
      const cut = await askToSwitch(gateway.port, '/ws?cut', HANDSHAKE)
      ;(backend as Socket | null)?.resetAndDestroy()
      await until(() => cut.ended, 'the end')
      cut.socket.end()
      const idle = await askToSwitch(gateway.port, '/idle', HANDSHAKE)
      await until(() => idle.ended, 'the end')
      idle.socket.end()
      await until(() => /ERR_STREAM_IDLE/.test(gateway.lines.join('\n')), 'a line')
      await until(() => gateway.accessLines.join('').split('\n').length > 3, 'lines of the access log')
      assert.deepEqual(gateway.accessLines.join('').trim().split('\n'), [
        '{"query":"","status":101}',
        '{"query":"cut","status":101,"code":"ERR_BACKEND_BODY"}',
        '{"query":"","status":101,"code":"ERR_STREAM_IDLE"}',
      ])
    })

    test('a client that leaves takes the backend with it, before the switch and after it', async () => {
      const silent = await startRawBackend(() => {})
      closers.push(() => silent.close())
      const gateway = await gatewayFor([stream('/ws', silent.url, { upgrade: ['websocket'] }, { timeout: '30s' })])
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.write(`GET /ws HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`)
      await until(() => silent.received.join('').includes('Upgrade'), 'a handshake')
      socket.resetAndDestroy()
      await until(() => silent.sockets.size === 0, 'the backend is left')
    })

    test('another answer than 101 is passed as usual', async () => {
      const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'))
      closers.push(() => backend.close())
      const gateway = await gatewayFor([stream('/ws', backend.url, { upgrade: ['websocket'] })])
      const text = await sendRaw(gateway.port, `GET /ws HTTP/1.1\r\nHost: a\r\n${HANDSHAKE}\r\n`)
      assert.match(text, /^HTTP\/1\.1 403 Forbidden\r\n[\s\S]*\r\n\r\nno$/)
    })

    test('where it is not listed it is an ordinary request', async () => {
      const backend = await startRawBackend((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'))
      closers.push(() => backend.close())
      const gateway = await gatewayFor([stream('/ws', backend.url, { upgrade: ['websocket'] }), stream('/plain', backend.url, {})])
      for (const head of ['GET /plain', 'POST /ws', 'GET /ws']) {
        const fields = head === 'GET /ws' ? HANDSHAKE.replace('WebSocket', 'other') : HANDSHAKE
        const client = await askToSwitch(gateway.port, '/plain', `X: 1\r\n${fields}`)
        client.socket.destroy()
        const text = await sendRaw(gateway.port, `${head} HTTP/1.1\r\nHost: a\r\n${fields.replace('keep-alive', 'close')}\r\n`)
        assert.match(text, head === 'POST /ws' ? /^HTTP\/1\.1 405/ : /^HTTP\/1\.1 200 OK\r\n[\s\S]*ok$/)
      }
      assert.ok(!/upgrade/i.test(backend.received.join('')))
    })

    test('origins that CORS refuses open no connection, nor do clients that another layer refuses', async () => {
      const echo = await openEcho()
      const gateway = await gatewayFor([stream('/ws', echo.url, { upgrade: ['websocket'] })], {
        extra_config: { 'security/cors': { allow_origins: ['https://good.test'] }, 'security/bot-detector': { deny: ['bad'] } },
      })
      const statusWith = async (fields: string): Promise<string> => {
        const client = await askToSwitch(gateway.port, '/ws', HANDSHAKE + fields)
        client.socket.destroy()
        return client.text.slice(9, 12)
      }
      assert.equal(await statusWith('Origin: https://bad.test\r\n'), '403')
      assert.equal(await statusWith('User-Agent: bad\r\n'), '403')
      assert.equal(echo.heads.length, 0)
      assert.equal(await statusWith('Origin: https://good.test\r\n'), '101')
      assert.equal(await statusWith(''), '101')
    })
  })

  describe('beside the answer', () => {
    /** All at once, or the end only when the beginning has arrived. */
    async function startTalker(): Promise<{ url: string; goOn(): void }> {
      let finish = (): void => {}
      const backend = await startRawBackend((socket, head) => {
        if (head.startsWith('GET /slow')) {
          socket.write(SAID_BESIDE.slice(0, 3).join(''))
          finish = () => socket.write(SAID_BESIDE[3] as string)
        } else socket.write(SAID_BESIDE.join(''))
      })
      closers.push(() => backend.close())
      return { url: backend.url, goOn: () => finish() }
    }

    test('over HTTP/1.1: hints, and trailers for those who say that they read them', async () => {
      const talker = await startTalker()
      const gateway = await gatewayFor([
        stream('/quick', talker.url, {}),
        stream('/slow', talker.url, {}),
        stream('/plain', talker.url, null),
      ])
      const ask = async (path: string, te?: string) => {
        const hints: unknown[] = []
        const outgoing = http.get({ port: gateway.port, path, agent: false, headers: te === undefined ? {} : { TE: te } })
        outgoing.on('information', ({ statusCode, rawHeaders }) => hints.push([statusCode, ...rawHeaders]))
        const [response] = (await once(outgoing, 'response')) as [http.IncomingMessage]
        if (path === '/slow') talker.goOn()
        let body = ''
        response.on('data', (chunk: Buffer) => (body += String(chunk)))
        await once(response, 'end')
        return { hints, body, trailers: response.rawTrailers }
      }
      const hint = [103, 'Link', '</a.css>; rel=preload']
      const trailers = ['X-Sum', '42', 'X-Sum', '43']
      for (const path of ['/quick', '/slow']) {
        assert.deepEqual(await ask(path, 'gzip, trailers'), { hints: [hint], body: 'hello', trailers })
        assert.deepEqual(await ask(path), { hints: [hint], body: 'hello', trailers: [] })
      }
      assert.deepEqual(await ask('/plain', 'trailers'), { hints: [], body: 'hello', trailers: [] })
    })

    test('over HTTP/2: hints and trailers for all', async () => {
      const talker = await startTalker()
      const gateway = await gatewayFor([stream('/quick', talker.url, {}), stream('/slow', talker.url, {})], { use_h2c: true })
      const session = http2.connect(`http://127.0.0.1:${gateway.port}`)
      closers.push(() => new Promise((resolve) => session.close(resolve)))
      for (const path of ['/quick', '/slow']) {
        const asked = session.request({ ':path': path })
        const hints: unknown[] = []
        asked.on('headers', (headers) => hints.push([headers[':status'], headers.link, headers['set-cookie']]))
        const [trailing, ending] = [once(asked, 'trailers'), once(asked, 'end')]
        await once(asked, 'response')
        if (path === '/slow') talker.goOn()
        let body = ''
        asked.on('data', (chunk: Buffer) => (body += String(chunk)))
        const [trailers] = (await trailing) as [http2.IncomingHttpHeaders]
        await ending
        assert.deepEqual([hints, body], [[[103, '</a.css>; rel=preload', undefined]], 'hello'])
        assert.deepEqual([trailers['x-sum'], trailers['content-length'], trailers['set-cookie']], ['42, 43', undefined, undefined])
      }
    })

    test('an HTTP/1.0 client gets the answer alone', async () => {
      const talker = await startTalker()
      const gateway = await gatewayFor([stream('/quick', talker.url, {})])
      const answer = await sendRaw(gateway.port, 'GET /quick HTTP/1.0\r\nTE: trailers\r\n\r\n')
      assert.match(answer, /^HTTP\/1\.1 200 /)
      assert.doesNotMatch(answer, /103|X-Sum/)
    })
  })
})
