// What `_gw/defaults` promises: what merges, what replaces, what takes away, and where a mistake is told.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { formatPath } from '../schema/issue.ts'
import { applyDefaults } from './defaults.ts'
import { quirksOf } from './dialect.ts'
import { accept, parse } from './test-support.ts'

const KNOWN = { knownNamespaces: ['_gw/defaults', '_gw/retry', '_gw/fallback', 'proxy', 'auth/validator', 'qos/ratelimit/router'] }

function endpointOf(endpoint: object, defaults: object, version = 3) {
  const file = {
    version,
    extra_config: { '_gw/defaults': defaults },
    endpoints: [{ endpoint: '/x', backend: [{ host: ['http://a'] }], ...endpoint }],
  }
  const config = accept(file, KNOWN)
  return { ...config.endpoints[0]!, inherited: [...config.inherited.keys()] }
}

test('what is not written is taken over; lists and scalars of the endpoint stay alone', () => {
  const defaults = { endpoint: { input_headers: ['X-A'], timeout: '5s' }, backend: { encoding: 'xml' } }
  const bare = endpointOf({}, defaults)
  assert.deepEqual([bare.inputHeaders, bare.timeoutMs, bare.backends[0]?.encoding], [['X-A'], 5000, 'xml'])
  assert.deepEqual(bare.inherited, ['endpoints[0].input_headers', 'endpoints[0].timeout', 'endpoints[0].backend[0].encoding'])
  const own = endpointOf({ INPUT_headers: ['X-B'] }, defaults)
  assert.deepEqual(own.inputHeaders, ['X-B'])
})

test('blocks merge by namespace and option, null takes an option away, false a component', () => {
  const defaults = {
    endpoint: { extra_config: { proxy: { sequential: true, static: { data: { a: 1 } } }, 'auth/validator': { alg: 'RS256' } } },
  }
  const read = (extra_config: unknown) => Object.fromEntries(endpointOf({ extra_config }, defaults).extraConfig)
  const whole = { proxy: { sequential: true, static: { data: { a: 1 } } }, 'auth/validator': { alg: 'RS256' } }
  assert.deepEqual(read({}), whole)
  assert.deepEqual(read({ proxy: { sequential: null, static: { data: { b: 2 } } }, 'auth/validator': false }), {
    proxy: { static: { data: { b: 2, a: 1 } } },
  })
  assert.deepEqual(read({ 'auth/validator': null, proxy: null }), {})
  assert.deepEqual(read({ '_gw/defaults': false }), {})
})

test('null takes a default away', () => {
  assert.deepEqual(endpointOf({ input_headers: null }, { endpoint: { input_headers: ['X-A'] } }).inputHeaders, [])
})

test('an old name of a key or namespace is the same key', () => {
  const old = 'github.com/devopsfaith/krakend-jose/validator'
  const defaults = { endpoint: { input_headers: ['a'], extra_config: { 'auth/validator': { alg: 'RS256', issuer: 'd' } } } }
  const endpoint = endpointOf({ headers_to_pass: ['b'], extra_config: { [old]: { issuer: 'own' } } }, defaults, 2)
  assert.deepEqual(endpoint.inputHeaders, ['b'])
  assert.deepEqual(Object.fromEntries(endpoint.extraConfig), { 'auth/validator': { issuer: 'own', alg: 'RS256' } })
})

test('backends of agents and of fallbacks inherit, a fallback no fallback', () => {
  const retry = { '_gw/retry': { max_retries: 1 } }
  const raw = {
    extra_config: { '_gw/defaults': { backend: { extra_config: { ...retry, '_gw/fallback': { backend: { url_pattern: '/f' } } } } } },
    endpoints: [{ endpoint: '/x', backend: { url_pattern: '/b' } }],
    async_agent: [{ backend: [{ url_pattern: '/a' }] }],
  }
  const { raw: result } = applyDefaults(raw, quirksOf(3))
  const blocks = { ...retry, '_gw/fallback': { backend: { url_pattern: '/f', extra_config: retry } } }
  assert.deepEqual(result['endpoints'], [{ endpoint: '/x', backend: { url_pattern: '/b', extra_config: blocks } }])
  assert.deepEqual(result['async_agent'], [{ backend: [{ url_pattern: '/a', extra_config: blocks }] }])
})

describe('mistakes', () => {
  const findings = (defaults: object) => {
    const file = { extra_config: { '_gw/defaults': defaults }, endpoints: [{ endpoint: '/x', backend: [{ host: ['http://a'] }] }] }
    return parse(file, KNOWN).issues.map(({ severity, path, hint }) => [severity, formatPath(path), hint])
  }
  test('what belongs to one endpoint, and what is no key, is an error at the defaults', () => {
    const at = 'extra_config._gw/defaults'
    assert.deepEqual(findings({ endpoint: { method: 'GET', timeot: '1s' }, backend: { url_pattern: '/' } }), [
      ['error', `${at}.endpoint.method`, ''],
      ['error', `${at}.endpoint.timeot`, 'did you mean "timeout"?'],
      ['error', `${at}.backend.url_pattern`, ''],
    ])
  })
  test('a wrong value is told where it stands', () => {
    const at = 'extra_config._gw/defaults'
    assert.deepEqual(
      findings({ endpoint: { timeout: 'soon' }, backend: { extra_config: { proxi: {} } } }).map(([, path]) => path),
      [`${at}.endpoint.timeout`, `${at}.backend.extra_config.proxi`],
    )
  })
})

test('property: an endpoint that says everything itself is not changed, and what is merged never changes the file', () => {
  const key = fc.constantFrom('timeout', 'cache_ttl', 'output_encoding', 'input_headers')
  const values = fc.dictionary(key, fc.oneof(fc.string(), fc.array(fc.string())), { noNullPrototype: true })
  fc.assert(
    fc.property(values, values, (own, endpoint) => {
      const raw = { extra_config: { '_gw/defaults': { endpoint } }, endpoints: [{ ...endpoint, ...own }] }
      const before = structuredClone(raw)
      const { raw: result } = applyDefaults(raw, quirksOf(3))
      assert.deepEqual(raw, before)
      assert.deepEqual(result['endpoints'], raw.endpoints)
    }),
  )
})
