// What strangers can make the gateway remember and compute: each table that remembers something from outside is filled with as much as a
// client or a backend may send, and what stays is weighed; each costly input is timed in CPU, and must not hold the others up.

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { describe, test } from 'node:test'
import { setImmediate as afterImmediates } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'
import { endpoint, serve, startBackend, startRawBackend, type TestGateway } from '../kit.ts'

v8.setFlagsFromString('--expose-gc')
const collectGarbage = vm.runInNewContext('gc') as () => void

const MIB = 2 ** 20
/** Long enough that a few hundred of them cannot be overlooked. */
const LONG = 200_000
const COUNT = 150
/** What may stay: less than a tenth of what was sent. */
const MAX_LEFT = 3 * MIB

/** Bytes that are in use after everything that nobody holds is gone, connections that are closing among it. */
async function weigh(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    await afterImmediates()
    collectGarbage()
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** Sends one request as bytes and waits for the end of the connection. */
async function send(port: number, head: string, body = ''): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  let answer = ''
  socket.setEncoding('latin1').on('data', (chunk: string) => (answer += chunk.slice(0, 1000)))
  socket.on('error', () => {})
  socket.write(
    `${head}\r\nHost: a\r\nConnection: close\r\n${body === '' ? '' : `Content-Length: ${Buffer.byteLength(body)}\r\n`}\r\n${body}`,
  )
  await once(socket, 'close')
  return answer
}

/** What stays in memory of `COUNT` long requests, beyond what a few of them leave. */
async function weighAfter(run: (index: number) => Promise<unknown>): Promise<number> {
  for (let index = 0; index < 10; index++) await run(index)
  const before = await weigh()
  for (let index = 10; index < 10 + COUNT; index++) await run(index)
  return (await weigh()) - before
}

const long = (index: number): string => `${index}-${'x'.repeat(LONG)}`

async function withGateway(file: Record<string, unknown>, run: (gateway: TestGateway) => Promise<void>): Promise<void> {
  const gateway = await serve(file)
  try {
    await run(gateway)
  } finally {
    await gateway.stop()
  }
}

describe('what is remembered', () => {
  const tables: Readonly<
    Record<string, { readonly file: (backend: string) => Record<string, unknown>; readonly head: (index: number) => string }>
  > = {
    'names of client headers': {
      file: (backend) => ({ endpoints: [endpoint('/a', backend, { input_headers: ['*'] })] }),
      head: (index) => `GET /a HTTP/1.1\r\nn${long(index)}: 1`,
    },
    'names of client headers at a 404': {
      file: (backend) => ({ endpoints: [endpoint('/a', backend)] }),
      head: (index) => `GET /none HTTP/1.1\r\nn${long(index)}: 1`,
    },
    'keys of the cache': {
      file: (backend) => ({
        endpoints: [
          endpoint(
            '/a',
            backend,
            { input_query_strings: ['*'] },
            { extra_config: { 'qos/http-cache': { max_size: MIB, max_items: 1000 } } },
          ),
        ],
      }),
      head: (index) => `GET /a?q=${long(index)} HTTP/1.1`,
    },
    'user agents': {
      file: (backend) => ({
        extra_config: { 'security/bot-detector': { deny: ['b'], patterns: ['bad'], cache_size: 1000 } },
        endpoints: [endpoint('/a', backend)],
      }),
      head: (index) => `GET /a HTTP/1.1\r\nUser-Agent: ${long(index)}`,
    },
    'clients of a rate limit': {
      file: (backend) => ({
        endpoints: [
          endpoint('/a', backend, {
            input_headers: ['X-Client'],
            extra_config: { 'qos/ratelimit/router': { client_max_rate: 1, client_capacity: 1, strategy: 'header', key: 'X-Client' } },
          }),
        ],
      }),
      head: (index) => `GET /a HTTP/1.1\r\nX-Client: ${long(index)}`,
    },
    'parameters of paths': {
      file: (backend) => ({ endpoints: [{ endpoint: '/a/{id}', backend: [{ host: [backend], url_pattern: '/a' }] }] }),
      head: (index) => `GET /a/${long(index)} HTTP/1.1`,
    },
    hosts: {
      file: (backend) => ({ endpoints: [endpoint('/a', backend)] }),
      head: (index) => `GET http://h${long(index)}.example/a HTTP/1.1`,
    },
    tokens: {
      file: (backend) => {
        const validator = { alg: 'RS256', jwk_url: backend, disable_jwk_security: true, cache: true }
        return { endpoints: [endpoint('/a', backend, { extra_config: { 'auth/validator': validator } })] }
      },
      head: (index) =>
        `GET /a HTTP/1.1\r\nAuthorization: Bearer ${Buffer.from('{"alg":"RS256","kid":"a"}').toString('base64url')}.${long(index)}.AA`,
    },
  }
  for (const [name, { file, head }] of Object.entries(tables)) {
    test(`${name}: long ones leave nothing behind`, async (context) => {
      const backend = await startBackend((_request, response) => {
        response.setHeader('Cache-Control', 'max-age=60')
        response.end('{"a":1}')
      })
      context.after(() => backend.close())
      await withGateway(file(backend.url), async ({ port, lines, accessLines }) => {
        const left = await weighAfter(async (index) => {
          await send(port, head(index))
          // The kit keeps what was logged, with whole URLs.
          lines.length = accessLines.length = 0
        })
        assert.ok(left < MAX_LEFT, `${(left / MIB).toFixed(1)} MiB are left of ${((COUNT * LONG) / MIB).toFixed(0)} MiB`)
      })
    })
  }

  test('names of a backend’s headers: long ones leave nothing behind', async (context) => {
    let sent = 0
    const backend = await startRawBackend((socket) => {
      socket.end(`HTTP/1.1 200 OK\r\nn${long(sent++)}: 1\r\nContent-Length: 2\r\n\r\n{}`)
    })
    context.after(() => backend.close())
    await withGateway({ endpoints: [endpoint('/a', backend.url)] }, async ({ port }) => {
      const left = await weighAfter(() => send(port, 'GET /a HTTP/1.1'))
      backend.received.length = 0
      assert.ok(left < MAX_LEFT, `${(left / MIB).toFixed(1)} MiB are left`)
    })
  })
})

/** CPU of the whole process for the cheapest of three tries: what else the machine does counts little. */
async function cpuMs(run: () => Promise<unknown>): Promise<number> {
  let least = Infinity
  for (let round = 0; round < 3; round++) {
    const before = process.cpuUsage()
    await run()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1000)
  }
  return least
}

describe('what is computed before anybody is known', () => {
  /** Each of these took half a second and more. */
  const MAX_CPU_MS = 200

  test('a token that brings a private key of 70,000 bits', async (context) => {
    const number = (bytes: number): string => Buffer.alloc(bytes, 0xff).toString('base64url')
    const jwk = { kty: 'RSA', n: number(18_000), e: 'AQ', d: 'AQ', p: number(9000), q: number(9000) }
    const header = Buffer.from(JSON.stringify({ alg: 'RS256', jwk })).toString('base64url')
    const keys = await startBackend((_request, response) => response.end('{"keys":[]}'))
    context.after(() => keys.close())
    const validator = { alg: 'RS256', jwk_url: keys.url, disable_jwk_security: true }
    await withGateway(
      { endpoints: [endpoint('/a', 'http://127.0.0.1:1999', { extra_config: { 'auth/validator': validator } })] },
      async ({ port }) => {
        const spent = await cpuMs(async () =>
          assert.match(await send(port, `GET /a HTTP/1.1\r\nAuthorization: Bearer ${header}.e30.AA`), / 401 /),
        )
        assert.ok(spent < MAX_CPU_MS, `${spent} ms`)
      },
    )
  })

  test('a body of four million levels at a JSON schema', async () => {
    const body = '{"a":'.repeat(1_000_000)
    const file = {
      endpoints: [
        endpoint('/a', 'http://127.0.0.1:1999', { method: 'POST', extra_config: { 'validation/json-schema': { type: 'object' } } }),
      ],
    }
    await withGateway(file, async ({ port }) => {
      const spent = await cpuMs(async () => assert.match(await send(port, 'POST /a HTTP/1.1', body), / 400 /))
      assert.ok(spent < MAX_CPU_MS, `${spent} ms`)
    })
  })

  test('80,000 lines of headers at an endpoint that forwards them', async (context) => {
    const backend = await startBackend((_request, response) => response.end('{}'))
    context.after(() => backend.close())
    const lines = Array.from({ length: 80_000 }, (_, index) => `X-${index % 7}: 1`).join('\r\n')
    await withGateway(
      { max_header_bytes: 2_000_000, endpoints: [endpoint('/a', backend.url, { input_headers: ['X-1', 'X-2'] })] },
      async ({ port }) => {
        const spent = await cpuMs(() => send(port, `GET /a HTTP/1.1\r\n${lines}`))
        assert.ok(spent < 3 * MAX_CPU_MS, `${spent} ms`)
      },
    )
  })
})

test('an expensive request holds nobody else up', async (context) => {
  const backend = await startBackend((_request, response) => response.end('{"a":1}'))
  context.after(() => backend.close())
  const file = {
    endpoints: [
      endpoint('/b', backend.url),
      endpoint('/a', backend.url, { method: 'POST', extra_config: { 'validation/json-schema': { type: 'object' } } }),
    ],
  }
  await withGateway(file, async ({ port }) => {
    const attackers = Array.from({ length: 10 }, () => send(port, 'POST /a HTTP/1.1', '{"a":'.repeat(200_000)))
    const { answered, ended } = await askWhile(port, Promise.all(attackers))
    assert.ok(ended && answered > 0, `${answered} answers in the meantime`)
  })
})

/** Answers of an ordinary endpoint while something else goes on. */
async function askWhile(port: number, other: Promise<unknown>): Promise<{ answered: number; ended: boolean }> {
  const state = { ended: false }
  void other.then(() => (state.ended = true))
  let answered = 0
  do {
    assert.match(await send(port, 'GET /b HTTP/1.1'), / 200 /)
    answered++
  } while (!state.ended)
  return { answered, ended: state.ended }
}
