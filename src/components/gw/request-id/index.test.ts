// What `_gw/request-id` promises: one id for each request, bounded, on answers, in calls of backends, in logs and texts of the file.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { assert as assertAlways, asyncProperty, string } from 'fast-check'
import { checkBlocks } from '../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../engine/compile/order.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { order } from '../../../order.ts'
import { checkOptions, configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { requestIds } from './index.ts'
import { uuidMaker } from './uuid.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

interface Opened {
  readonly block?: object
  readonly endpoint?: object
  readonly backend?: object
  readonly service?: object
  readonly fields?: string[]
  readonly status?: number
}

async function open({ block = {}, endpoint = {}, backend = {}, service = {}, fields = [], status = 200 }: Opened = {}) {
  const calls: BackendRequest[] = []
  const file = {
    host: ['http://b:80'],
    extra_config: { '_gw/request-id': block, ...service },
    endpoints: [{ endpoint: '/e', backend: [{ url_pattern: '/b', ...backend }], ...endpoint }],
  }
  const gateway = await openInMemory(configOf(file), {
    backend(call) {
      calls.push(call)
      const headers = new HeaderMap(['Content-Type', 'application/json', ...fields])
      return Promise.resolve(makeBackendResponse('{"a":1}', { statusCode: status, headers }))
    },
  })
  return { ask: (init?: ExchangeInit) => gateway.ask(init), calls, lines: gateway.lines }
}

describe('ids', () => {
  test('are UUIDs of version 7 whose first digits are the time, each another', () => {
    const make = uuidMaker(() => 0x1_2345_6789_ab)
    const ids = Array.from({ length: 5000 }, make)
    assert.equal(new Set(ids).size, ids.length)
    for (const id of ids) {
      assert.match(id, UUID)
      assert.ok(id.startsWith('01234567-89ab-7'), id)
    }
    const variants = new Set(ids.map((id) => id.charAt(19)))
    assert.deepEqual([...variants].sort(), ['8', '9', 'a', 'b'])
  })

  test('of clients are taken when they are short and harmless, others are replaced', async () => {
    const { ask, calls } = await open()
    const idFor = async (given: string) => {
      const { responseHeaders } = await ask({ target: '/e', headers: { 'x-request-id': given } })
      assert.equal(calls.at(-1)?.headers.get('X-Request-Id'), responseHeaders.get('X-Request-Id'))
      return responseHeaders.get('X-Request-Id') ?? ''
    }
    for (const good of ['a', 'abc-123:x', 'A._~:/+=@-z9', 'x'.repeat(128)]) assert.equal(await idFor(good), good)
    for (const bad of ['', 'x'.repeat(129), 'a b', 'a"b', 'a\tb', 'é', '{"a":1}', 'a,b', "a'b", 'a;b']) assert.match(await idFor(bad), UUID)
    await assertAlways(
      asyncProperty(string({ unit: 'binary-ascii' }), async (given) => {
        assert.match(await idFor(given), /^[A-Za-z0-9._~:/+=@-]{1,128}$/)
      }),
      { numRuns: 100 },
    )
  })

  test('of several the first counts, and it alone goes on', async () => {
    const { ask, calls } = await open({ endpoint: { input_headers: ['X-Request-Id'] } })
    const { responseHeaders } = await ask({ target: '/e', headers: { 'X-Request-Id': ['one', 'two'] } })
    assert.deepEqual(responseHeaders.values('X-Request-Id'), ['one'])
    assert.deepEqual(calls[0]?.headers.values('X-Request-Id'), ['one'])
  })
})

test('every answer has one, whoever gives it', async () => {
  const { ask } = await open({
    endpoint: { extra_config: { 'qos/ratelimit/router': { max_rate: 1, capacity: 1 } } },
    service: { 'security/cors': {} },
  })
  const answers = [
    await ask({ target: '/e' }),
    await ask({ target: '/e' }),
    await ask({ target: '/nobody' }),
    await ask({ target: '/e', method: 'POST' }),
    await ask({ target: '/__health' }),
    await ask({ target: '/e', method: 'OPTIONS', headers: { Origin: 'https://a', 'Access-Control-Request-Method': 'GET' } }),
  ]
  assert.deepEqual(
    answers.map(({ statusCode }) => statusCode),
    [200, 503, 404, 405, 200, 204],
  )
  for (const { responseHeaders } of answers) assert.match(responseHeaders.get('X-Request-Id') ?? '', UUID)
})

test('every call of every backend has it, whatever is forwarded, and again when it is repeated', async () => {
  const backend = { input_headers: ['X-Other'], extra_config: { '_gw/retry': { on: ['5xx'], backoff: '0s' } } }
  const { ask, calls } = await open({ endpoint: { input_headers: ['X-Other'] }, backend, status: 503 })
  await ask({ target: '/e', headers: { 'X-Request-Id': 'mine' } })
  assert.deepEqual(
    calls.map(({ headers }) => headers.values('X-Request-Id')),
    [['mine'], ['mine']],
  )
})

test('a call that the file builds may have another one', async () => {
  const backend = { extra_config: { '_gw/request': { headers: { 'X-Request-Id': 'step {request_id}' } } } }
  const { ask, calls } = await open({ backend })
  await ask({ target: '/e', headers: { 'X-Request-Id': 'mine' } })
  assert.deepEqual(calls[0]?.headers.values('X-Request-Id'), ['step mine'])
})

test('`header`, `accept` and `response`', async () => {
  const { ask, calls } = await open({ block: { header: 'x-trace', accept: false, response: false }, fields: ['X-Trace', 'of the backend'] })
  const { responseHeaders } = await ask({ target: '/e', headers: { 'X-Trace': 'mine' } })
  assert.match(calls[0]?.headers.get('X-Trace') ?? '', UUID)
  assert.equal(responseHeaders.has('X-Trace'), false)
})

test('a no-op answer has one, not also that of its backend', async () => {
  const noop = { endpoint: { output_encoding: 'no-op' }, backend: { encoding: 'no-op' }, fields: ['X-Request-Id', 'theirs'] }
  const { responseHeaders } = await (await open(noop)).ask({ target: '/e', headers: { 'X-Request-Id': 'mine' } })
  assert.deepEqual(responseHeaders.values('X-Request-Id'), ['mine'])
  const silent = await (await open({ ...noop, block: { response: false } })).ask({ target: '/e' })
  assert.deepEqual(silent.responseHeaders.values('X-Request-Id'), ['theirs'])
})

test('caches do not tell requests apart by it', async () => {
  const cached = { extra_config: { '_gw/cache': { ttl: '1m' } }, input_headers: ['*'] }
  for (const where of [{ endpoint: cached }, { endpoint: { input_headers: ['*'] }, backend: { extra_config: cached.extra_config } }]) {
    const { ask, calls } = await open({ block: { header: 'X-Other-Id' }, ...where })
    const ids = [await ask({ target: '/e' }), await ask({ target: '/e' })].map(({ responseHeaders }) =>
      responseHeaders.values('X-Other-Id'),
    )
    assert.equal(calls.length, 1)
    assert.deepEqual([ids[0]?.length, ids[1]?.length, ids[0]?.[0] === ids[1]?.[0]], [1, 1, false])
  }
})

test('lines of errors, bodies of the file and problems say it', async () => {
  const { ask, lines } = await open({ service: { '_gw/errors': { format: 'problem+json' } }, status: 500 })
  const problem = await ask({ target: '/e', headers: { 'X-Request-Id': 'mine' } })
  assert.equal((JSON.parse(problem.answered.body ?? '') as { request_id: string }).request_id, 'mine')
  assert.ok(
    lines.some((line) => line.startsWith('ERROR [ENDPOINT: /e][mine] ')),
    lines.join('\n'),
  )
})

test('check refuses names that mean something else, and tells of ids that nobody has', async () => {
  for (const header of ['X Y', 'Host', 'content-length', 'Connection', 'authorization', ''])
    assert.match(checkOptions(requestIds, { header }).join(), /is no name|meaning of its own/)
  assert.deepEqual(checkOptions(requestIds, { header: 'x-correlation-id' }), [])
  const issuesOf = async (service: object) => {
    const errors = { bodies: { default: { body: { id: '{request_id}' } } } }
    const backend = { url_pattern: '/b', extra_config: { '_gw/request': { headers: { A: '{request_id?}' } } } }
    const file = {
      host: ['http://b:80'],
      extra_config: { '_gw/errors': errors, ...service },
      endpoints: [{ endpoint: '/e', backend: [backend] }],
    }
    const config = configOf(file)
    return checkBlocks(config, await loadDeclarations(order, config), { isStrict: false }).map(({ message }) => message)
  }
  assert.deepEqual(await issuesOf({}), Array<string>(2).fill('requests have no {request_id} in this file'))
  assert.deepEqual(await issuesOf({ '_gw/request-id': {} }), [])
})
