// What `_gw/route` promises of a whole gateway: choice beside KrakenD's routes, methods, raw paths and queries, and what is refused.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { makeOnce } from '../../compile/site.ts'
import { checkBlock } from '../../compile/check-blocks.ts'
import type { BackendRequest } from '../../types.ts'
import { configOf, makeBackendResponse, openInMemory, type ExchangeInit } from '../../../testing/index.ts'
import { routeBlock } from './route-block.ts'

interface Entry {
  readonly endpoint: string
  readonly method?: string
  readonly route?: object
  readonly to?: string
  readonly more?: object
  readonly backend?: object
}

/** Asks a gateway with these endpoints; gives status, what the backend was asked, and the answer's header. */
async function gatewayOf(entries: readonly Entry[], router: object = {}) {
  const seen: BackendRequest[] = []
  const file = {
    host: ['http://b:80'],
    extra_config: { router },
    endpoints: entries.map(({ endpoint, method = 'GET', route, to = '/b', more = {}, backend = {} }) => ({
      endpoint,
      method,
      backend: [{ url_pattern: to, ...backend }],
      ...(route === undefined ? {} : { extra_config: { '_gw/route': route } }),
      ...more,
    })),
  }
  const gateway = await openInMemory(configOf(file), {
    backend: (request) => (seen.push(request), Promise.resolve(makeBackendResponse('{"ok":true}'))),
  })
  return async (target: string, init: ExchangeInit = {}) => {
    seen.length = 0
    const exchange = await gateway.ask({ target, ...init })
    const [first] = seen
    return {
      status: exchange.statusCode,
      asked: first === undefined ? null : `${first.method} ${first.path}`,
      headers: exchange.responseHeaders,
      exchange,
    }
  }
}

test('a route of ours and those of KrakenD are one order: literal, mixed, one parameter, the rest', async () => {
  const ask = await gatewayOf([
    { endpoint: '/r', route: { path: '/u/{rest*}' }, to: '/rest/{rest}' },
    { endpoint: '/u/{id}', to: '/one/{id}' },
    { endpoint: '/v', route: { path: '/u/v{n}' }, to: '/version/{n}' },
    { endpoint: '/u/new', to: '/new' },
  ])
  for (const [path, asked] of [
    ['/u/new', 'GET /new'],
    ['/u/v2', 'GET /version/2'],
    ['/u/7', 'GET /one/7'],
    ['/u/7/x', 'GET /rest/7/x'],
    ['/u', 'GET /rest/'],
  ])
    assert.equal((await ask(path as string)).asked, asked)
})

test('the gateway’s own paths stand above every pattern', async () => {
  const ask = await gatewayOf([{ endpoint: '/r', route: { path: '/{rest*}' } }])
  assert.equal((await ask('/__health')).asked, null)
  assert.equal((await ask('/__healthy')).asked, 'GET /b')
})

describe('methods', () => {
  test('each of a list reaches the backend as it is, HEAD as GET where the answer is decoded', async () => {
    const ask = await gatewayOf([{ endpoint: '/m', route: { methods: ['GET', 'HEAD', 'QUERY', 'OPTIONS'] } }])
    for (const [method, asked] of [
      ['GET', 'GET /b'],
      ['HEAD', 'GET /b'],
      ['QUERY', 'QUERY /b'],
      ['OPTIONS', 'OPTIONS /b'],
    ] as const)
      assert.equal((await ask('/m', { method })).asked, asked)
    const refused = await ask('/m', { method: 'PUT' })
    assert.deepEqual([refused.status, refused.headers.get('Allow')], [405, 'GET, HEAD, OPTIONS, QUERY'])
  })
  test('no-op asks with HEAD, a backend with a method of its own with that', async () => {
    const ask = await gatewayOf([
      { endpoint: '/n', route: { auto_head: true }, more: { output_encoding: 'no-op' } },
      { endpoint: '/o', route: { methods: ['PUT', 'PATCH'] }, backend: { method: 'POST' } },
    ])
    assert.equal((await ask('/n', { method: 'HEAD' })).asked, 'HEAD /b')
    assert.equal((await ask('/o', { method: 'PATCH' })).asked, 'POST /b')
  })
  test('a star is every method but CONNECT and TRACE', async () => {
    const ask = await gatewayOf([{ endpoint: '/s', route: { methods: ['*'] } }])
    assert.equal((await ask('/s', { method: 'PURGE' })).asked, 'PURGE /b')
    assert.equal((await ask('/s', { method: 'TRACE' })).status, 405)
  })
  test('auto_options tells what is really served, by routes of both kinds', async () => {
    const entries = [
      { endpoint: '/x', method: 'POST' },
      { endpoint: '/y', route: { path: '/x', auto_head: true } },
    ]
    const ask = await gatewayOf(entries, { auto_options: true })
    const { status, headers } = await ask('/x', { method: 'OPTIONS' })
    assert.deepEqual([status, headers.get('Allow')], [200, 'GET, HEAD, POST'])
    assert.equal((await ask('/z', { method: 'OPTIONS' })).status, 404)
  })
})

describe('raw', () => {
  test('a parameter keeps its bytes, literals compare without the encoding of what needs none', async () => {
    const ask = await gatewayOf([{ endpoint: '/t~/{a}', route: { path_mode: 'raw' }, to: '/r/{a}' }])
    for (const [sent, asked] of [
      ['/t~/hello%2Fw', 'GET /r/hello%2Fw'],
      ['/t%7e/a%252Fb', 'GET /r/a%252Fb'],
      ['/t~/a%3Fb%7E', 'GET /r/a%3Fb%7E'],
      ['/t~/%c3%a9+', 'GET /r/%c3%a9+'],
    ])
      assert.equal((await ask(sent as string)).asked, asked)
    assert.equal((await ask('/t~/a/b')).status, 404)
  })
  test('what has no place in a path is encoded, so that the path stays one', async () => {
    const ask = await gatewayOf([{ endpoint: '/t/{a}', route: { path_mode: 'raw' }, to: '/r/{a}/end' }])
    assert.equal((await ask('/t/a#"%2B')).asked, 'GET /r/a%23%22%2B/end')
  })
  test('a query keeps order and bytes, lists decide by decoded names', async () => {
    const more = { input_query_strings: ['a', 'b c'] }
    const ask = await gatewayOf([
      { endpoint: '/q', route: { query_mode: 'raw' }, more: { input_query_strings: ['*'] } },
      { endpoint: '/l', route: { query_mode: 'raw' }, to: '/b?own=1', more },
      { endpoint: '/o', route: { query_mode: 'raw' }, more, backend: { input_query_strings: ['a'] } },
    ])
    assert.equal((await ask('/q?b=%20&a=/x&c=1;2&d=%zz&a=+')).asked, 'GET /b?b=%20&a=/x&c=1;2&d=%zz&a=+')
    assert.equal((await ask('/q?')).asked, 'GET /b')
    assert.equal((await ask('/l?x=1&b+c=%41&%61=2&a=;')).asked, 'GET /b?own=1&b+c=%41&%61=2&a=;')
    assert.equal((await ask('/l?x=1')).asked, 'GET /b?own=1')
    assert.equal((await ask('/o?b%20c=1&a=2')).asked, 'GET /b?a=2')
  })
})

test('nothing climbs out of a prefix, however it is encoded', async () => {
  const ask = await gatewayOf([
    { endpoint: '/r', route: { path: '/svc/{rest*}' }, to: '/in/{rest}' },
    { endpoint: '/w/{a}', route: { path_mode: 'raw' }, to: '/w/{a}' },
  ])
  for (const path of ['/svc/../admin', '/svc/%2e%2E/x', '/svc/a/.', '/svc/a%00', '/w/%2e%2e', '/w/a%2F..%2Fb', '/w/a%0Ab']) {
    const { status, asked, exchange } = await ask(path)
    assert.deepEqual([path, status, asked], [path, 400, null])
    assert.equal((exchange.failure as { code?: string } | null)?.code, 'ERR_BAD_PATH')
  }
  assert.equal((await ask('/svc/a..b/.c')).asked, 'GET /in/a..b/.c')
  assert.equal((await ask('/svc/%252e%252e')).status, 400)
})

test('hosts and headers choose, the label of a host is a parameter', async () => {
  const ask = await gatewayOf([
    { endpoint: '/u', to: '/any' },
    { endpoint: '/u', route: { hosts: ['{tenant}.shop.test'] }, to: '/t/{tenant}' },
    { endpoint: '/u', route: { headers: { 'x-v': '2' } }, to: '/v2' },
  ])
  assert.equal((await ask('/u', { headers: { Host: 'Acme.shop.test:80' } })).asked, 'GET /t/acme')
  assert.equal((await ask('/u', { headers: { 'X-V': '2' } })).asked, 'GET /v2')
  assert.equal((await ask('/u')).asked, 'GET /any')
})

test('a slash too many or too few: ignored, refused, or redirected as the router does', async () => {
  const entries = [
    { endpoint: '/i', route: { trailing_slash: 'ignore' } },
    { endpoint: '/s', route: { trailing_slash: 'strict' } },
    { endpoint: '/r/{a}', route: {} },
  ]
  const ask = await gatewayOf(entries)
  assert.equal((await ask('/i/')).status, 200)
  assert.equal((await ask('/s/')).status, 404)
  const moved = await ask('/r/a%20b/?x=1')
  assert.deepEqual([moved.status, moved.headers.get('Location')], [301, '/r/a%20b?x=1'])
  assert.equal((await ask('/R/a')).headers.get('Location'), '/r/a')
  const off = await gatewayOf(entries, { disable_redirect_trailing_slash: true, disable_redirect_fixed_path: true })
  assert.equal((await off('/r/a/')).status, 404)
})

test('remove_extra_slash cleans what routes see, but not the rest of a path', async () => {
  const ask = await gatewayOf(
    [
      { endpoint: '/a/b', route: {} },
      { endpoint: '/r', route: { path: '/r/{rest*}' }, to: '/in/{rest}' },
    ],
    { remove_extra_slash: true },
  )
  assert.equal((await ask('//a//b')).status, 200)
  assert.equal((await ask('/r//x')).asked, 'GET /in//x')
})

test('endpoints of equal path and method share nothing that is counted', async () => {
  const limit = { 'qos/ratelimit/router': { max_rate: 1, capacity: 1, every: '1h' } }
  const more = (host: string) => ({ extra_config: { ...limit, '_gw/route': { hosts: [host] } } })
  const ask = await gatewayOf([
    { endpoint: '/u', more: more('a.test') },
    { endpoint: '/u', more: more('b.test') },
  ])
  assert.equal((await ask('/u', { headers: { Host: 'a.test' } })).status, 200)
  assert.equal((await ask('/u', { headers: { Host: 'b.test' } })).status, 200)
  assert.equal((await ask('/u', { headers: { Host: 'b.test' } })).status, 503)
})

describe('check', () => {
  const findings = (route: object, endpoint = '/e', others: readonly object[] = []): string[] => {
    const endpoints = [...others, { endpoint, backend: [{}], extra_config: { '_gw/route': route } }]
    const config = configOf({ host: ['http://b:80'], endpoints })
    const place = { config, endpoint: config.endpoints.at(-1) ?? null, backend: null }
    return checkBlock(routeBlock, route, { dialect: 3, once: makeOnce(), place }).map(
      ({ severity, path, message }) => `${severity} ${path.join('.')}: ${message}`,
    )
  }
  test('names what is no pattern, host, method or header', () => {
    assert.deepEqual(findings({ path: '/{a}{b}' }), ['error path: "/{a}{b}" has two parameters with no text between them in "{a}{b}"'])
    assert.deepEqual(findings({ hosts: ['http://x'] }), ['error hosts.0: "http://x" is no host'])
    assert.deepEqual(findings({ methods: ['get'] }), ['error methods.0: "get" is no method that an entry can name'])
    assert.deepEqual(findings({ headers: { 'a b': 'x' } }), ['error headers.a b: is no name of a header'])
    assert.deepEqual(findings({ path: '/__x' }), ['error path: paths that begin with "/__" are the gateway’s own'])
    assert.deepEqual(findings({ hosts: ['{a}.x.test'], path: '/{a}' }), ['error hosts: has the parameter {a}, and so has the path'])
    assert.deepEqual(findings({ path: 7 }), ['error path: must be a text, not the number 7'])
  })
  test('names both of two routes that nobody could tell apart, but none that differ', () => {
    const plain = { endpoint: '/z/{x}', backend: [{}] }
    const message = 'error : endpoints[0] and endpoints[1] take the same requests (/z/{y}): nobody could tell them apart'
    assert.deepEqual(findings({ path: '/z/{y}' }, '/b/{y}', [plain]), [message])
    for (const route of [
      { path: '/z/{y}', hosts: ['a.test'] },
      { path: '/z/{y}', headers: { A: '1' } },
      { path: '/z/{y}', methods: ['PUT'] },
    ])
      assert.deepEqual(findings(route, '/b/{y}', [plain]), [])
  })
  test('of several routes that take the same, the first is named', () => {
    const own = (methods: readonly string[]): object => ({ endpoint: '/z', backend: [{}], extra_config: { '_gw/route': { methods } } })
    const rivals = [own(['PUT']), own(['*']), own(['PATCH', 'POST']), own(['PATCH'])]
    const named = (methods: readonly string[]): string[] =>
      findings({ methods }, '/z', rivals).map((text) => /endpoints\[\d\]/.exec(text)?.[0] ?? '')
    assert.deepEqual(named(['PATCH', 'PUT']), ['endpoints[0]'])
    assert.deepEqual(named(['*', 'PATCH']), ['endpoints[1]'])
    assert.deepEqual(named(['GET', 'PATCH']), ['endpoints[2]'])
    assert.deepEqual(named(['GET']), [])
  })
})

test('a parameter that neither path nor hosts have is refused as KrakenD refuses it', () => {
  const endpoint = { endpoint: '/a/{id}', backend: [{ url_pattern: '/b/{id}' }], extra_config: { '_gw/route': { path: '/a' } } }
  assert.throws(() => configOf({ host: ['http://b:80'], endpoints: [endpoint] }), /undefined output param 'id'/i)
})
