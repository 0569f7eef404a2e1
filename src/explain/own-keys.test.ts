// What is said about a configuration with `_gw/…` keys: routes of their own, inherited values, secrets.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { synonymsOf } from '../config/upgrade.ts'
import { HeaderMap } from '../engine/headers.ts'
import type { Secrets } from '../config/types.ts'
import { configOf } from '../testing/index.ts'
import { describeRequest } from './describe-request.ts'
import { diffConfigs } from './diff-configs.ts'
import { explainEndpoint } from './explain-endpoint.ts'
import { findEndpoints } from './find-endpoint.ts'
import { withReferences, withoutSecrets } from './hide-secrets.ts'
import { listRoutes } from './list-routes.ts'
import { nearestRoutes } from './nearest-routes.ts'
import { findOrigins } from './origins.ts'
import { compileRouting } from './route-request.ts'

const endpoint = (path: string, route: object | null, more: object = {}): object => ({
  endpoint: path,
  backend: [{ host: ['http://b'], url_pattern: '/b' }],
  ...(route === null ? {} : { extra_config: { '_gw/route': route } }),
  ...more,
})

const own = configOf({
  endpoints: [
    endpoint('/svc/{rest}', { path: '/svc/{rest*}', methods: ['PUT', 'POST'] }, { input_query_strings: ['*'] }),
    endpoint('/files/{name}', { path: '/files/{name}.{ext}', hosts: ['{tenant}.example.com'], query_mode: 'raw' }),
    endpoint('/files/{name}', { path: '/files/{name}.{ext}', hosts: ['b.example.org'] }),
  ],
})

test('routes of their own are found with the host that they ask for', async () => {
  const routing = await compileRouting(own)
  const found = findEndpoints(routing, { method: null, path: '/svc/a/b' })
  assert.deepEqual(
    found.map(({ method, pattern, params }) => [method, pattern, params]),
    [['PUT', '/svc/{rest*}', { rest: 'a/b' }]],
  )
  assert.deepEqual(findEndpoints(routing, { method: 'GET', path: '/svc/a' }), [])
  const named = findEndpoints(routing, { method: null, path: '/svc/{rest*}' })
  assert.deepEqual(
    named.map(({ method }) => method),
    ['PUT'],
  )
  const routed = routing.route({ method: 'GET', target: '/files/a.b.css', host: 'shop.example.com:8080' })
  assert.ok(routed.endpoint !== null)
  assert.deepEqual([routed.endpoint.at, routed.params], [['endpoints', 1], { name: 'a.b', ext: 'css', tenant: 'shop' }])
  assert.deepEqual(routing.route({ method: 'GET', target: '/files/a.css', host: 'x' }), {
    endpoint: null,
    reason: '404: no endpoint has this path',
    rewritten: null,
  })
  assert.deepEqual(routing.route({ method: 'GET', target: '/%ff' }), {
    endpoint: null,
    reason: '404: no endpoint has this path',
    rewritten: null,
  })
  const climbing = routing.route({ method: 'PUT', target: '/svc/..%2fadmin' })
  assert.match(climbing.endpoint === null ? climbing.reason : '', /^400: /)
})

test('a request that only lacks a host or a header is told who wants it', async () => {
  const bound = configOf({
    endpoints: [
      endpoint('/v', { headers: { 'x-v': '2' } }),
      endpoint('/v', { headers: { 'X-V': '*' }, hosts: ['{t}.example.com'] }),
      endpoint('/raw/{x}', { path: '/raw/{x*}', path_mode: 'raw' }),
    ],
  })
  const routing = await compileRouting(bound)
  const ask = (target: string, fields: string[] = [], host = 'localhost') => {
    const headers = new HeaderMap(fields)
    const found = findEndpoints(routing, { method: 'GET', path: target }, { headers, host })
    return found.length > 0 ? found.map((one) => one.endpoint.at) : nearestRoutes(routing, { method: 'GET', target, headers, host })
  }
  assert.deepEqual(ask('/v', ['X-V', '2']), [['endpoints', 0]])
  assert.deepEqual(ask('/v', ['X-V', '3'], 'a.example.com'), [['endpoints', 1]])
  assert.equal(
    ask('/v'),
    ': endpoints[0] has it with the header X-V: 2, endpoints[1] has it for the host {t}.example.com and with the header X-V: …',
  )
  assert.equal(ask('/w', ['X-V', '2']), ': did you mean /v?')
  assert.deepEqual(ask('/raw/{x*}'), [['endpoints', 2]])
  assert.deepEqual(ask('/raw/a%252Fb'), [['endpoints', 2]])
})

test('routes are told with their methods, patterns and hosts', async () => {
  const rows = (await listRoutes(own)).filter(({ kind }) => kind === 'endpoint')
  assert.deepEqual(
    rows.map(({ method, hosts, path }) => [method, hosts, path]),
    [
      ['PUT, POST', [], '/svc/{rest*}'],
      ['GET', ['{tenant}.example.com'], '/files/{name}.{ext}'],
      ['GET', ['b.example.org'], '/files/{name}.{ext}'],
    ],
  )
})

test('endpoints that differ in what _gw/route says are compared each with itself', async () => {
  const one = (timeout: string): object => ({
    endpoints: [endpoint('/a', { hosts: ['a.example.com'] }, { timeout: '1s' }), endpoint('/a', { hosts: ['b.example.com'] }, { timeout })],
  })
  const { changes } = await diffConfigs(configOf(one('1s')), configOf(one('3s')))
  assert.deepEqual(
    changes.map(({ name, kind, values }) => [name, kind, values.map((value) => value.name)]),
    [['GET b.example.com/a', 'changed', ['timeout']]],
  )
})

test('what is inherited means the same as what is written', async () => {
  const written = configOf({ endpoints: [endpoint('/a', null, { timeout: '7s' })] })
  const inherited = configOf({
    extra_config: { '_gw/defaults': { endpoint: { timeout: '7s' } } },
    endpoints: [endpoint('/a', null)],
  })
  assert.deepEqual((await diffConfigs(written, inherited)).changes, [])
})

test('inherited values and blocks have their origin among the defaults', async () => {
  const raw = {
    extra_config: {
      '_gw/defaults': { endpoint: { timeout: '7s', extra_config: { 'qos/ratelimit/router': { max_rate: 5 } } } },
    },
    endpoints: [endpoint('/a', null)],
  }
  const config = configOf(raw)
  const text = JSON.stringify({ version: 3, ...raw }, null, 1)
  const source = { file: 'k.json', text, format: 'json', synonymsOf }
  const origins = await findOrigins({ raw, source, environment: {}, inherited: config.inherited })
  const lineOf = (word: string): number => text.split('\n').findIndex((line) => line.includes(`"${word}"`)) + 1
  assert.equal(origins.of(['endpoints', 0, 'timeout'], ['timeout']), `k.json:${lineOf('timeout')} (_gw/defaults)`)
  assert.equal(origins.of(['endpoints', 0, 'cache_ttl']), 'default')
  const routed = (await compileRouting(config)).route({ method: 'GET', target: '/a', headers: new HeaderMap() })
  assert.ok(routed.endpoint !== null)
  const explanation = await explainEndpoint(routed.endpoint, { config, origins, readFile: () => Buffer.from('') })
  const limit = explanation.layers.find(({ name }) => name === 'qos/ratelimit/router')
  assert.equal(limit?.options.find(({ name }) => name === 'max_rate')?.origin, `k.json:${lineOf('max_rate')} (_gw/defaults)`)
  const { layers } = await describeRequest({ ...routed, config, origins, readFile: () => Buffer.from(''), userAgent: '' })
  assert.deepEqual(layers, [{ name: 'qos/ratelimit/router', origin: 'default' }])
})

test('what only sheds load lets requests through to the layers inside', async () => {
  const raw = { extra_config: { '_gw/overload': { max_in_flight: 9 } }, endpoints: [endpoint('/a', null)] }
  const config = configOf(raw)
  const source = { file: 'k.json', text: JSON.stringify(raw), format: 'json', synonymsOf }
  const origins = await findOrigins({ raw, source, environment: {} })
  const [first] = config.endpoints
  assert.ok(first !== undefined)
  const { layers, backends } = await explainEndpoint(first, { config, origins, readFile: () => Buffer.from('') })
  assert.ok(layers.some(({ name }) => name === '_gw/overload'))
  assert.ok([...layers, ...backends.flatMap((backend) => backend.layers)].every(({ isReached }) => isReached))
})

test('references stand for secrets, wherever they are', () => {
  const secrets: Secrets = { values: [{ value: 's3cret/key', reference: '${env:KEY}' }], files: [] }
  const shown = { urls: ['http://b/?k=s3cret/key'], options: [{ value: { key: 's3cret/key', n: 1 } }], none: null }
  assert.deepEqual(withReferences(shown, secrets), {
    urls: ['http://b/?k=${env:KEY}'],
    options: [{ value: { key: '${env:KEY}', n: 1 } }],
    none: null,
  })
  assert.equal(withReferences('/s3cret%2Fkey', secrets), '/***')
  assert.deepEqual(withoutSecrets({ changes: ['header X s3cret/key'] }, secrets), { changes: ['header X ***'] })
})
