// How backends get the end of a request's body, in raw bytes: no body, a length, or chunks, however their calls are put together.

import assert from 'node:assert/strict'
import { after, before, suite, test } from 'node:test'
import { ok, startBackend, type RawBackend } from '../../src/http/test-support.ts'
import { until } from '../../src/testing/until.ts'
import { sendRaw, serve, type TestGateway } from '../kit.ts'

const METHODS = ['GET', 'HEAD', 'DELETE', 'POST'] as const
type Method = (typeof METHODS)[number]

/** What a client sends after the other fields of its head. */
const BODIES = {
  none: '\r\n',
  sized: 'Content-Length: 3\r\n\r\nabc',
  chunked: 'Transfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n',
  'chunked, but empty': 'Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
} as const
type Sent = keyof typeof BODIES

const NOTHING = ''
const CHUNKS = 'Transfer-Encoding: chunked: abc'
const EMPTY_CHUNKS = 'Transfer-Encoding: chunked: '
const LENGTH = 'Content-Length: 3: abc'
const ZERO = 'Content-Length: 0: '

interface Mode {
  /** Options of the endpoint. */
  readonly endpoint?: Record<string, unknown>
  /** `extra_config` of each of its backends. */
  readonly backends: readonly Record<string, unknown>[]
  /** How many requests there are at least: what follows a HEAD in a sequence is never called. */
  readonly requests: (method: Method) => number
  readonly expected: (method: Method, sent: Sent) => string
}

/** Every body was read into memory and copied: it goes out in chunks, and an empty one only where a body is usual. */
const copied = (method: Method, sent: Sent): string =>
  sent === 'sized' || sent === 'chunked' ? CHUNKS : method === 'POST' ? EMPTY_CHUNKS : NOTHING

const DOCUMENT = '{"query":"{ a }"}'
const GRAPHQL = { 'backend/graphql': { type: 'query', query: '{ a }' } }

const MODES: Readonly<Record<string, Mode>> = {
  single: {
    backends: [{}],
    requests: () => 1,
    expected: (method, sent) => (method === 'POST' && sent === 'none' ? ZERO : copied(method, sent)),
  },
  merge: { backends: [{}, {}], requests: () => 2, expected: copied },
  sequence: {
    endpoint: { extra_config: { proxy: { sequential: true } } },
    backends: [{}, {}],
    requests: (method) => (method === 'HEAD' ? 1 : 2),
    expected: copied,
  },
  shadow: { backends: [{}, { proxy: { shadow: true } }], requests: () => 2, expected: copied },
  concurrent: { endpoint: { concurrent_calls: 2 }, backends: [{}], requests: () => 2, expected: copied },
  graphql: {
    backends: [GRAPHQL],
    requests: () => 1,
    expected: () => `Content-Length: ${DOCUMENT.length}: ${DOCUMENT}`,
  },
  send_body_on_redirect: {
    backends: [{ 'backend/http/client': { send_body_on_redirect: true } }],
    requests: () => 1,
    expected: (method, sent) => (sent === 'sized' || sent === 'chunked' ? LENGTH : method === 'POST' ? ZERO : NOTHING),
  },
}

/** `NAME: VALUE: BODY` of the fields that say where a body ends; empty where there is none. */
function framingOf(request: string): string {
  const end = request.indexOf('\r\n\r\n')
  const fields = request
    .slice(0, end)
    .split('\r\n')
    .filter((line) => /^(?:Content-Length|Transfer-Encoding):/i.test(line))
  const raw = request.slice(end + 4)
  // No chunk holds a line end here.
  const body = fields.includes('Transfer-Encoding: chunked') ? raw.replaceAll(/(?:^|\r\n)\w+\r\n/g, '').replace(/\r\n$/, '') : raw
  return fields.length === 0 && body === '' ? NOTHING : `${fields.join(', ')}: ${body}`
}

suite('the end of a body, as a backend gets it', () => {
  let gateway: TestGateway
  let backend: RawBackend

  before(async () => {
    backend = await startBackend((request, socket) => {
      const answer = ok('{"a":1}')
      socket.write(request.startsWith('HEAD') ? answer.slice(0, -'{"a":1}'.length) : answer)
    })
    const endpoints = Object.entries(MODES).flatMap(([mode, { endpoint = {}, backends }]) =>
      METHODS.map((method) => ({
        ...endpoint,
        endpoint: `/${mode}/${method}`,
        // KrakenD has no endpoints for HEAD.
        method: method === 'HEAD' ? 'GET' : method,
        backend: backends.map((extra) => ({ host: [backend.origin], url_pattern: `/${mode}/${method}`, method, extra_config: extra })),
      })),
    )
    gateway = await serve({ endpoints })
  })

  after(async () => {
    await gateway.stop()
    await backend.close()
  })

  for (const [mode, { requests, expected }] of Object.entries(MODES)) {
    for (const method of METHODS) {
      for (const sent of Object.keys(BODIES) as Sent[]) {
        test(`${mode}, ${method}, ${sent}`, async () => {
          backend.requests.length = 0
          const asked = method === 'HEAD' ? 'GET' : method
          await sendRaw(gateway.port, `${asked} /${mode}/${method} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${BODIES[sent]}`)
          await until(() => backend.requests.length >= requests(method), 'every request of the backends')
          assert.deepEqual(
            backend.requests.map(framingOf),
            Array.from({ length: requests(method) }, () => expected(method, sent)),
          )
        })
      }
    }
  }
})
