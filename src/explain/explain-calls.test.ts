// Explained calls are those that the gateway makes; what only a real request has is a placeholder.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { synonymsOf } from '../config/upgrade.ts'
import { HeaderMap } from '../engine/headers.ts'
import type { BackendRequest } from '../engine/types.ts'
import { configOf, makeBackendResponse, openInMemory } from '../testing/index.ts'
import { describeRequest, type RequestView } from './describe-request.ts'
import { explainEndpoint } from './explain-endpoint.ts'
import { listRoutes } from './list-routes.ts'
import { findOrigins } from './origins.ts'
import { compileRouting } from './route-request.ts'

interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly host?: string
}

const noFiles = (): Buffer => Buffer.from('')
const blocks = (config: object): object => ({ extra_config: config })
const backend = (url_pattern: string, more: object = {}): object => ({ host: ['http://b'], url_pattern, ...more })
const fileOf = (endpoint: object): object => ({ version: 3, endpoints: [endpoint] })

async function initOf(raw: object) {
  const config = configOf(raw)
  const source = { file: 'k.json', text: JSON.stringify(raw), format: 'json', synonymsOf }
  return { config, origins: await findOrigins({ raw, source, environment: {} }), readFile: noFiles, userAgent: 'own' }
}

async function explained(
  endpoint: object,
  target: string,
  { method = 'GET', headers = {}, host = 'shop' }: Asked = {},
): Promise<RequestView> {
  const init = await initOf(fileOf(endpoint))
  const fields = HeaderMap.fromClient(Object.entries(headers).flat())
  const routed = (await compileRouting(init.config)).route({ method, target, headers: fields, host })
  assert.ok(routed.endpoint !== null, `${method} ${target}`)
  return describeRequest({ ...routed, ...init })
}

async function callsOf(endpoint: object, target: string, asked: Asked = {}): Promise<string[]> {
  const { backends } = await explained(endpoint, target, asked)
  return backends.map(({ method, urls, reason }) => reason ?? `${method} ${urls.join(' or ')}`)
}

async function sentFor(endpoint: object, target: string, { method = 'GET', headers = {}, host = 'shop' }: Asked = {}): Promise<string[]> {
  const sent: string[] = []
  const gateway = await openInMemory(configOf(fileOf(endpoint)), {
    backend(request: BackendRequest) {
      sent.push(`${request.method} ${request.origin}${request.path}`)
      return Promise.resolve(makeBackendResponse('{}'))
    },
  })
  await gateway.ask({ method, target, headers: { ...headers, Host: host } })
  return sent
}

test('what is explained is what is sent', async () => {
  const template = (block: object): object => blocks({ '_gw/request': block })
  const route = (block: object): object => blocks({ '_gw/route': block })
  const cases: [object, string, Asked?][] = [
    [{ endpoint: '/u/{id}', input_query_strings: ['q', 'p'], backend: [backend('/v/{id}?f=1')] }, '/u/a%20b?q=2&p=%26&x=1'],
    [{ endpoint: '/u/{id}', input_query_strings: ['*'], backend: [backend('/v/{id}', { input_query_strings: ['q'] })] }, '/u/7?q=2&p=1'],
    [{ endpoint: '/n', backend: [backend('/n', template({ method: 'PUT', path: '/p/{input_query_strings.q}' }))] }, '/n?q=a%2Fb%20c'],
    [
      { endpoint: '/n', backend: [backend('/n', template({ query: { l: ['{input_headers.x-a}', '1'] } }))] },
      '/n',
      { headers: { 'X-A': 'ä&' } },
    ],
    [{ endpoint: '/r/{x}', backend: [backend('/r/{x}')], ...route({ path: '/r/{x*}', path_mode: 'raw' }) }, '/r/a%252Fb/%7Ec'],
    [{ endpoint: '/q', input_query_strings: ['*'], backend: [backend('/q')], ...route({ query_mode: 'raw' }) }, '/q?b=%7e&a=1;2&c'],
    [{ endpoint: '/m', backend: [backend('/m')], ...route({ methods: ['PUT', 'POST'] }) }, '/m', { method: 'PUT' }],
    [{ endpoint: '/m', backend: [backend('/m', { method: 'GET' })], ...route({ methods: ['PUT'] }) }, '/m', { method: 'PUT' }],
    [{ endpoint: '/h', backend: [backend('/h')], ...route({ auto_head: true }) }, '/h', { method: 'HEAD' }],
    [{ endpoint: '/t', backend: [backend('/t/{t}')], ...route({ hosts: ['{t}.example.com'] }) }, '/t', { host: 'a.example.com' }],
    [{ endpoint: '/b', backend: [backend('/x', { host: ['http://me:secret@b/base'], disable_host_sanitize: true })] }, '/b'],
    [
      {
        endpoint: '/g/{id}',
        backend: [backend('/q', blocks({ 'backend/graphql': { type: 'query', query: '{a}', variables: { id: '{id}' }, method: 'GET' } }))],
      },
      '/g/7',
    ],
    [
      {
        endpoint: '/w',
        backend: [
          backend(
            '/w/a b',
            blocks({ 'modifier/martian': { 'url.Modifier': { scope: ['request'], scheme: 'http', host: 'c', path: '/x' } } }),
          ),
        ],
      },
      '/w',
    ],
    [{ endpoint: '/g', backend: [backend('/q', blocks({ 'backend/graphql': { type: 'query', query: '{a}' } }))] }, '/g'],
  ]
  for (const [endpoint, target, asked] of cases)
    assert.deepEqual(
      await callsOf(endpoint, target, asked),
      await sentFor(endpoint, target, asked),
      JSON.stringify([endpoint, target, asked]),
    )
})

test('every host is named once, whoever chooses among them', async () => {
  const host = ['http://a', 'http://b', 'http://c']
  const urls = ['http://a/x or http://b/x or http://c/x'].map((text) => `GET ${text}`)
  assert.deepEqual(await callsOf({ endpoint: '/x', backend: [backend('/x', { host })] }, '/x'), urls)
  const balancing = { '_gw/load-balancing': { policy: 'random', weights: [9, 1, 1], sticky: { cookie: 'c' } } }
  assert.deepEqual(await callsOf({ endpoint: '/x', backend: [backend('/x', { host, ...blocks(balancing) })] }, '/x'), urls)
})

test('what only a real request has stays as the file writes it', async () => {
  const loop = {
    '_gw/for-each': { in: 'resp0_l' },
    '_gw/request': { path: '/u/{item.id}', query: { q: '{input_query_strings.q?}', c: '{JWT.sub}' } },
  }
  const sequence = {
    endpoint: '/s/{id}',
    backend: [backend('/l/{JWT.sub}'), backend('/p/{resp0_a.b}/{id}'), backend('/x', blocks(loop))],
    ...blocks({ proxy: { sequential: true } }),
  }
  const { backends, query } = await explained(sequence, '/s/a%20b?q=1&z=2')
  assert.deepEqual(
    backends.map(({ urls }) => urls),
    [['http://b/l/{JWT.sub}'], ['http://b/p/{resp0_a.b}/a%20b'], ['http://b/u/{item.id}?q=1&c={JWT.sub}']],
  )
  assert.deepEqual(query, { forwarded: [], dropped: [{ name: 'z', add_to: 'endpoints[0].input_query_strings' }], used: ['q'] })
  assert.deepEqual((await callsOf(sequence, '/s/{id}'))[1], 'GET http://b/p/{resp0_a.b}/{id}')
  const body = { '_gw/request': { method: 'POST', path: '/{body.a?}', body: { x: ['{body.y}'] } } }
  assert.deepEqual(await callsOf({ endpoint: '/p', method: 'POST', backend: [backend('/x', blocks(body))] }, '/p', { method: 'POST' }), [
    'POST http://b/{body.a?}',
  ])
})

test('a header that a call is built from is not called dropped', async () => {
  const endpoint = { endpoint: '/n', backend: [backend('/n', blocks({ '_gw/request': { path: '/{input_headers.x-a}' } }))] }
  const { headers } = await explained(endpoint, '/n', { headers: { 'X-A': '1', 'X-B': '2' } })
  assert.deepEqual([headers.used, headers.dropped], [['X-A'], [{ name: 'X-B', add_to: 'endpoints[0].input_headers' }]])
})

test('no call is shown where none is made', async () => {
  const missing = { endpoint: '/n', backend: [backend('/n', blocks({ '_gw/request': { path: '/{input_query_strings.q}' } }))] }
  assert.deepEqual(await callsOf(missing, '/n'), ['400: the value of {input_query_strings.q} is missing'])
  assert.deepEqual(await sentFor(missing, '/n'), [])
  const lambda = backend('/n', blocks({ 'backend/lambda': { function_name: 'f', region: 'x' } }))
  const { backends } = await explained({ endpoint: '/n', backend: [lambda] }, '/n')
  assert.deepEqual([backends[0]?.answered_by, backends[0]?.urls], ['backend/lambda', []])
  const skipping = backend(
    '/n',
    blocks({ 'modifier/martian': { 'static.Modifier': { scope: ['request', 'response'], rootPath: './none' } } }),
  )
  const skipped = await explained({ endpoint: '/n', backend: [skipping] }, '/n')
  assert.deepEqual([skipped.backends[0]?.answered_by, skipped.backends[0]?.urls], ['modifier/martian', []])
  const wrong = await explained({ endpoint: '/n', backend: [backend('/n')], ...blocks({ '_gw/cache': { tll: 'x' } }) }, '/n')
  assert.match(wrong.backends[0]?.reason ?? '', /^the gateway does not start: .*_gw\/cache/)
})

test('an endpoint that nobody asks for is explained for any request', async () => {
  const endpoint = {
    endpoint: '/n/{id}',
    backend: [backend('/n/{id}', blocks({ '_gw/request': { path: '/{id}/{input_headers.X-A:-a b}' } }))],
  }
  const init = await initOf(fileOf(endpoint))
  const [config] = init.config.endpoints
  assert.ok(config !== undefined)
  const { backends } = await explainEndpoint(config, init)
  assert.deepEqual(backends[0]?.call.urls, ['http://b/{id}/{input_headers.X-A:-a b}'])
})

test('routes tell methods that are those of the request', async () => {
  const routes = await listRoutes(
    configOf(fileOf({ endpoint: '/m', backend: [backend('/m')], ...blocks({ '_gw/route': { methods: ['PUT', 'POST'] } }) })),
  )
  assert.deepEqual(routes.find(({ path }) => path === '/m')?.backends, ['PUT, POST http://b/m'])
})
