// What `_gw/cache` promises of a whole gateway: whose answers are kept, and that nobody is given the answer of another.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import { makeOnce } from '../../../engine/compile/site.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse } from '../../../engine/types.ts'
import { configOf, type ExchangeInit, makeBackendResponse, openInMemory } from '../../../testing/index.ts'
import { endpointCache } from './index.ts'

interface Setup {
  /** Where the block stands; at the endpoint by default. */
  readonly at?: 'endpoint' | 'backend'
  readonly endpoint?: object
  readonly backend?: object
  readonly answer?: (request: BackendRequest, count: number) => BackendResponse
  readonly more?: Readonly<Record<string, unknown>>
}

/** Each call of the backend answers with its number. */
async function open(block: object, { at = 'endpoint', endpoint = {}, backend = {}, answer, more = {} }: Setup = {}) {
  let calls = 0
  const blocks = { extra_config: { '_gw/cache': { ttl: '1m', ...block }, ...more } }
  const file = {
    host: ['http://b:80'],
    endpoints: [
      {
        endpoint: '/e/{id}',
        ...(at === 'endpoint' ? blocks : {}),
        ...endpoint,
        backend: [{ url_pattern: '/b/{id}', ...(at === 'backend' ? blocks : {}), ...backend }],
      },
    ],
  }
  const gateway = await openInMemory(configOf(file), {
    backend(request) {
      calls++
      return Promise.resolve(answer?.(request, calls) ?? makeBackendResponse(`{"n":${calls}}`))
    },
  })
  return async (target = '/e/1', init: ExchangeInit = {}): Promise<string> => {
    const exchange = await gateway.ask({ target, ...init })
    return `${exchange.statusCode} ${exchange.answered.body} ${exchange.responseHeaders.values('Cache-Status').join(', ')}`
  }
}

function withFields(fields: string[], count: number): BackendResponse {
  return makeBackendResponse(`{"n":${count}}`, { headers: new HeaderMap(['Content-Type', 'application/json', ...fields]) })
}

const MANY_NAMES = Array.from({ length: 101 }, (_, index) => `X-${index}`).join()

describe('of an endpoint', () => {
  test('the second request needs no backend; path, query and headers that are forwarded make other entries', async () => {
    const ask = await open({}, { endpoint: { input_headers: ['X-Tenant', 'User-Agent'], input_query_strings: ['q'] } })
    assert.equal(await ask(), '200 {"n":1} krakend-ts; fwd=miss; stored')
    assert.match(await ask(), /^200 \{"n":1\} krakend-ts; hit; ttl=\d+$/)
    assert.match(await ask('/e/1?other=1', { headers: { 'User-Agent': 'x', 'X-Other': '1' } }), /"n":1/)
    for (const [target, init] of [['/e/2'], ['/e/1?q=1'], ['/e/1', { headers: { 'X-Tenant': 'a' } }]] as const)
      assert.match(await ask(target, init), /fwd=miss; stored$/)
  })
  test('every forwarded token has answers of its own', async () => {
    const ask = await open({}, { endpoint: { input_headers: ['Authorization'] } })
    const of = (token: string): Promise<string> => ask('/e/1', { headers: { Authorization: token } })
    assert.match(await of('a'), /"n":1/)
    assert.match(await of('b'), /"n":2/)
    assert.match(await of('a'), /"n":1/)
  })
  test('a query that goes on byte for byte counts byte for byte', async () => {
    const ask = await open({}, { endpoint: { input_query_strings: ['*'] }, more: { '_gw/route': { query_mode: 'raw' } } })
    assert.match(await ask('/e/1?%zz'), /"n":1/)
    assert.match(await ask('/e/1?%yy'), /"n":2/)
  })
  test('other methods, ranges, errors, partial answers and cookies are not kept; HEAD has what GET has', async () => {
    const post = await open({}, { endpoint: { method: 'POST' } })
    assert.match(await post('/e/1', { method: 'POST' }), /fwd=bypass$/)
    const ranged = await open({})
    assert.match(await ranged('/e/1', { headers: { Range: 'bytes=0-1' } }), /fwd=bypass$/)
    const bad = await open({}, { answer: (_request, count) => makeBackendResponse('', { statusCode: count === 1 ? 500 : 200 }) })
    assert.match(await bad(), /^500 .*fwd=miss$/)
    for (const fields of [
      ['Set-Cookie', 'a=b'],
      ['Vary', '*'],
      ['Vary', MANY_NAMES],
      ['Cache-Control', 'private'],
      ['Cache-Control', 'max-age=0'],
      ['Expires', '0'],
    ]) {
      const ask = await open({}, { answer: (_request, count) => withFields(fields, count) })
      await ask()
      assert.match(await ask(), /"n":2.*fwd=miss$/)
    }
    const partial = await open(
      {},
      { backend: { extra_config: { '_gw/fallback': { data: {} } } }, answer: () => makeBackendResponse('', { statusCode: 500 }) },
    )
    assert.match(await partial(), /fwd=miss$/)
    const head = await open({}, { more: { '_gw/route': { auto_head: true } } })
    await head()
    assert.match(await head('/e/1', { method: 'HEAD' }), /krakend-ts; hit/)
  })
  test('the shortest word of the backends counts, unless the file overrides it', async () => {
    const fields = ['Cache-Control', 'no-store']
    const ask = await open({ override: true }, { answer: (_request, count) => withFields(fields, count) })
    await ask()
    assert.match(await ask(), /"n":1\} krakend-ts; hit/)
    const shorter = await open({}, { answer: (_request, count) => withFields(['Cache-Control', 'max-age=600, s-maxage=5'], count) })
    await shorter()
    assert.match(await shorter(), /ttl=5$/)
  })
  test('what others have kept is as old as it says', async () => {
    const ask = await open({}, { answer: (_request, count) => withFields(['Cache-Control', 'max-age=4', 'Age', '3'], count) })
    await ask()
    assert.match(await ask(), /ttl=1$/)
    const stale = await open({}, { answer: (_request, count) => withFields(['Cache-Control', 'max-age=4', 'Age', '9'], count) })
    await stale()
    assert.match(await stale(), /"n":2.*fwd=miss$/)
    for (const at of ['endpoint', 'backend'] as const) {
      const extra_config = { '_gw/cache': { ttl: '1m' } }
      const backend = { url_pattern: '/b', ...(at === 'backend' ? { extra_config } : {}) }
      const endpoint = { endpoint: '/e', output_encoding: 'no-op', backend: [backend], ...(at === 'endpoint' ? { extra_config } : {}) }
      const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), {
        backend: () => Promise.resolve(withFields(['Age', '3'], 1)),
      })
      for (let i = 0; i < 2; i++) assert.equal((await gateway.ask({ target: '/e' })).responseHeaders.get('Age'), '3', at)
    }
  })
  test('of what a backend’s cache shares among requests the word of the backend counts for each', async () => {
    const { promise, resolve } = Promise.withResolvers<BackendResponse>()
    const cached = { extra_config: { '_gw/cache': { ttl: '1m' } } }
    const endpoint = { endpoint: '/e/{id}', backend: [{ url_pattern: '/b', ...cached }], ...cached }
    const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint] }), { backend: () => promise })
    const both = ['/e/1', '/e/2'].map((target) => gateway.ask({ target }))
    setImmediate(() => resolve(withFields(['Cache-Control', 'private'], 1)))
    await Promise.all(both)
    for (const target of ['/e/1', '/e/2'])
      assert.match(String((await gateway.ask({ target })).responseHeaders.values('Cache-Status')), /krakend-ts; fwd=miss$/)
  })
  test('a key of the file replaces the automatic one', async () => {
    const ask = await open({ key: ['{id}', '{input_headers.x-group?}', 'public'] }, { endpoint: { input_headers: ['*'] } })
    assert.match(await ask('/e/1', { headers: { Cookie: 'a' } }), /"n":1/)
    assert.match(await ask('/e/1', { headers: { Cookie: 'b' } }), /"n":1/)
    assert.match(await ask('/e/1', { headers: { 'X-Group': 'g' } }), /"n":2/)
  })
  test('no-op: named statuses are kept, what is too large passes', async () => {
    const endpoint = { output_encoding: 'no-op' }
    const ask = await open({ statuses: [200, 404] }, { endpoint, answer: () => makeBackendResponse('no', { statusCode: 404 }) })
    await ask()
    assert.match(await ask(), /^404 no krakend-ts; hit/)
    const large = 'x'.repeat(2000)
    const stream = (): Readable => Readable.from([Buffer.from(large), Buffer.from(large)])
    const passing = await open({ max_size: 8000 }, { endpoint, answer: () => ({ ...makeBackendResponse(''), body: stream() }) })
    for (let i = 0; i < 2; i++) assert.equal(await passing(), `200 ${large}${large} krakend-ts; fwd=miss`)
    const small = await open({}, { endpoint, answer: () => ({ ...makeBackendResponse(''), body: stream() }) })
    await small()
    assert.equal((await small()).slice(4004), ' krakend-ts; hit; ttl=60')
  })
})

test('HEAD is answered from what is fresh, and keeps nothing', async () => {
  const answer = ({ method }: BackendRequest, count: number) => makeBackendResponse(method === 'HEAD' ? '' : `n${count}`)
  const setup = { endpoint: { output_encoding: 'no-op' }, more: { '_gw/route': { auto_head: true } }, answer }
  const long = await open({}, setup)
  await long()
  assert.match(await long('/e/1', { method: 'HEAD' }), /hit; ttl=60$/)
  const short = await open({ ttl: '1ms' }, setup)
  await short()
  const over = performance.now() + 2
  while (performance.now() < over) await new Promise(setImmediate)
  assert.match(await short('/e/1', { method: 'HEAD' }), /fwd=miss$/)
  assert.match(await short(), /^200 n3 /)
})

test('an answer that breaks off while it is taken into memory is an error as others are', async () => {
  const endpoint = {
    endpoint: '/e',
    output_encoding: 'no-op',
    backend: [{ url_pattern: '/b' }],
    extra_config: { '_gw/cache': { ttl: '1m' } },
  }
  const file = { host: ['http://b:80'], extra_config: { '_gw/errors': {} }, endpoints: [endpoint] }
  const gateway = await openInMemory(configOf(file), {
    backend() {
      const body = new Readable({ read() {} })
      body.push('begun')
      setImmediate(() => body.destroy(new Error('ended early')))
      return Promise.resolve({ ...makeBackendResponse('', { headers: new HeaderMap(['Etag', 'v1', 'Content-Type', 'a/b']) }), body })
    },
  })
  const { statusCode, responseHeaders } = await gateway.ask({ target: '/e' })
  const fields = ['X-Krakend', 'X-Krakend-Completed', 'Cache-Status', 'Etag'].map((name) => responseHeaders.get(name)?.split(' ')[0])
  assert.deepEqual([statusCode, ...fields], [502, 'Version', 'false', 'krakend-ts;', undefined])
  assert.deepEqual(
    gateway.lines.filter((line) => line.startsWith('ERROR')),
    ['ERROR [ENDPOINT: /e] ended early'],
  )
})

for (const at of ['endpoint', 'backend'] as const)
  test(`at the ${at}: events are nobody else's, also where all of them are there at once`, async () => {
    const headers = new HeaderMap(['Content-Type', 'Text/Event-Stream; charset=utf-8'])
    const setup = { at, endpoint: { output_encoding: 'no-op' }, answer: () => makeBackendResponse('data: 1', { headers }) }
    const ask = await open({ override: true }, setup)
    for (let i = 0; i < 2; i++) assert.match(await ask(), /^200 data: 1 \S+ fwd=miss$/)
  })

describe('of a backend', () => {
  test('its decoded answer is kept, and its place in the list told', async () => {
    const ask = await open({}, { at: 'backend' })
    assert.equal(await ask(), '200 {"n":1} krakend-ts-b0; fwd=miss; stored')
    assert.match(await ask(), /^200 \{"n":1\} krakend-ts-b0; hit; ttl=\d+$/)
    assert.match(await ask('/e/2'), /"n":2/)
  })
  test('all calls of a loop are told in one member: asked for, as soon as one of them was', async () => {
    const loop = { '_gw/for-each': { in: 'input_query_strings.id', concurrency: 1 }, '_gw/request': { path: '/i/{item}' } }
    const ask = await open({}, { at: 'backend', backend: { extra_config: { ...loop, '_gw/cache': { ttl: '1m' } } } })
    const told = async (ids: string): Promise<string> => (await ask(`/e/1?id=${ids}`)).split('} ').at(-1) as string
    assert.equal(await told('a,b'), 'krakend-ts-b0; fwd=miss; stored')
    assert.match(await told('a'), /^krakend-ts-b0; hit; ttl=\d+$/)
    assert.equal(await told('a,c,b'), 'krakend-ts-b0; fwd=miss; stored')
  })
  test('failures are not, and neither is what stands in for them', async () => {
    const fallback = { '_gw/fallback': { data: { n: 0 } } }
    const ask = await open(
      {},
      {
        at: 'backend',
        more: fallback,
        answer: (_request, count) => makeBackendResponse(`{"n":${count}}`, { statusCode: count === 1 ? 500 : 200 }),
      },
    )
    assert.match(await ask(), /"n":0/)
    assert.match(await ask(), /"n":2.*stored$/)
    assert.match(await ask(), /"n":2.*hit/)
  })
})

describe('check', () => {
  const findings = (block: object, endpoint: object = {}): string[] => {
    const config = configOf({ host: ['http://b:80'], endpoints: [{ endpoint: '/e/{id}', backend: [{ url_pattern: '/b' }], ...endpoint }] })
    const place = { config, endpoint: config.endpoints[0] ?? null, backend: null }
    return checkBlock(endpointCache, block, { dialect: 3, once: makeOnce(), place }).map(
      ({ path, message }) => `${path.join('.')}: ${message}`,
    )
  }
  test('a time is needed, and names must mean something', () => {
    assert.deepEqual(findings({}), ['ttl: must be set: how long is an answer fresh?'])
    assert.deepEqual(findings({ ttl: '1m', tags: ['u:{ids}'] }), ['tags.0: nothing is called {ids} here'])
    assert.deepEqual(findings({ ttl: '1m', tags: ['u:{id}'] }), [])
    assert.deepEqual(findings({ ttl: '1m', key: [], statuses: [] }), [
      'key: names nothing: all requests would get the same answer',
      'statuses: names no status: nothing would be kept',
    ])
    assert.match(
      String(findings({ ttl: '1m', key: ['{id'], tags: ['{id}}'] })),
      /^key\.0: a "\{" is not closed.*,tags\.0: a "\}" closes nothing/,
    )
  })
})
