// One request through a configuration without anybody being asked: its route, what is dropped and where that would be listed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { synonymsOf } from '../config/upgrade.ts'
import { HeaderMap } from '../engine/headers.ts'
import { configOf } from '../testing/index.ts'
import { diffConfigs } from './diff-configs.ts'
import { describeRequest, type RequestView } from './describe-request.ts'
import { findOrigins } from './origins.ts'
import { compileRouting } from './route-request.ts'

const raw = {
  plugin: { folder: './nowhere/' },
  extra_config: { 'plugin/http-server': { name: ['outer'] } },
  endpoints: [
    {
      endpoint: '/u/{id}',
      input_headers: ['Accept'],
      input_query_strings: ['page', 'q'],
      extra_config: { 'plugin/req-resp-modifier': { name: ['price'] }, proxy: { sequential: true } },
      backend: [
        {
          disable_host_sanitize: true,
          host: ['http://me:secret@a', 'http://b'],
          url_pattern: '/a/{id}',
          input_headers: ['User-Agent'],
          input_query_strings: ['q'],
        },
        { host: ['http://c'], url_pattern: '/c/{resp0_x}?fixed=1' },
      ],
    },
    { endpoint: '/u/{id}', method: 'POST', backend: [{ host: ['http://a'], url_pattern: '/' }] },
  ],
}
const config = configOf(raw)

async function view(target: string, fields: string[] = []): Promise<RequestView> {
  const routed = (await compileRouting(config)).route({ method: 'GET', target, headers: new HeaderMap(fields), host: 'shop' })
  assert.ok(routed.endpoint !== null)
  const source = { file: 'k.json', text: JSON.stringify(raw), format: 'json', synonymsOf }
  const origins = await findOrigins({ raw, source, environment: {} })
  return describeRequest({ ...routed, config, origins, readFile: () => Buffer.from(''), userAgent: 'own' })
}

async function reason(method: string, target: string): Promise<string> {
  const routed = (await compileRouting(config)).route({ method, target })
  return routed.endpoint === null ? routed.reason : 'an endpoint'
}

test('what is dropped names the list that would let it in, unless none would', async () => {
  const { headers, query, params, route } = await view('/u/a%20b?q=1&page=2&x=3', ['Accept', '*/*', 'X-T', 'a', 'Connection', 'close'])
  assert.deepEqual(route, { path: '/u/{id}', method: 'GET', config_path: 'endpoints[0]' })
  assert.deepEqual(params, { id: 'a b' })
  assert.deepEqual(headers.forwarded, ['Accept'])
  assert.deepEqual(headers.dropped, [
    { name: 'X-T', add_to: 'endpoints[0].input_headers' },
    { name: 'Connection', add_to: null },
  ])
  assert.deepEqual(headers.added, { 'X-Forwarded-For': '127.0.0.1', 'X-Forwarded-Host': 'shop', 'User-Agent': 'own' })
  assert.deepEqual(query, { forwarded: ['q', 'page'], dropped: [{ name: 'x', add_to: 'endpoints[0].input_query_strings' }], used: [] })
})

test('URLs have every host without its password, and placeholders of what earlier steps will say', async () => {
  const { backends } = await view('/u/a%20b?q=1&page=2', ['Accept', 'x'])
  assert.deepEqual(backends[0]?.urls, ['http://a/a/a%20b?q=1', 'http://b/a/a%20b?q=1'])
  assert.deepEqual(backends[1]?.urls, ['http://c/c/{resp0_x}?fixed=1&page=2&q=1'])
  assert.deepEqual(
    backends[0].dropped.map(({ name, add_to: place }) => `${name} ${place}`),
    ['Accept', 'X-Forwarded-For', 'X-Forwarded-Host']
      .map((name) => `${name} endpoints[0].backend[0].input_headers`)
      .concat('page endpoints[0].backend[0].input_query_strings'),
  )
})

test('plugins stand in the order without being imported', async () => {
  const { layers } = await view('/u/7')
  assert.deepEqual(layers, [
    { name: 'plugin/http-server', origin: 'service', may_answer: true },
    { name: 'plugin/req-resp-modifier', origin: 'own', may_answer: true },
  ])
})

test('a request that no endpoint answers has the reason of the router', async () => {
  assert.equal(await reason('GET', '/x'), '404: no endpoint has this path')
  assert.equal(await reason('PUT', '/u/7'), '405: the path has no PUT, but GET, POST')
  assert.equal(await reason('GET', '/u/7/'), '301: redirected to /u/7')
  assert.equal(await reason('POST', '/u/7/'), '307: redirected to /u/7')
  assert.equal(await reason('GET', '/u/a%252Fb'), '400: encoded url params')
  assert.equal(await reason('GET', '/u/a%3Fb'), '400: encoded url params')
  assert.equal(await reason('GET', '/u/a%25zz'), '400: invalid URL escape "%zz"')
  assert.equal(await reason('GET', '/u/%zz'), '400: the path has a malformed escape, %zz')
  assert.equal(await reason('GET', '/__health'), '200: the health check of the gateway itself answers this path')
})

test('plugins that two versions write in their own forms are the same', async () => {
  const at = (blocks: object, own: object): object => ({
    extra_config: { ...own, 'plugin/http-server': blocks },
    endpoints: [{ endpoint: '/a', backend: [{ host: ['http://a'], url_pattern: '/' }] }],
  })
  const old = configOf({ ...at({ name: ['b', 'a'], a: { x: 1 } }, {}), version: 3 })
  const same = configOf({ ...at({ plugins: [{ name: 'b' }, { name: 'a', config: { x: 1 } }] }, {}), version: 4 })
  const other = configOf({ ...at({ plugins: [{ name: 'b' }, { name: 'a', config: { x: 2 } }] }, {}), version: 4 })
  const changesOf = async (now: typeof old): Promise<string[]> =>
    (await diffConfigs(old, now)).changes.flatMap(({ values }) => values.map(({ name }) => name)).filter((name) => name !== 'version')
  assert.deepEqual(await changesOf(same), [])
  assert.deepEqual(await changesOf(other), ['plugin/http-server a.x'])
})
