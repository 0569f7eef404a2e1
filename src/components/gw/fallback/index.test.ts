// What `_gw/fallback` promises: who stands in for whom, when, and how complete the answer is then.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Readable } from 'node:stream'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { SendError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { order } from '../../../order.ts'
import { checkOptions, configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { fallback } from './index.ts'

const refused = new SendError('refused', { phase: 'dial' })
type Answer = BackendResponse | Error

/** Asks an endpoint whose backend `/a` has that fallback. */
async function ask(
  block: object,
  answers: Readonly<Record<string, Answer>>,
  more: { endpoint?: object; backend?: object; init?: ExchangeInit } = {},
) {
  const seen: string[] = []
  const bodies: string[] = []
  const backend = { url_pattern: '/a', extra_config: { '_gw/fallback': block }, ...more.backend }
  const file = { host: ['http://b:80'], endpoints: [{ endpoint: '/e/{id}', backend: [backend], ...more.endpoint }] }
  const gateway = await openInMemory(configOf(file), {
    async backend(request: BackendRequest) {
      seen.push(`${request.method} ${request.origin}${request.path}`)
      bodies.push((await request.body.bytes()).toString())
      const answer = answers[request.path.split('?')[0] as string] ?? makeBackendResponse('{"ok":true}')
      if (answer instanceof Error) throw answer
      return answer
    },
  })
  const exchange = await gateway.ask({ target: '/e/7', ...more.init })
  return {
    status: exchange.statusCode,
    body: exchange.answered.body,
    completed: exchange.responseHeaders.get('X-Krakend-Completed'),
    seen,
    bodies,
    lines: gateway.lines,
    headers: exchange.responseHeaders,
  }
}

const status = (statusCode: number): BackendResponse => makeBackendResponse('{"bad":1}', { statusCode })

test('another backend with everything of its own is as good as the first', async () => {
  const block = { backend: { url_pattern: '/second/{id}?own=1', host: ['http://c:80'], mapping: { ok: 'fine' }, method: 'POST' } }
  const { status: code, body, completed, seen, lines } = await ask(block, { '/a': refused })
  assert.deepEqual([code, body, completed], [200, '{"fine":true}', 'true'])
  assert.deepEqual(seen, ['GET http://b:80/a', 'POST http://c:80/second/7?own=1'])
  assert.ok(
    lines.some((line) => /^WARNING \[BACKEND: \/a\]\[Fallback\] .*refused/.test(line)),
    lines.join('\n'),
  )
})

test('it has the query strings of the endpoint, whatever the first may see, and the body again', async () => {
  const block = { backend: { url_pattern: '/second' } }
  const { seen, bodies } = await ask(
    block,
    { '/a': refused },
    {
      endpoint: { method: 'POST', input_query_strings: ['x', 'y'] },
      backend: { input_query_strings: ['x'] },
      init: { method: 'POST', target: '/e/7?x=1&y=2', body: 'sent' },
    },
  )
  assert.deepEqual(seen, ['POST http://b:80/a?x=1', 'POST http://b:80/second?x=1&y=2'])
  assert.deepEqual(bodies, ['sent', 'sent'])
})

test('it may name what earlier steps have answered, and later ones see what it has', async () => {
  const block = { backend: { url_pattern: '/second/{resp0_ok}' } }
  const last = { url_pattern: '/last', extra_config: { '_gw/request': { path: '/last/{resp1.status}/{resp1.headers.ETag}' } } }
  const backends = [{ url_pattern: '/first' }, { url_pattern: '/a', extra_config: { '_gw/fallback': block } }, last]
  const { seen } = await ask(
    block,
    { '/a': refused, '/second/true': makeBackendResponse('{}', { headers: new HeaderMap(['Etag', 'v1']) }) },
    { endpoint: { backend: backends, extra_config: { proxy: { sequential: true } } } },
  )
  assert.deepEqual(
    seen.map((call) => call.split(':80')[1]),
    ['/first', '/a', '/second/true', '/last/200/v1'],
  )
})

test('data is a part that is not complete, with its digits', async () => {
  const { status: code, body, completed } = await ask({ data: { items: [], n: 12345678901234567890n } }, { '/a': status(500) })
  assert.deepEqual([code, body, completed], [200, '{"items":[],"n":12345678901234567890}', 'false'])
})

test('only failures of the list count; without one nothing is changed', async () => {
  const data = { data: { x: 1 } }
  assert.equal((await ask({ ...data, on: ['connect-failure'] }, { '/a': status(500) })).status, 500)
  assert.equal((await ask({ ...data, on: [500] }, { '/a': status(500) })).body, '{"x":1}')
  const good = await ask(data, {})
  assert.deepEqual([good.body, good.completed], ['{"ok":true}', 'true'])
})

test('when both fail the error of the second counts', async () => {
  const { status: code, seen } = await ask({ backend: { url_pattern: '/second' } }, { '/a': refused, '/second': status(503) })
  assert.deepEqual([code, seen.length], [500, 2])
})

test('an open breaker goes straight to the fallback', async () => {
  const breaker = { 'qos/circuit-breaker': { interval: 60, timeout: 60, max_errors: 1 } }
  const backend = { url_pattern: '/a', extra_config: { ...breaker, '_gw/fallback': { data: { x: 1 } } } }
  let calls = 0
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e', backend: [backend] }] }), {
    backend: () => (calls++, Promise.reject(refused)),
  })
  for (let i = 0; i < 5; i++) assert.equal((await gateway.ask({ target: '/e' })).answered.body, '{"x":1}')
  assert.equal(calls, 2)
})

describe('with no-op', () => {
  const endpoint = { output_encoding: 'no-op' }
  const stream = (): Readable => Readable.from([Buffer.from('late')])
  test('a status is an answer unless it is named, and data is JSON', async () => {
    const block = { data: { x: 1 } }
    assert.equal((await ask(block, { '/a': status(503) }, { endpoint })).status, 503)
    const body = stream()
    const named = await ask({ ...block, on: ['5xx'] }, { '/a': { ...status(503), body } }, { endpoint })
    assert.deepEqual([named.status, named.body, named.headers.get('Content-Type')], [200, '{"x":1}', 'application/json; charset=utf-8'])
    assert.equal(body.destroyed, true)
  })
  test('the stream of another backend passes', async () => {
    const answer = { ...makeBackendResponse('', { headers: new HeaderMap(['Content-Type', 'text/plain']) }), body: stream() }
    const { body } = await ask({ backend: { url_pattern: '/second' } }, { '/a': refused, '/second': answer }, { endpoint })
    assert.equal(body, 'late')
  })
})

test('check names what contradicts itself, and what is wrong in the other backend', async () => {
  assert.deepEqual(checkOptions(fallback, {}), ['error : needs a "backend" or "data", one of them'])
  assert.deepEqual(checkOptions(fallback, { backend: {}, data: {} }), ['error : needs a "backend" or "data", one of them'])
  assert.deepEqual(checkOptions(fallback, { on: ['never'], data: {} }), ['error on[0]: "never" is no kind of failure'])
  assert.match(
    String(checkOptions(fallback, { backend: { extra_config: { '_gw/fallback': { data: {} } } } })),
    /a fallback has no fallback/,
  )
  const inner = { url_pattern: '/s', extra_config: { '_gw/retry': { max_retries: 'two' } } }
  const endpoints = [{ endpoint: '/e', backend: [{ url_pattern: '/a', extra_config: { '_gw/fallback': { backend: inner } } }] }]
  const config = configOf({ host: ['http://b:80'], endpoints })
  const issues = checkBlocks(config, await loadDeclarations(order, config), { isStrict: false })
  assert.deepEqual(
    issues.map(({ severity, path }) => `${severity} ${path.join('.')}`),
    ['error endpoints.0.backend.0.extra_config._gw/fallback.backend.extra_config._gw/retry.max_retries'],
  )
  assert.throws(() =>
    configOf({
      host: ['http://b:80'],
      endpoints: [
        { endpoint: '/e', backend: [{ url_pattern: '/a', extra_config: { '_gw/fallback': { backend: { url_pattern: '/{x}' } } } }] },
      ],
    }),
  )
})
