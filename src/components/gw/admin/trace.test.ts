// What the trace of `_gw/admin` promises: names, times and statuses for whoever may ask, nothing for others, and no word of it to backends.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SendError } from '../../../engine/errors.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { type Told, traceText } from './trace-text.ts'

const FAR = new SendError('no', { phase: 'dial' })

interface Opened {
  readonly block?: object
  readonly service?: object
  readonly endpoint?: object
  readonly answer?: (call: BackendRequest, turn: number) => BackendResponse | Error
}

async function ask({ block = {}, service = {}, endpoint = {}, answer }: Opened, init: ExchangeInit) {
  const calls: BackendRequest[] = []
  const retry = { '_gw/retry': { on: ['5xx'], backoff: '0s' } }
  const file = {
    host: ['http://b:80'],
    extra_config: { '_gw/admin': block, ...service },
    endpoints: [
      {
        endpoint: '/e',
        input_headers: ['X-In'],
        input_query_strings: ['q'],
        backend: [{ url_pattern: '/0' }, { url_pattern: '/1', extra_config: retry }],
        ...endpoint,
      },
    ],
  }
  const gateway = await openInMemory(configOf(file), {
    async backend(call) {
      calls.push(call)
      const given = answer?.(call, calls.length) ?? makeBackendResponse(`{"b${call.path.slice(1, 2)}":1}`)
      if (given instanceof Error) throw given
      return Promise.resolve(given)
    },
  })
  const { responseHeaders: headers, statusCode } = await gateway.ask({ target: '/e', ...init })
  const text = headers.get('X-Gw-Trace')
  return { statusCode, calls, text, timing: headers.get('Server-Timing'), trace: text === undefined ? null : (JSON.parse(text) as Told) }
}

const traced = { headers: { 'X-Gw-Trace': '1' } }

describe('whoever may ask', () => {
  test('is told the route, the layers, what was dropped, and what each backend did', async () => {
    const answer = ({ path }: BackendRequest, turn: number) =>
      path.startsWith('/1') && turn < 3 ? makeBackendResponse('', { statusCode: 503 }) : makeBackendResponse('{"a":1}')
    const limits = { extra_config: { 'qos/ratelimit/router': { max_rate: 9 } } }
    const headers = { 'X-Gw-Trace': '1', 'X-In': 'a', 'X-Tenant': 'secret-value', Cookie: 'c=secret-value' }
    const service = { '_gw/request-id': {} }
    const { trace, text, timing, calls } = await ask(
      { answer, endpoint: limits, service },
      { target: '/e?q=1&debug=secret-value', headers },
    )
    assert.equal(trace?.route, 'endpoints[0]')
    assert.deepEqual([trace.dropped_headers, trace.dropped_query, trace.complete], [['X-Tenant', 'Cookie'], ['debug'], true])
    assert.deepEqual(
      trace.layers.map(([name]) => name),
      ['qos/ratelimit/router'],
    )
    assert.deepEqual(
      trace.backends.map(({ i, tries, fallback }) => ({ i, fallback, tries: tries.map(({ url, status }) => `${status} ${url}`) })),
      [
        { i: 0, fallback: false, tries: ['200 http://b:80/0?q=1'] },
        { i: 1, fallback: false, tries: ['503 http://b:80/1?q=1', '200 http://b:80/1?q=1'] },
      ],
    )
    assert.deepEqual(Object.keys(trace), [
      'route',
      'request_id',
      'layers',
      'dropped_headers',
      'dropped_query',
      'backends',
      'complete',
      'ms',
    ])
    assert.match(
      timing ?? '',
      /^qos-ratelimit-router;dur=[\d.]+, b0;dur=[\d.]+;desc="200", b1;dur=[\d.]+;desc="200", merge;dur=[\d.]+, total;dur=[\d.]+$/,
    )
    assert.doesNotMatch(text ?? '', /secret-value/)
    for (const { headers: sent } of calls) assert.equal(sent.has('X-Gw-Trace'), false)
  })

  test('is told of failures, and of answers that have no route', async () => {
    const { trace } = await ask({ answer: () => FAR }, traced)
    assert.deepEqual(
      trace?.backends.map(({ code, tries }) => [code, tries.map((one) => one.code)]),
      [
        ['ERR_BACKEND_UNREACHABLE', ['ERR_BACKEND_UNREACHABLE']],
        ['ERR_BACKEND_UNREACHABLE', ['ERR_BACKEND_UNREACHABLE']],
      ],
    )
    assert.equal(trace?.complete, false)
    const nowhere = await ask({}, { ...traced, target: '/nobody' })
    assert.deepEqual([nowhere.statusCode, nowhere.trace?.route], [404, null])
  })

  test('sees caches and fallbacks', async () => {
    const other = { '_gw/fallback': { backend: { url_pattern: '/other' } } }
    const backend = [
      { url_pattern: '/0', extra_config: { '_gw/cache': { ttl: '1m' } } },
      { url_pattern: '/1', extra_config: other },
      { url_pattern: '/2', extra_config: { '_gw/fallback': { data: { s: 1 } } } },
      { url_pattern: '/3', extra_config: { '_gw/fallback': { data: { s: 1 } } } },
    ]
    const answer = ({ path }: BackendRequest) => (path === '/1' || path === '/2' ? FAR : makeBackendResponse('{"a":1}'))
    const { trace } = await ask({ endpoint: { backend }, answer }, traced)
    assert.deepEqual(
      trace?.backends.map(({ cache, fallback, tries }) => [cache, fallback, tries.length]),
      [
        ['miss', false, 1],
        [undefined, true, 2],
        [undefined, true, 1],
        [undefined, false, 1],
      ],
    )
  })
})

test('nobody else is told anything, and no backend hears of it', async () => {
  const wrong: [object, ExchangeInit][] = [
    [{}, {}],
    [{}, { headers: { 'X-Gw-Trace': '0' } }],
    [{}, { ...traced, peerAddress: '10.0.0.1' }],
    [{}, { headers: { 'X-Gw-Trace': '1', Via: '1.1 p' } }],
    [{ token: 't0ken' }, traced],
    [{ token: 't0ken' }, { headers: { 'X-Gw-Trace': 't0kens', Authorization: 'Bearer t0ken' } }],
    [{ trace: false }, traced],
  ]
  for (const [block, init] of wrong) {
    const { text, timing } = await ask({ block }, init)
    assert.deepEqual([text, timing], [undefined, undefined], JSON.stringify([block, init]))
  }
  const hidden = await ask({ endpoint: { input_headers: ['*'] } }, { ...traced, peerAddress: '10.0.0.1' })
  assert.equal(hidden.calls[0]?.headers.has('X-Gw-Trace'), false)
  assert.notEqual((await ask({ block: { token: 't0ken' } }, { headers: { 'X-Gw-Trace': 't0ken', Via: '1.1 p' } })).text, undefined)
})

test('a text is one line of ASCII of at most 8 KiB, later parts go first', () => {
  const told: Told = {
    route: 'endpoints[0]',
    layers: [['é\u2028\n', 1]],
    dropped_headers: Array.from({ length: 400 }, (_none, i) => `X-${i}`),
    dropped_query: Array.from({ length: 5000 }, (_none, i) => `q${i}`),
    backends: [{ i: 0, tries: [{ url: 'http://b', status: 200, ms: 1 }], fallback: false }],
    complete: true,
    ms: 1,
  }
  const text = traceText(told)
  assert.ok(text.length <= 8192)
  assert.match(text, /^[\x20-\x7e]+$/)
  const cut = JSON.parse(text) as Told
  assert.deepEqual([cut.truncated, cut.backends.length, cut.dropped_headers.length], [true, 0, 400])
  assert.ok(cut.dropped_query.length > 0 && cut.dropped_query.length < 5000)
  assert.deepEqual(cut.layers, [['é\u2028\n', 1]])
})
