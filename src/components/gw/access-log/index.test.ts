// What `_gw/access-log` promises: one line of JSON for each request, in which nobody can write, and nothing secret stands.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assert as assertAlways, property, string } from 'fast-check'
import { SendError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { LineSink } from '../../../engine/line-sink.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { checkOptions, configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { Batch } from './batch.ts'
import { jsonAccessLog } from './index.ts'
import { jsonText } from './json-text.ts'
import { compileRedaction } from './redact-query.ts'

interface Opened {
  readonly block?: object
  readonly service?: object
  readonly endpoint?: object
  readonly backends?: readonly object[]
  readonly answer?: (call: BackendRequest, turn: number) => BackendResponse | Error
  readonly openLines?: (target: string) => LineSink
}

const FAR = new SendError('no', { phase: 'dial' })

/** Asks for some things, and gives the lines that came of it when the gateway has gone. */
async function linesOf(
  { block = {}, service = {}, endpoint = {}, backends = [{}], answer, openLines }: Opened,
  asked: readonly ExchangeInit[],
) {
  const written: string[] = []
  let turn = 0
  const file = {
    host: ['http://b:80'],
    extra_config: { '_gw/access-log': block, ...service },
    endpoints: [{ endpoint: '/e/{id}', backend: backends.map((own, index) => ({ url_pattern: `/${index}`, ...own })), ...endpoint }],
  }
  const gateway = await openInMemory(configOf(file), {
    writeAccessLine: (lines) => void written.push(lines),
    ...(openLines === undefined ? null : { openLines }),
    async backend(call) {
      const given = answer?.(call, turn++) ?? makeBackendResponse('{"a":1}')
      if (given instanceof Error) throw given
      return Promise.resolve(given)
    },
  })
  for (const one of asked) await gateway.ask(one)
  gateway.refused?.({ status: 400, method: null, target: null, peerAddress: '10.0.0.9' })
  await gateway.retire()
  const texts = written.join('').split('\n').slice(0, -1)
  return { texts, lines: texts.map((text) => JSON.parse(text) as Record<string, unknown>) }
}

describe('a line', () => {
  test('has its members in order, each on one line', async () => {
    const { texts, lines } = await linesOf({ service: { '_gw/request-id': {} } }, [
      { target: '/e/7?q=1', headers: { 'X-Request-Id': 'mine' } },
    ])
    assert.equal(texts.length, 2)
    const line = lines[0] ?? {}
    const names = ['time', 'method', 'path', 'proto', 'status', 'bytes', 'duration_ms', 'client_ip', 'host', 'endpoint', 'request_id']
    assert.deepEqual(Object.keys(line), [...names, 'complete', 'backends'])
    assert.match(String(line['time']), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const { time: _time, duration_ms: ms, backends, ...rest } = line
    assert.ok(typeof ms === 'number' && ms >= 0)
    assert.deepEqual(rest, {
      method: 'GET',
      path: '/e/7',
      proto: 'HTTP/1.1',
      status: 200,
      bytes: 7,
      client_ip: '127.0.0.1',
      host: 'gateway.test',
      endpoint: '/e/{id}',
      request_id: 'mine',
      complete: true,
    })
    const [backend = {}] = backends as Record<string, unknown>[]
    assert.deepEqual(Object.keys(backend), ['i', 'host', 'status', 'ms', 'tries'])
    assert.deepEqual({ ...backend, ms: 0 }, { i: 0, host: 'http://b:80', status: 200, ms: 0, tries: 1 })
  })

  test('of a failure says which, of each backend', async () => {
    const answer = ({ path }: BackendRequest, turn: number) =>
      path === '/0' && turn > 0 ? FAR : path === '/1' ? makeBackendResponse('x') : makeBackendResponse('', { statusCode: 503 })
    const retry = { extra_config: { '_gw/retry': { backoff: '0s' } } }
    const { lines } = await linesOf({ backends: [retry, {}], answer }, [
      { target: '/e/1' },
      { target: '/nobody' },
      { target: '/e/1', method: 'PUT' },
    ])
    const backends = ((lines[0] ?? {})['backends'] as Record<string, unknown>[]).map(({ ms: _ms, ...rest }) => rest)
    assert.deepEqual(backends, [
      { i: 0, host: 'http://b:80', tries: 2, code: 'ERR_BACKEND_UNREACHABLE' },
      { i: 1, host: 'http://b:80', status: 200, tries: 1, code: 'ERR_BACKEND_BODY' },
    ])
    assert.deepEqual(
      lines.map(({ status, code, endpoint }) => [status, code, endpoint]),
      [
        [500, 'ERR_MERGE', '/e/{id}'],
        [404, 'ERR_NOT_FOUND', null],
        [405, 'ERR_METHOD_NOT_ALLOWED', null],
        [400, 'ERR_BAD_REQUEST', null],
      ],
    )
  })

  test('of an answer of which a part is missing has no error but that of the backend', async () => {
    const answer = ({ path }: BackendRequest) => (path === '/1' ? FAR : makeBackendResponse('{"a":1}'))
    for (const endpoint of [{}, { extra_config: { proxy: { sequential: true } } }]) {
      const { lines } = await linesOf({ backends: [{}, {}], answer, endpoint }, [{ target: '/e/1' }])
      const { status, code, complete, backends } = lines[0] ?? {}
      assert.deepEqual([status, code, complete], [200, undefined, false])
      assert.deepEqual(
        (backends as Record<string, unknown>[]).map((one) => one['code']),
        [undefined, 'ERR_BACKEND_UNREACHABLE'],
      )
    }
  })

  test('has no other word for complete than the gateway has', async () => {
    const endpoint = { extra_config: { '_gw/forward-auth': { url: 'http://auth:80/' } } }
    const headers = new HeaderMap(['X-Krakend-Completed', 'true,"code":"none"'])
    const { lines } = await linesOf({ endpoint, answer: () => makeBackendResponse('no', { statusCode: 403, headers }) }, [
      { target: '/e/1' },
    ])
    assert.deepEqual([lines[0]?.['status'], lines[0]?.['code'], lines[0]?.['complete']], [403, 'ERR_FORBIDDEN', undefined])
  })

  test('says what a cache did', async () => {
    const cached = { extra_config: { '_gw/cache': { ttl: '1m' } } }
    for (const where of [{ endpoint: cached }, { backends: [cached] }]) {
      const { lines } = await linesOf(where, [{ target: '/e/1' }, { target: '/e/1' }])
      assert.deepEqual([lines[0]?.['cache'], lines[1]?.['cache']], ['miss', 'hit'])
    }
  })

  test('is there for preflights, and for what cannot be read', async () => {
    const preflight = { method: 'OPTIONS', headers: { Origin: 'https://a', 'Access-Control-Request-Method': 'GET' } }
    const { lines } = await linesOf({ service: { 'security/cors': {} } }, [{ ...preflight, target: '/e/1' }])
    assert.deepEqual([lines[0]?.['status'], lines[0]?.['method']], [204, 'OPTIONS'])
    assert.deepEqual([lines[1]?.['status'], lines[1]?.['client_ip']], [400, '10.0.0.9'])
  })
})

test('`fields` and `headers` choose, query strings are redacted', async () => {
  const block = { fields: ['user_agent', 'query', 'path'], headers: ['X-Tenant', 'X-None'] }
  const target = '/e/a%22%0a?x=1&token=abc&%70assword=p&api_key&Secret=s;code=7&y'
  const { texts } = await linesOf({ block }, [{ target, headers: { 'User-Agent': 'a"\u001b[1m\u009b', 'X-Tenant': ['t', 'Ã©'] } }])
  assert.equal(
    texts[0],
    '{"path":"/e/a%22%0a","query":"x=1&token=***&%70assword=***&api_key&Secret=***;code=***&y",' +
      '"user_agent":"a\\"\\u001b[1m\uFFFD","headers":{"X-Tenant":"t, é"}}',
  )
})

test('`skip_paths`, `logger_skip_paths` and `sample` leave lines out, never those of errors', async () => {
  const router = { router: { logger_skip_paths: ['/e/3'] } }
  const skipped = await linesOf({ block: { skip_paths: ['/e/1', '/e/2*'] }, service: router }, [
    { target: '/e/1' },
    { target: '/e/21' },
    { target: '/e/3' },
    { target: '/e/11' },
  ])
  assert.deepEqual([skipped.lines.length, skipped.lines[0]?.['path']], [2, '/e/11'])
  const answer = (_call: BackendRequest, turn: number) => (turn === 1 ? FAR : makeBackendResponse('{}'))
  const sampled = await linesOf({ block: { sample: 0 }, answer }, [{ target: '/e/1' }, { target: '/e/1' }, { target: '/e/1' }])
  assert.deepEqual([sampled.lines.length, sampled.lines[0]?.['status']], [2, 500])
  assert.equal((await linesOf({ service: { router: { disable_access_log: true } } }, [{ target: '/e/1' }])).lines.length, 0)
})

test('a file takes the lines, and is let go of at the end; one that cannot be opened stops the start', async () => {
  const events: string[] = []
  const openLines = (target: string): LineSink => {
    events.push(`open ${target}`)
    return { write: (lines) => void events.push(`${lines.split('\n').length - 1} lines`), end: async () => void events.push('end') }
  }
  const { texts } = await linesOf({ block: { output: '/var/log/a' }, openLines }, [{ target: '/e/1' }, { target: '/e/1' }])
  assert.deepEqual(texts, [])
  assert.deepEqual(events, ['open /var/log/a', '3 lines', 'end'])
  const broken = (): never => {
    throw new Error("ENOENT: open '/no'")
  }
  await assert.rejects(linesOf({ block: { output: '/no' }, openLines: broken }, []), { name: 'ConfigError', message: /ENOENT/ })
})

test('a batch is written when it is full, and by itself soon', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const written: string[] = []
  const lengths = (): number[] => written.map((lines) => lines.length)
  const batch = new Batch((lines) => void written.push(lines))
  batch.add('a\n')
  batch.add('b\n')
  assert.deepEqual(written, [])
  t.mock.timers.tick(100)
  assert.deepEqual(written, ['a\nb\n'])
  for (let i = 0; i < 9; i++) batch.add(`${'x'.repeat(999)}\n`)
  assert.deepEqual(lengths(), [4, 4000, 4000])
  t.mock.timers.tick(100)
  assert.deepEqual(lengths(), [4, 4000, 4000, 1000])
})

test('texts are JSON of one line, whatever stands in them', () => {
  assertAlways(
    property(string({ unit: 'binary' }), (text) => {
      const json = jsonText(text)
      assert.equal(JSON.parse(json), text.toWellFormed())
      assert.doesNotMatch(json, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202e]/)
    }),
  )
})

test('a query without what is redacted stays byte for byte', () => {
  const redact = compileRedaction(['token'])
  for (const query of ['', 'a', '%zz=1&&=x;', 'tokens=1&a=token']) assert.equal(redact(query), query)
  assert.equal(redact('%zz&TOKEN=1&to%6ben=2'), '%zz&TOKEN=***&to%6ben=***')
})

test('check refuses what would write secrets', () => {
  for (const header of ['authorization', 'Cookie', 'X-Gw-Trace', 'X Y'])
    assert.equal(checkOptions(jsonAccessLog, { headers: [header] }).length, 1, header)
  assert.match(checkOptions(jsonAccessLog, { fields: ['paht'] }).join(), /must be|one of|path/)
  assert.equal(checkOptions(jsonAccessLog, { skip_paths: ['e'], output: '' }).length, 2)
  assert.deepEqual(checkOptions(jsonAccessLog, { headers: ['X-Tenant'], skip_paths: ['/e*', '*'], sample: 0.5 }), [])
})
