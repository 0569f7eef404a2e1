// From a raw value to a GatewayConfig: inheritance, placeholders, checks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { BackendConfig, EndpointConfig } from './types.ts'
import { parseConfig } from './parse.ts'
import { accept, messages } from './test-support.ts'

function endpointOf(endpoint: object, service: object = {}): EndpointConfig {
  const raw = { endpoint: '/x', backend: [{ url_pattern: '/b' }], ...endpoint }
  return accept({ host: ['http://h'], ...service, endpoints: [raw] }).endpoints[0]!
}

function backendOf(backend: object, endpoint: object = {}, service: object = {}): BackendConfig {
  return endpointOf({ ...endpoint, backend: [backend] }, service).backends[0]!
}

test('an empty service has the defaults', () => {
  const config = accept({})
  assert.equal(config.server.port, 8080)
  assert.equal(config.service.timeoutMs, 2000)
  assert.equal(config.service.outputEncoding, 'json')
  assert.equal(config.server.maxHeaderBytes, 1_048_576)
  assert.equal(config.transport.maxIdleConnectionsPerHost, 250)
  assert.equal(config.service.dnsCacheTtlMs, 30_000)
  assert.equal(config.server.tls, null)
  assert.deepEqual(config.endpoints, [])
})

test('endpoints and backends inherit', () => {
  const endpoint = endpointOf({ method: 'post', input_headers: ['x-a'] }, { timeout: '3s', cache_ttl: '1h', output_encoding: 'xml' })
  assert.equal(endpoint.method, 'POST')
  assert.equal(endpoint.timeoutMs, 3000)
  assert.equal(endpoint.cacheTtlMs, 3_600_000)
  assert.equal(endpoint.outputEncoding, 'xml')
  assert.equal(endpoint.concurrentCalls, 1)
  assert.deepEqual(endpoint.inputHeaders, ['X-A'])
  const [backend] = endpoint.backends
  assert.equal(backend?.method, 'POST')
  assert.equal(backend?.timeoutMs, 3000)
  assert.equal(backend?.sdScheme, 'http')
  assert.deepEqual(backend?.hosts, ['http://h'])
  assert.deepEqual(endpoint.at, ['endpoints', 0])
  assert.deepEqual(backend?.at, ['endpoints', 0, 'backend', 0])
})

test('a backend’s own timeout and concurrency do not count', () => {
  const { method, writtenMethod } = backendOf({}, { method: 'put' })
  assert.deepEqual([method, writtenMethod], ['PUT', 'put'])
  const backend = backendOf({ timeout: '9s', concurrent_calls: 7 }, { timeout: '1s', concurrent_calls: 3 })
  assert.equal(backend.timeoutMs, 1000)
  assert.equal(backend.concurrentCalls, 3)
})

test('an unknown output encoding means the only backend’s no-op', () => {
  const isNoOp = (output_encoding: string, backend: object[]): boolean => endpointOf({ output_encoding, backend }).isNoOp
  const raw = { encoding: 'no-op' }
  for (const output of ['no-op', 'nope', 'NO-OP', 'fast-json']) assert.equal(isNoOp(output, [raw]), true, output)
  for (const output of ['json', 'string', 'negotiate']) assert.equal(isNoOp(output, [raw]), false, output)
  assert.equal(isNoOp('nope', [{ encoding: 'No-Op' }]), false, 'an exact name')
  assert.equal(isNoOp('nope', [raw, raw]), false)
  const old = { version: 2, host: ['h'], endpoints: [{ endpoint: '/x', output_encoding: 'yaml', backend: [raw] }] }
  assert.equal(accept(old).endpoints[0]?.isNoOp, true, 'no name of version 2')
})

test('a no-op endpoint makes its backend no-op, but not in version 2', () => {
  const raw = { host: ['h'], endpoints: [{ endpoint: '/x', output_encoding: 'no-op', backend: [{ encoding: 'JSON' }] }] }
  assert.equal(accept(raw).endpoints[0]?.backends[0]?.encoding, 'no-op')
  const old = accept({ ...raw, version: 2 }).endpoints[0]?.backends[0]
  assert.equal(old?.encoding, 'json')
  assert.equal(old?.writtenEncoding, 'JSON')
})

test('keys in any case, single values for lists, weak types', () => {
  const config = accept({
    Port: '0x50',
    HOST: 'h',
    debug_endpoint: 1,
    echo_endpoint: 't',
    name: 12,
    timeout: 3_000_000_000,
    endpoints: {
      ENDPOINT: 'x',
      concurrent_calls: 2.9,
      backend: { url_pattern: 'b', allow: 'a', is_collection: 'true', mapping: { a: 1 } },
    },
    max_header_bytes: null,
  })
  assert.equal(config.server.port, 80)
  assert.equal(config.service.name, '12')
  assert.equal(config.service.debugEndpoint, true)
  assert.equal(config.service.echoEndpoint, true)
  assert.equal(config.service.timeoutMs, 3000)
  const [endpoint] = config.endpoints
  assert.equal(endpoint?.path, '/x')
  assert.equal(endpoint?.concurrentCalls, 2)
  assert.deepEqual(endpoint?.backends[0]?.allow, ['a'])
  assert.equal(endpoint?.backends[0]?.isCollection, true)
  assert.equal(endpoint?.backends[0]?.mapping.get('a'), '1')
})

test('the exact key counts more than one in another case', () => {
  assert.equal(accept({ PORT: 1, port: 2 }).server.port, 2)
  assert.equal(accept({ port: 2, PORT: 1 }).server.port, 2)
})

test('every wrong type is named at once, in mapstructure’s words', () => {
  const raw = {
    port: 'http',
    timeout: 'abc',
    name: {},
    output_encoding: [],
    listen_ip: [],
    debug_endpoint: 'yes',
    tls: 'x',
    extra_config: 'x',
    host: [{}],
    endpoints: [{ endpoint: '/x', timeout: '3', cache_ttl: '1d', extra_config: [null, ['y']], backend: ['x', { mapping: 'z' }] }],
  }
  assert.deepEqual(messages(raw).toSorted(), [
    "'debug_endpoint' cannot parse value as 'bool': strconv.ParseBool: invalid syntax",
    `'endpoints[0].backend[0]' expected a map or struct, got "string"`,
    "'endpoints[0].backend[1].mapping' expected type 'map[string]string', got unconvertible type 'string'",
    "'endpoints[0].cache_ttl' time: unknown unit",
    "'endpoints[0].extra_config[1][0]' expected type 'config.ExtraConfig', got unconvertible type 'string'",
    "'endpoints[0].timeout' time: missing unit in duration",
    "'extra_config' expected type 'config.ExtraConfig', got unconvertible type 'string'",
    "'host[0]' expected type 'string', got unconvertible type 'map[string]interface {}'",
    "'listen_ip' expected type 'string', got unconvertible type '[]interface {}'",
    "'name' expected type 'string', got unconvertible type 'map[string]interface {}'",
    "'output_encoding' expected type 'string', got unconvertible type '[]interface {}'",
    "'port' cannot parse value as 'int': strconv.ParseInt: invalid syntax",
    "'timeout' time: invalid duration",
    `'tls' expected a map or struct, got "string"`,
    'host  not valid: invalid host',
  ])
})

test('versions 2, 3 and 4 are read', () => {
  assert.deepEqual(messages({ version: 5 }), ['unsupported version: 5 (want: 3)'])
  assert.deepEqual(messages({ version: 1 }), ['unsupported version: 1 (want: 3)'])
  assert.deepEqual(messages({ version: undefined }), ['unsupported version: 0 (want: 3)'])
  assert.equal(messages({ version: 'x' }).length, 1)
  assert.equal(accept({ version: '3' }).dialect, 3)
  assert.equal(accept({ version: 2 }).dialect, 2)
  assert.equal(accept({ version: 4 }).dialect, 4)
  assert.equal(parseConfig([], { knownNamespaces: [] }).config, null)
})

test('hosts are sanitized', () => {
  const hosts = ['supu', '127.0.0.1', 'supu_42.local:8080/', 'https://a.b/', '<x>']
  const expected = ['http://supu', 'http://127.0.0.1', 'http://supu_42.local:8080', 'https://a.b', 'http://x']
  assert.deepEqual(backendOf({ host: hosts }).hosts, expected)
  for (const host of ['http://a/base', 'http://u:p@a', 'ftp://a', 'HTTP://a', 'http://[::1]:80', 'a:8', '']) {
    assert.deepEqual(messages({ host: [host] }), [`host ${host} not valid: invalid host`])
  }
  assert.deepEqual(backendOf({ host: ['amqp://u:p@h/'], disable_host_sanitize: true }).hosts, ['amqp://u:p@h/'])
  assert.deepEqual(backendOf({ disable_host_sanitize: true }, {}, { host: ['h'] }).hosts, ['http://h'])
})

test('parameters of endpoints', () => {
  const paths: readonly (readonly [string, string])[] = [
    ['/u/{id}', '/u/:id'],
    ['/a/{b}.json', '/a/:b.json'],
    ['/a/{b}{c}', '/a/:b{c}'],
    ['/foo-{id}', '/foo-{id}'],
    ['x', '/x'],
    ['//x', '//x'],
    ['/a/{b}?c={b}', '/a/:b?c={b}'],
  ]
  for (const [written, path] of paths) assert.equal(endpointOf({ endpoint: written }).path, path)
  assert.equal(endpointOf({ endpoint: '/foo/{v}/file.{ext}' }, { disable_rest: true }).path, '/foo/:v/file.:ext')
  assert.equal(endpointOf({ endpoint: 'u/{id}' }).writtenPath, '/u/{id}')
})

test('parameters of backends', () => {
  const endpoint = { endpoint: '/u/{user_id}' }
  assert.equal(backendOf({ url_pattern: 'b/{user_id}?x={user_id}' }, endpoint).urlPattern, '/b/{{.User_id}}?x={{.User_id}}')
  assert.equal(
    backendOf({ url_pattern: '/{resp0_a.b}/{JWT.sub}/{JWT.https://x/y}' }).urlPattern,
    '/{{.Resp0_a.b}}/{{.JWT.sub}}/{{.JWT.https://x/y}}',
  )
  assert.equal(backendOf({}).urlPattern, '/')
})

test('unknown parameters, with KrakenD’s way of counting', () => {
  const fail = (endpoint: string, url_pattern: string, version = 3, method = '') =>
    messages({ version, endpoints: [{ endpoint, method, backend: [{ url_pattern }] }] })
  assert.match(fail('/x', '/{id}', 3, 'Post')[0]!, /endpoint: Post \/x/, 'as it is written')
  assert.deepEqual(fail('/x', '/{id}'), ["undefined output param 'id'! endpoint: GET /x, backend: 0. input: [], output: [id]"])
  assert.deepEqual(fail('/x', '/{id}', 2), ["Undefined output param 'id'! endpoint: GET /x, backend: 0. input: [], output: [id]"])
  assert.deepEqual(fail('/some/{tupu}', '/s/{tupu_56}/{supu-5t6}?a={foo}&b={foo}'), [
    'input and output params do not match. endpoint: GET /some/:tupu, backend: 0. input: [tupu], output: [foo supu-5t6 tupu_56]',
  ])
  assert.deepEqual(fail('/x', '/{resp0}'), ["undefined output param 'resp0'! endpoint: GET /x, backend: 0. input: [], output: [resp0]"])
  assert.deepEqual(fail('/x-{id}', '/{id}'), ["undefined output param 'id'! endpoint: GET /x-{id}, backend: 0. input: [], output: [id]"])
})

test('forbidden endpoints and endpoints without backends', () => {
  const backend = [{ url_pattern: '/b' }]
  const fail = (endpoint: object, version = 3) => messages({ version, endpoints: [endpoint] })
  for (const path of ['/__debug/x', '/api/__health', '/a/*b', '/__echo']) {
    assert.deepEqual(fail({ endpoint: path, method: 'GET', backend }), [`ignoring the 'GET ${path}' endpoint, since it is invalid!!!`])
  }
  for (const path of ['/__debugger', '/foo/*', '/__health2']) assert.deepEqual(fail({ endpoint: path, backend }), [])
  assert.deepEqual(fail({ endpoint: '/__debug', method: 'GET', backend }, 2), [
    "ERROR: the endpoint url path 'GET /__debug' is not a valid one!!! Ignoring",
  ])
  assert.deepEqual(fail({ endpoint: '/__health', backend }, 2), [])
  assert.deepEqual(fail({ endpoint: 'x', backend: [] }), ["ignoring the ' /x' endpoint, since it has 0 backends defined!"])
  assert.deepEqual(fail({ endpoint: 'x', method: 'get' }, 2), ["WARNING: the 'get /x' endpoint has 0 backends defined! Ignoring"])
})

test('listen_ip is an address without a zone', () => {
  for (const listen_ip of ['', '::', '127.0.0.1', 'fe80::1']) assert.deepEqual(messages({ listen_ip }), [])
  for (const listen_ip of ['fe80::1%eth0', 'localhost', '[::1]'])
    assert.deepEqual(messages({ listen_ip }), [`invalid ip address ${listen_ip}`])
})

test('all problems in one go, KrakenD’s first one first', () => {
  const endpoints = [
    { endpoint: '/first', backend: [], extra_config: { 'security/policies': {} } },
    { endpoint: '/no', output_encoding: 'no-op', backend: [{ host: ['a:8'] }, {}], tiemout: '1s' },
  ]
  assert.deepEqual(messages({ listen_ip: 'localhost', host: ['x/y'], endpoints }), [
    'invalid ip address localhost',
    'host x/y not valid: invalid host',
    "ignoring the ' /first' endpoint, since it has 0 backends defined!",
    'can not use NoOp encoding with more than one backends connected to the same endpoint',
    'host a:8 not valid: invalid host',
    '"security/policies" is a protection of KrakenD Enterprise that is not available here',
    'unknown key "tiemout", ignored',
  ])
})

test('async agents', () => {
  const [first, second] = accept({
    host: ['h'],
    timeout: '4s',
    async_agent: [
      { consumer: { topic: 't', max_rate: '0.5', timeout: '1s' }, backend: [{ url_pattern: 'a/{x}' }], extra_config: { proxy: {} } },
      { name: 'n', connection: { max_retries: -1, health_interval: '1ms' }, backend: [{ method: 'post' }] },
    ],
  }).asyncAgents
  assert.equal(first?.name, 'AsyncAgent-00')
  assert.equal(first?.maxRate, 0.5)
  assert.equal(first?.timeoutMs, 1000)
  assert.equal(first?.backends[0]?.urlPattern, 'a/{x}')
  assert.equal(first?.backends[0]?.method, 'GET')
  assert.equal(first?.backends[0]?.timeoutMs, 1000)
  assert.equal(second?.name, 'n')
  assert.equal(second?.maxRetries, Infinity)
  assert.equal(second?.healthIntervalMs, 1000)
  assert.equal(second?.workers, 1)
  assert.equal(second?.timeoutMs, 4000)
  assert.equal(second?.backends[0]?.method, 'POST')
})

test('TLS of both sides', () => {
  const config = accept({
    tls: { keys: { public_key: 'a', private_key: 'b' }, public_key: 'c', private_key: 'd', min_version: 'TLS12', curve_preferences: '23' },
    allow_insecure_connections: true,
  })
  assert.deepEqual(config.server.tls?.keys, [
    { publicKey: 'a', privateKey: 'b' },
    { publicKey: 'c', privateKey: 'd' },
  ])
  assert.deepEqual(config.server.tls?.legacyPair, { publicKey: 'c', privateKey: 'd' })
  assert.deepEqual(config.server.tls?.curvePreferences, [23])
  assert.equal(config.transport.clientTls?.allowInsecureConnections, true)
  assert.equal(accept({ client_tls: {} }).transport.clientTls?.allowInsecureConnections, false)
})

test('flags of the command line win', () => {
  const config = accept({ port: 1 }, { port: 9000, debug: true })
  assert.equal(config.server.port, 9000)
  assert.equal(config.service.debugEndpoint, true)
})

test('the raw value is not changed', () => {
  const raw = {
    version: 2,
    extra_config: { 'github.com/devopsfaith/krakend-ratelimit/juju/router': { maxRate: 5 } },
    endpoints: [{ endpoint: '/x', headers_to_pass: ['a'], backend: [{ host: ['h'], mapping: { a: 'b' } }] }],
  }
  const before = structuredClone(raw)
  parseConfig(raw, { knownNamespaces: [] })
  assert.deepEqual(raw, before)
})

test('__proto__ is a key like any other', () => {
  const raw = JSON.parse(
    '{"version":3,"__proto__":{"port":1},"endpoints":[{"endpoint":"/x","backend":[{"mapping":{"__proto__":"a"}}]}]}',
  ) as object
  const config = accept(raw)
  assert.equal(config.server.port, 8080)
  assert.deepEqual([...config.endpoints[0]!.backends[0]!.mapping], [['__proto__', 'a']])
})
