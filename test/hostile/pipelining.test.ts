// Several requests on one HTTP/1 connection before the first is answered: carried out one after the other, answered in order.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import net from 'node:net'
import { after, afterEach, before, suite, test } from 'node:test'
import { until } from '../../src/testing/until.ts'
import { endpoint, sendRaw, serve, startBackend, type TestBackend, type TestGateway } from '../kit.ts'

/** Paths and bodies as the backend saw them. */
const seen: string[] = []
let atOnce = 0
let mostAtOnce = 0
/** Answers that the backend owes for /held. */
let owed: ServerResponse[] = []
let backend: TestBackend
let gateway: TestGateway
let h2c: TestGateway

async function answer(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  atOnce++
  mostAtOnce = Math.max(mostAtOnce, atOnce)
  response.on('close', () => atOnce--)
  let body = ''
  incoming.on('data', (chunk: Buffer) => (body += chunk.toString('latin1')))
  await once(incoming, 'end')
  seen.push(`${incoming.url}${body === '' ? '' : ` ${body.length}`}`)
  if (incoming.url === '/held') owed.push(response)
  // Behind the event loop's other work, so that a request that has come at the same time would be seen at the same time.
  else setImmediate(() => response.end(JSON.stringify({ path: incoming.url })))
}

function get(path: string, lines = ''): string {
  return `GET ${path} HTTP/1.1\r\nHost: a\r\n${lines}\r\n`
}

function post(body: string, lines = ''): string {
  return `POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n${lines}\r\n${body}`
}

const LAST = get('/q/last', 'Connection: close\r\n')

function statuses(text: string): string[] {
  return [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status = '']) => status)
}

function paths(text: string): string[] {
  return [...text.matchAll(/"path":"([^"]+)"/g)].map(([, path = '']) => path)
}

suite('pipelining', () => {
  before(async () => {
    backend = await startBackend((incoming, response) => void answer(incoming, response).catch(() => {}))
    const endpoints = [
      endpoint('/q/{id}', backend.url),
      endpoint('/held', backend.url),
      endpoint('/post', backend.url, { method: 'POST', input_headers: ['Content-Type'] }),
    ]
    gateway = await serve({ timeout: '20s', endpoints })
    h2c = await serve({ timeout: '20s', use_h2c: true, endpoints })
  })

  after(async () => {
    await gateway.stop()
    await h2c.stop()
    await backend.close()
  })

  afterEach(() => {
    seen.length = 0
    mostAtOnce = 0
    owed = []
  })

  suite('order', () => {
    for (const name of ['a listener of HTTP/1.1', 'a listener of both'])
      test(`two hundred requests in one piece, on ${name}`, async () => {
        const { port } = name === 'a listener of both' ? h2c : gateway
        const all = Array.from({ length: 200 }, (_, i) => `/q/${i}`)
        const text = await sendRaw(port, all.map((path) => get(path)).join('') + LAST)
        assert.deepEqual(paths(text), [...all, '/q/last'])
        assert.deepEqual(seen, [...all, '/q/last'])
        assert.equal(mostAtOnce, 1)
      })

    test('a write is carried out before the read behind it', async () => {
      const text = await sendRaw(gateway.port, post('x'.repeat(20)) + LAST)
      assert.deepEqual(statuses(text), ['200', '200'])
      assert.deepEqual(seen, ['/post 20', '/q/last'])
      assert.equal(mostAtOnce, 1)
    })

    test('requests that wait keep their bodies, small ones and those that are larger than any buffer', async () => {
      const [small, large] = ['s'.repeat(1000), 'l'.repeat(1_000_000)]
      const chunked = 'POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n'
      const invited = post('hi', 'Expect: 100-continue\r\n')
      const text = await sendRaw(gateway.port, get('/q/1') + post(small) + post(large) + chunked + invited + LAST)
      assert.deepEqual(statuses(text), ['200', '200', '200', '200', '100', '200', '200'])
      assert.deepEqual(seen, ['/q/1', '/post 1000', '/post 1000000', '/post 5', '/post 2', '/q/last'])
      assert.equal(mostAtOnce, 1)
    })

    test('what the gateway answers itself waits for its turn, too', async () => {
      const text = await sendRaw(gateway.port, get('/q/1') + get('/none') + 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n' + LAST)
      assert.deepEqual(statuses(text), ['200', '404', '200', '200'])
    })
  })

  suite('bad ends', () => {
    const FIRST = get('/held')
    /** Sends bytes, lets the backend answer when the gateway has had time to do something wrong, and gives everything that came. */
    async function play(bytes: string): Promise<string> {
      const text = sendRaw(gateway.port, bytes)
      await until(() => owed.length === 1, 'the first request is at the backend')
      assert.match(await sendRaw(gateway.port, get('/__health', 'Connection: close\r\n')), /^HTTP\/1\.1 200/)
      owed[0]?.end('{"path":"/held"}')
      return text
    }

    const BAD: Readonly<Record<string, readonly [bytes: string, status: string]>> = {
      nonsense: ['nonsense\r\n\r\n', '400'],
      'a head that is too large': [get('/q/1', `X: ${'x'.repeat(1_100_000)}\r\n`), '431'],
      'a Content-Length in two readings': [post('hello', 'Content-Length: 6\r\n'), '400'],
      'a body that is none': ['POST /post HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', '400'],
      CONNECT: ['CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', '404'],
      'two Hosts': [get('/q/1', 'Host: b\r\n'), '400'],
    }
    for (const [name, [bytes, status]] of Object.entries(BAD))
      test(`${name} behind a request that is under way: its answer, then ${status}`, async () => {
        const text = await play(FIRST + bytes + get('/q/smuggled'))
        assert.deepEqual(statuses(text), ['200', status])
        assert.match(text, /\{"path":"\/held"\}HTTP\/1\.1 4/)
        assert.deepEqual(seen, ['/held'])
      })

    test('behind several that wait: all their answers first', async () => {
      const text = await play(FIRST + get('/q/1') + get('/q/2') + 'nonsense\r\n\r\n')
      assert.deepEqual(statuses(text), ['200', '200', '200', '400'])
    })

    for (const [name, closing] of [
      ['Connection: close', get('/held', 'Connection: close\r\n')],
      ['HTTP/1.0', 'GET /held HTTP/1.0\r\nHost: a\r\nContent-Length: 0\r\n\r\n'],
    ] as const)
      test(`nothing is read behind ${name}`, async () => {
        for (const behind of [get('/q/smuggled'), 'nonsense\r\n\r\n']) {
          const text = await play(closing + behind)
          assert.deepEqual(statuses(text), ['200'])
          assert.deepEqual(seen, ['/held'])
          seen.length = 0
          owed = []
        }
      })

    test('a client that leaves with requests waiting: they are not carried out', async () => {
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write(FIRST + get('/q/1') + get('/q/2'))
      await until(() => owed.length === 1, 'the first request is at the backend')
      socket.resetAndDestroy()
      // The backend's answer cannot be written, and tells the gateway.
      owed[0]?.end('{"path":"/held"}')
      await until(() => atOnce === 0, 'the backend has answered')
      assert.match(await sendRaw(gateway.port, LAST), /^HTTP\/1\.1 200/)
      assert.doesNotMatch(seen.join(' '), /q\/2/)
    })
  })

  suite('numbers', () => {
    for (const [length, status] of [
      ['9223372036854775808', '400'],
      ['18446744073709551615', '400'],
    ] as const)
      test(`Content-Length ${length} is ${status}`, async () => {
        const text = await sendRaw(gateway.port, `POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\nhello`)
        assert.deepEqual(statuses(text), [status])
        assert.deepEqual(seen, [])
      })

    test('Content-Length 9223372036854775807 is awaited', async () => {
      const socket = net.connect(gateway.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.write('POST /post HTTP/1.1\r\nHost: a\r\nContent-Length: 9223372036854775807\r\n\r\nhello')
      await until(() => atOnce === 1, 'the request is at the backend')
      socket.resetAndDestroy()
      await until(() => atOnce === 0, 'the call is given up')
    })
  })

  suite('clients that end their side', () => {
    async function halfClose(port: number, bytes: string): Promise<string> {
      const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
      let text = ''
      socket.on('data', (chunk) => (text += chunk.toString('latin1')))
      socket.on('end', () => socket.destroy())
      socket.end(Buffer.from(bytes, 'latin1'))
      await once(socket, 'close')
      return text
    }

    test('get their answers, all of them, and then the end', async () => {
      for (const { port } of [gateway, h2c]) {
        assert.deepEqual(statuses(await halfClose(port, get('/q/1'))), ['200'])
        assert.deepEqual(paths(await halfClose(port, get('/q/1') + post('hello') + get('/q/2'))), ['/q/1', '/post', '/q/2'])
      }
    })

    test('before they have asked for anything are closed', async () => {
      for (const { port } of [gateway, h2c]) {
        assert.equal(await halfClose(port, ''), '')
        assert.doesNotMatch(await halfClose(port, 'GET /q/1 HT'), /^HTTP\/1\.1 2/)
      }
    })
  })
})
