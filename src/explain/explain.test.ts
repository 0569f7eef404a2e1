// What is said about a configuration: its routes, the way of a request, where values come from, what differs.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { synonymsOf } from '../config/upgrade.ts'
import { parseConfig } from '../config/parse.ts'
import type { GatewayConfig } from '../config/types.ts'
import { HeaderMap } from '../engine/headers.ts'
import { knownNamespaces } from '../engine/compile/order.ts'
import { order } from '../order.ts'
import { startBackend } from '../testing/backend.ts'
import { configOf } from '../testing/index.ts'
import { diffConfigs } from './diff-configs.ts'
import { explainEndpoint } from './explain-endpoint.ts'
import { findEndpoints, readTarget } from './find-endpoint.ts'
import { listRoutes } from './list-routes.ts'
import { nearestRoutes } from './nearest-routes.ts'
import { findOrigins } from './origins.ts'
import { compileRouting } from './route-request.ts'
import { changesOf } from './snapshot.ts'
import { traceRequest } from './trace-request.ts'

const backend = (more: object = {}): object => ({ host: ['http://b'], url_pattern: '/b', ...more })
const endpoint = (path: string, more: object = {}): object => ({ endpoint: path, backend: [backend()], ...more })
const blocks = (config: object): object => ({ extra_config: config })
const LIMIT = blocks({ 'qos/ratelimit/router': { max_rate: 5 } })

async function found(config: GatewayConfig, ...words: string[]): Promise<string[]> {
  const target = readTarget(words)
  if (target === null) return ['nothing']
  return findEndpoints(await compileRouting(config), target).map(
    ({ endpoint: { method, writtenPath }, params }) => `${method} ${writtenPath} ${JSON.stringify(params)}`,
  )
}

test('an endpoint is found as it is written, as it is registered, and as a client asks for it', async () => {
  const config = configOf({ endpoints: [endpoint('/u/{id}'), endpoint('/u/{id}', { method: 'POST' }), endpoint('/u/me')] })
  assert.deepEqual(await found(config, '/u/{id}'), ['GET /u/{id} {}', 'POST /u/{id} {}'])
  assert.deepEqual(await found(config, 'GET', '/u/:id'), ['GET /u/{id} {}'])
  assert.deepEqual(await found(config, 'post /u/7?x=1'), ['POST /u/{id} {"id":"7"}'])
  assert.deepEqual(await found(config, 'GET', '/u/me'), ['GET /u/me {}'])
  assert.deepEqual(await found(config, '/nowhere'), [])
  assert.deepEqual(await found(config, 'GET'), ['nothing'])
  const nearest = async (of: GatewayConfig, target: string): Promise<string> =>
    nearestRoutes(await compileRouting(of), { method: 'GET', target })
  assert.equal(await nearest(config, '/u/mee?x'), ': did you mean /u/me?')
  assert.equal(await nearest(configOf({ endpoints: [] }), '/x'), ': the file has none')
})

test('values have an origin: a line, the environment, the service, or a default', async () => {
  const text = '{\n"version": 3,\n"timeout": "3s",\n"endpoints": [{\n"endpoint": "/a",\n"headers_to_pass": ["X"]}]}'
  const source = { file: 'k.json', text, format: 'json', synonymsOf }
  const origins = await findOrigins({ raw: JSON.parse(text), source, environment: { KRAKEND_TIMEOUT: '5s' } })
  const plain = await findOrigins({ raw: JSON.parse(text), source, environment: {} })
  assert.equal(plain.of(['endpoints', 0, 'timeout'], ['timeout']), 'k.json:3')
  assert.equal(origins.of(['endpoints', 0, 'timeout'], ['timeout']), 'environment KRAKEND_TIMEOUT')
  assert.equal(plain.of(['endpoints', 0, 'input_headers']), 'k.json:6')
  assert.equal(plain.of(['port']), 'default')
  assert.equal(plain.placeOf(['endpoints', 0]), 'k.json:4:15')
})

test('layers stand in their order, with the options that count', async () => {
  const raw = {
    endpoints: [
      endpoint('/a', {
        ...blocks({ 'qos/ratelimit/router': { max_rate: 5 }, proxy: { sequential: true } }),
        backend: [backend({ allow: ['x'], mapping: { x: 'y' }, group: 'g' }), backend(blocks({ proxy: { shadow: true } })), backend()],
      }),
    ],
  }
  const config = configOf(raw)
  const source = { file: 'k.json', text: JSON.stringify({ version: 3, ...raw }), format: 'json', synonymsOf }
  const origins = await findOrigins({ raw: { version: 3, ...raw }, source, environment: {} })
  const [first] = config.endpoints
  assert.ok(first !== undefined)
  const explained = await explainEndpoint(first, { config, origins, readFile: () => Buffer.from('') })
  assert.equal(explained.problem, null)
  assert.deepEqual(
    explained.layers.map(({ stage, name }) => `${stage} ${name}`),
    [
      'server rescue',
      'server client address',
      'routed access log',
      'routed encoded parameters',
      'endpoint qos/ratelimit/router',
      'proxy shadow',
    ],
  )
  const limit = explained.layers.find(({ name }) => name === 'qos/ratelimit/router')
  assert.deepEqual(
    limit?.options.filter(({ name }) => ['max_rate', 'every'].includes(name)),
    [
      { name: 'max_rate', value: 5, origin: 'k.json:1' },
      { name: 'every', value: '1s', origin: 'default' },
    ],
  )
  assert.equal(explained.merge, 'sequential')
  assert.deepEqual(explained.backends[0]?.answer, ['decode json', 'allow x', 'mapping x → y', 'group g'])
  assert.deepEqual(
    explained.backends.map(({ isShadow }) => isShadow),
    [false, true, false],
  )
})

test('routes tell whom they ask and what protects them, without passwords', async () => {
  const config = configOf({
    ...blocks({ 'security/bot-detector': { deny: ['x'] } }),
    echo_endpoint: true,
    endpoints: [
      endpoint('/a', { ...LIMIT, backend: [backend({ host: ['http://u:secret@b'], disable_host_sanitize: true })] }),
      endpoint('/b', { method: 'FETCH' }),
    ],
  })
  const routes = await listRoutes(config)
  const row = routes.find(({ path }) => path === '/a')
  assert.deepEqual(row?.backends, ['GET http://b/b'])
  assert.deepEqual(row?.protections, ['security/bot-detector', 'qos/ratelimit/router'])
  assert.match(routes.find(({ path }) => path === '/b')?.dropped ?? '', /Unsupported method/)
  assert.deepEqual(routes.find(({ kind }) => kind === 'health')?.protections, [])
})

test('routes that share thousands of hosts name the first of them', async () => {
  const host = Array.from({ length: 10_000 }, (_, index) => `http://h${index}`)
  const endpoints = Array.from({ length: 10_000 }, (_, index) => ({ endpoint: `/a${index}`, backend: [{ url_pattern: '/z' }] }))
  const routes = await listRoutes(configOf({ host, endpoints }))
  const [call] = routes.at(-1)?.backends ?? []
  assert.match(call ?? '', /^GET \{http:\/\/h0, .* http:\/\/h99, … and 9900 more\}\/z$/)
  assert.ok(JSON.stringify(routes).length < 50_000_000)
})

async function told(before: object, after: object): Promise<string[]> {
  const { changes } = await diffConfigs(configOf(before), configOf(after))
  return changes.flatMap(({ name, kind, blocks: list, values }) => [
    `${kind} ${name}`,
    ...list.map((block) => `${block.kind} ${block.namespace} ${block.backend}`.trim()),
    ...values.map((value) => `${value.name}: ${JSON.stringify(value.before)} → ${JSON.stringify(value.after)}`),
  ])
}

test('a difference is one of meaning', async () => {
  const before = { endpoints: [endpoint('/a/{id}', { ...LIMIT, backend: [backend({ url_pattern: '/x/{id}' })] })] }
  const same = {
    port: 8080,
    endpoints: [
      endpoint('/a/{key}', {
        method: 'get',
        timeout: '2000ms',
        ...blocks({ 'qos/ratelimit/router': { max_rate: 5, every: '1s' } }),
        backend: [backend({ url_pattern: '/x/{key}', encoding: 'json' })],
      }),
    ],
  }
  assert.deepEqual(await told(before, same), [])
  const plugin = { folder: 'p', pattern: '.ts' }
  const moved = await told({ ...before, plugin }, { ...before, version: 4, extra_config: { plugin } })
  assert.deepEqual(moved, ['changed service', 'version: 3 → 4'])
  assert.deepEqual(await told(before, { ...before, port: 9000 }), ['changed service', 'port: 8080 → 9000'])
  assert.deepEqual(await told(before, { endpoints: [endpoint('/a/{id}', { backend: [backend({ url_pattern: '/x/{id}' })] })] }), [
    'changed GET /a/{id}',
    'removed qos/ratelimit/router',
  ])
  assert.deepEqual(await told(before, { endpoints: [endpoint('/b')] }), [
    'removed GET /a/{id}',
    'removed qos/ratelimit/router',
    'added GET /b',
  ])
  const two = (...paths: string[]): object => ({
    endpoints: [endpoint('/a', { backend: paths.map((path) => backend({ url_pattern: path })) })],
  })
  assert.deepEqual(await told(two('/x', '/y'), two('/n', '/x', '/y')), ['changed GET /a', 'backend 0: undefined → "GET /n"'])
  assert.deepEqual((await told(two('/x', '/y'), two('/y', '/x')))[1]?.split(':')[0], 'order of backends')
})

test('what version 4 only calls otherwise is the same', async () => {
  const two = [backend(), backend({ url_pattern: '/c' })]
  const at = (version: number, proxy: object | null, more: object = {}): object => ({
    version,
    ...more,
    endpoints: [endpoint('/a', { backend: two, ...(proxy === null ? {} : blocks({ proxy })) })],
    async_agent: [
      {
        name: 'g',
        connection: {},
        consumer: { topic: 't' },
        backend: two,
        extra_config: { 'async/amqp': {}, ...(proxy === null ? {} : { proxy }) },
      },
    ],
  })
  const differences = async (before: object, after: object): Promise<string[]> =>
    (await told(before, after)).filter((line) => line !== 'changed service' && !line.startsWith('version: '))
  assert.deepEqual(await differences(at(3, { sequential: true }), at(4, { strategy: 'sequential' })), [])
  assert.deepEqual(await differences(at(3, { sequential: false }), at(4, {})), [])
  assert.deepEqual(await differences(at(3, { sequential: false }), at(4, null)), [])
  assert.deepEqual(await differences(at(3, null), at(4, { strategy: 'parallel', sequential: true })), [])
  const folder = { folder: '/p', pattern: '.ts' }
  assert.deepEqual(await differences(at(3, null, { plugin: folder }), at(4, null, blocks({ plugin: folder }))), [])
  const called = 'backends are called: "sequential" → "parallel"'
  assert.deepEqual(await differences(at(3, { sequential: true }), at(4, { strategy: 'parallel' })), [
    'changed GET /a',
    called,
    'changed agent g',
    called,
  ])
  assert.deepEqual(await differences(at(3, null), at(4, { force_sandboxed_request: true })), [
    'changed GET /a',
    'added proxy',
    'changed agent g',
    'added proxy',
  ])
  assert.deepEqual(await differences(at(3, null, { plugin: folder }), at(4, null, blocks({ plugin: { ...folder, folder: '/q' } }))), [
    'plugin.folder: "/p" → "/q"',
  ])
})

test('a request is traced: what each layer changed, whom it called, what came back', async () => {
  const users = await startBackend((_request, response) => response.setHeader('Content-Type', 'application/json').end('{"id":1,"p":2}'))
  try {
    const { config } = parseConfig(
      {
        version: 3,
        endpoints: [
          endpoint('/a/{id}', { input_headers: ['X-In'], backend: [{ host: [users.url], url_pattern: '/u/{id}', deny: ['p'] }] }),
        ],
      },
      { knownNamespaces: knownNamespaces(order) },
    )
    assert.ok(config !== null)
    const headers = HeaderMap.fromClient(['X-In', '1', 'X-Out', '2', 'Authorization', 'secret'])
    const traced = await traceRequest(config, { method: 'GET', target: '/a/7', headers }, { environment: {}, version: 'Version test' })
    assert.equal(traced.statusCode, 200)
    assert.equal(traced.body?.toString(), '{"id":1}')
    assert.equal(traced.endpoint, 'GET /a/{id}')
    const call = traced.steps.find(({ kind }) => kind === 'call')
    assert.equal(call?.changes[0], `GET ${users.url}/u/7`)
    assert.match(call?.changes[1] ?? '', /X-In/)
    assert.doesNotMatch(call?.changes[1] ?? '', /X-Out/)
    assert.match(traced.steps.find(({ kind }) => kind === 'answer')?.changes[0] ?? '', /^status 200, 14 bytes, application\/json$/)
    assert.ok(traced.steps.some(({ layer, changes }) => layer === 'request builder' && changes[0] === 'path /a/7 → /u/7'))
    assert.ok(!JSON.stringify(traced.steps).includes('secret'))
    const missed = await traceRequest(config, { method: 'GET', target: '/nowhere' }, { environment: {}, version: 'Version test' })
    assert.deepEqual([missed.statusCode, missed.endpoint], [404, null])
  } finally {
    await users.close()
  }
})

test('changes are those from one snapshot to the next', () => {
  const before = new Map([
    ['a', '1'],
    ['b', '2'],
    ['c', ''],
  ])
  assert.deepEqual(
    changesOf(
      before,
      new Map([
        ['a', '1'],
        ['b', '3'],
        ['c', '4'],
        ['d', '5'],
      ]),
    ),
    ['b 2 → 3', '+ c 4', '+ d 5'],
  )
  assert.deepEqual(
    changesOf(
      before,
      new Map([
        ['a', '1'],
        ['b', '2'],
      ]),
    ),
    ['- c'],
  )
})
