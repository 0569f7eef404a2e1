// Names in a configuration: unknown ones, those of the Enterprise edition, those of older versions.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPath } from '../schema/issue.ts'
import { accept, messages, parse } from './test-support.ts'

test('unknown keys and namespaces are warnings with a suggestion', () => {
  const { config, issues } = parse({ '@comment': 1, $schema: 'x', endpoint: [], extra_config: { proxi: {}, acme: {} } })
  assert.notEqual(config, null)
  assert.deepEqual(
    issues.map((issue) => [issue.severity, issue.path.join(' '), issue.hint]),
    [
      ['warning', 'endpoint', 'did you mean "endpoints"?'],
      ['warning', 'extra_config proxi', 'did you mean "proxy"?'],
      ['warning', 'extra_config acme', ''],
    ],
  )
  const old = parse({ endpoints: [{ endpoint: '/x', headers_to_pass: ['a'], backend: [{}] }] })
  assert.match(old.issues[0]!.hint, /version 3 calls it "input_headers"/)
  assert.deepEqual(old.config?.endpoints[0]?.inputHeaders, [])
  for (const version of [2, 3]) {
    const { issues: found } = parse({ version, constructor: 1, toString: 1, endpoints: [] })
    assert.deepEqual(
      found.map(({ message, hint }) => `${message} ${hint}`),
      ['unknown key "constructor", ignored ', 'unknown key "toString", ignored '],
    )
  }
})

test('an unknown name of ours is an error; one that is off is absent', () => {
  const knownNamespaces = ['_gw/retry']
  const { config, issues } = parse({ extra_config: { '_gw/retri': {} } }, { knownNamespaces })
  assert.equal(config, null)
  assert.deepEqual(
    issues.map(({ severity, message, hint }) => [severity, message, hint]),
    [['error', 'there is no namespace "_gw/retri"', 'did you mean "_gw/retry"?']],
  )
  for (const off of [false, null]) {
    assert.equal(accept({ extra_config: { '_gw/retry': off } }, { knownNamespaces }).extraConfig.has('_gw/retry'), false)
    assert.equal(accept({ extra_config: { acme: off } }).extraConfig.has('acme'), true)
  }
})

test('protection of the Enterprise edition is refused unless it may be ignored', () => {
  const places = (block: object) => ({
    extra_config: block,
    endpoints: [{ endpoint: '/x', extra_config: block, backend: [{ extra_config: block }] }],
  })
  // Plugins of the service: what stands there in the right form is looked for when modules are known.
  const cases = [
    [{ 'auth/api-keys': {} }, 3],
    [{ 'plugin/http-server': { name: ['x', 'ip-filter'] } }, 2],
  ] as const
  for (const [block, count] of cases) {
    const refused = parse(places(block))
    assert.equal(refused.config, null)
    assert.equal(refused.issues.filter((issue) => issue.severity === 'error').length, count)
    const ignored = parse(places(block), { edition: 'ce' })
    assert.notEqual(ignored.config, null)
    assert.equal(ignored.issues.filter((issue) => issue.code === 'enterprise-protection').length, count)
  }
  assert.notEqual(parse({ extra_config: { 'auth/api-keys': {} } }, { knownNamespaces: ['auth/api-keys'] }).config, null)
  assert.deepEqual(messages({ extra_config: { 'ai/mcp': {} } }), ['"ai/mcp" belongs to KrakenD Enterprise and is ignored'])
})

test('a reference to a file that nobody inserts is refused wherever a protection may stand in it', () => {
  const reference = { $ref: './auth.json' }
  const raw = {
    ...reference,
    extra_config: reference,
    endpoints: [{ endpoint: '/x', ...reference, backend: [{ ...reference, extra_config: { proxy: reference } }] }],
  }
  const refused = parse(raw, { knownNamespaces: ['proxy'] })
  assert.equal(refused.config, null)
  assert.deepEqual(
    refused.issues.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path)}`).toSorted(),
    [
      '$ref',
      'endpoints[0].$ref',
      'endpoints[0].backend[0].$ref',
      'endpoints[0].backend[0].extra_config.proxy.$ref',
      'extra_config.$ref',
    ].map((path) => `error enterprise-protection ${path}`),
  )
  const ignored = parse(raw, { knownNamespaces: ['proxy'], edition: 'ce' })
  assert.notEqual(ignored.config, null)
  assert.deepEqual(new Set(ignored.issues.map(({ severity }) => severity)), new Set(['warning']))
  // JSON Schemas have references of their own.
  const known = { knownNamespaces: ['validation/json-schema'] }
  assert.deepEqual(
    parse({ endpoints: [{ endpoint: '/x', backend: [{}], extra_config: { 'validation/json-schema': reference } }] }, known).issues,
    [],
  )
})

test('options of the Enterprise edition are named, and a limit among them is refused', () => {
  const raw = { extra_config: { router: { max_payload: 5, disable_gzip: true, return_error_msg: true } } }
  const known = { knownNamespaces: ['router'] }
  const found = parse(raw, known).issues.map(({ severity, code, path }) => `${severity} ${code} ${formatPath(path)}`)
  assert.deepEqual(found, [
    'error enterprise-protection extra_config.router.max_payload',
    'warning enterprise-option extra_config.router.disable_gzip',
  ])
  assert.notEqual(parse(raw, { ...known, edition: 'ce' }).config, null)
})

test('old namespaces count in version 3, the new name’s value wins', () => {
  const old = 'github.com/devopsfaith/krakend/proxy'
  assert.deepEqual([...accept({ extra_config: { [old]: { a: 1 } } }).extraConfig], [['proxy', { a: 1 }]])
  for (const extra_config of [
    { [old]: 1, proxy: 2 },
    { proxy: 2, [old]: 1 },
  ]) {
    assert.deepEqual([...accept({ extra_config }).extraConfig], [['proxy', 2]])
  }
})

test('the limiters’ old names count in both versions', () => {
  const extra_config = { 'github.com/devopsfaith/krakend-ratelimit/juju/router': { maxRate: 5 } }
  for (const version of [2, 3]) {
    assert.deepEqual([...accept({ version, extra_config }).extraConfig], [['qos/ratelimit/router', { max_rate: 5 }]])
  }
  const mixed = { 'qos/ratelimit/router': { maxRate: 5 } }
  assert.deepEqual(accept({ extra_config: mixed }).extraConfig.get('qos/ratelimit/router'), { maxRate: 5 })
})

test('version 2 has its own keys', () => {
  const backend = { whitelist: ['a'], allow: ['b'], blacklist: 'c,d', headers_to_pass: ['X'] }
  const config = accept({
    version: 2,
    debug: true,
    host: 'a,b',
    extra_config: { 'github.com/devopsfaith/krakend-jose/validator': { 'jwk-url': 'u', 'propagate-claims': 1, propagate_claims: 2 } },
    endpoints: [{ endpoint: '/x', headers_to_pass: ['x-a'], querystring_params: ['q'], backend: [backend] }],
  })
  assert.equal(config.service.debugEndpoint, true)
  assert.deepEqual(config.service.hosts, ['http://a', 'http://b'])
  assert.deepEqual(config.extraConfig.get('auth/validator'), { jwk_url: 'u', propagate_claims: 2 })
  const [endpoint] = config.endpoints
  assert.deepEqual(endpoint?.inputHeaders, ['x-a'])
  assert.deepEqual(endpoint?.inputQueryStrings, ['q'])
  assert.deepEqual(endpoint?.backends[0]?.allow, ['a'])
  assert.deepEqual(endpoint?.backends[0]?.deny, ['c', 'd'])
  assert.deepEqual(endpoint?.backends[0]?.inputHeaders, [])
})

test('async agents and a folder of plugins are nothing to warn of', () => {
  const agent = { name: 'a', consumer: { topic: 't' }, backend: [{ url_pattern: '/x', host: ['http://h'] }] }
  assert.deepEqual(messages({ async_agent: [agent], plugin: { folder: '/p' } }), [])
})
