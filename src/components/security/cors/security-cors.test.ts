// What `security/cors` promises, for files of both versions.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import type { Dialect } from '../../../config/types.ts'
import { ConfigError } from '../../../engine/compile/component.ts'
import { droppedHeaders } from '../../../engine/ports.ts'
import { buildFor, checkOptions, makeExchange, makeSite } from '../../../testing/index.ts'
import { compileHeaders, compileMethods, compileOrigins } from './cors-policy.ts'
import { compileHeadersV1 } from './cors-policy-v1.ts'
import { cors } from './index.ts'

type Pairs = Record<string, string | string[]>

function gatewayWith(block: unknown, dialect: Dialect = 3) {
  const site = makeSite({}, { dialect, service: { 'security/cors': block } })
  const layer = buildFor(cors, block, site)
  function ask(method: string, headers: Pairs) {
    const exchange = makeExchange({ method, headers })
    void layer?.((inner) => inner.answer(299))(exchange)
    return { status: exchange.statusCode, fields: exchange.responseHeaders.fields }
  }
  const preflight = (method: string, headers: Pairs = {}) =>
    ask('OPTIONS', { Origin: 'http://foo.example', 'Access-Control-Request-Method': method, ...headers })
  return { ask, preflight, dropped: site.ask(droppedHeaders), lines: site.lines }
}

const VARY = ['Vary', 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers']
const LISTED = {
  allow_origins: ['*'],
  allow_methods: ['POST', 'GET'],
  allow_headers: ['Origin', 'Authorization', 'Content-Type'],
  max_age: '12h',
}

test('a preflight is answered with what was asked for', () => {
  const { preflight } = gatewayWith(LISTED)
  assert.deepEqual(preflight('GET', { 'Access-Control-Request-Headers': 'content-type,origin' }), {
    status: 204,
    fields: [
      ...VARY,
      'Access-Control-Allow-Headers',
      'content-type,origin',
      'Access-Control-Allow-Origin',
      '*',
      'Access-Control-Allow-Methods',
      'GET',
      'Access-Control-Max-Age',
      '43200',
    ],
  })
  assert.ok(preflight('OPTIONS').fields.includes('OPTIONS'))
})

test('a refused preflight has the same status and no CORS headers', () => {
  const { preflight, ask } = gatewayWith(LISTED)
  const refused = { status: 204, fields: VARY }
  assert.deepEqual(preflight('PUT'), refused)
  assert.deepEqual(preflight('get'), refused)
  for (const value of ['X-PINGOTHER', 'origin,content-type', 'Content-Type']) {
    assert.deepEqual(preflight('GET', { 'Access-Control-Request-Headers': value }), refused)
  }
  assert.deepEqual(ask('OPTIONS', { 'Access-Control-Request-Method': 'GET' }), refused)
})

test('an empty section allows every origin and header, and GET, POST and HEAD', () => {
  const { preflight } = gatewayWith({})
  assert.deepEqual(preflight('POST', { 'Access-Control-Request-Headers': ['X-Any, B', 'A'] }).fields.slice(2), [
    'Access-Control-Allow-Headers',
    'X-Any, B',
    'Access-Control-Allow-Headers',
    'A',
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Methods',
    'POST',
  ])
  assert.deepEqual(preflight('DELETE').fields, VARY)
})

test('an actual request runs in any case and carries headers when origin and method are allowed', () => {
  const { ask } = gatewayWith({
    allow_origins: ['http://foo.example'],
    allow_methods: ['GET'],
    expose_headers: ['content-length', 'x-my-header'],
  })
  const bare = { status: 299, fields: ['Vary', 'Origin'] }
  assert.deepEqual(ask('GET', { Origin: 'http://FOO.example' }), {
    status: 299,
    fields: [
      'Vary',
      'Origin',
      'Access-Control-Allow-Origin',
      'http://FOO.example',
      'Access-Control-Expose-Headers',
      'Content-Length, X-My-Header',
    ],
  })
  assert.deepEqual(ask('GET', { Origin: 'http://other.example' }), bare)
  assert.deepEqual(ask('GET', {}), bare)
  assert.deepEqual(ask('POST', { Origin: 'http://foo.example' }), bare)
  assert.equal(ask('OPTIONS', { Origin: 'http://foo.example' }).fields[3], 'http://foo.example')
})

test('a preflight has a status whatever is written', () => {
  const statuses = [-1, 100, 199, 304, 999, 9999].map(
    (options_success_status) => gatewayWith({ options_success_status }).preflight('GET').status,
  )
  assert.deepEqual(statuses, [204, 204, 204, 304, 999, 204])
})

test('credentials, private network, status and passthrough', () => {
  const { preflight, ask } = gatewayWith({ allow_credentials: true, allow_private_network: true, options_success_status: 200 })
  const asked = preflight('GET', { 'Access-Control-Request-Private-Network': 'true' })
  assert.equal(asked.status, 200)
  assert.deepEqual(asked.fields, [
    'Vary',
    `${VARY[1]}, Access-Control-Request-Private-Network`,
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Methods',
    'GET',
    'Access-Control-Allow-Credentials',
    'true',
    'Access-Control-Allow-Private-Network',
    'true',
  ])
  assert.ok(!preflight('GET').fields.includes('Access-Control-Allow-Private-Network'))
  assert.deepEqual(ask('GET', { Origin: 'null' }).fields.slice(2), [
    'Access-Control-Allow-Origin',
    '*',
    'Access-Control-Allow-Credentials',
    'true',
  ])
  const passed = gatewayWith({ options_passthrough: true }).preflight('GET')
  assert.equal(passed.status, 299)
  assert.ok(passed.fields.includes('Access-Control-Allow-Methods'))
})

test('max_age: seconds, zero for less than nothing, none when unreadable, a stop when it is no text', () => {
  const age = (max_age: string): string | undefined => {
    const { fields } = gatewayWith({ max_age }).preflight('GET')
    return fields[fields.indexOf('Access-Control-Max-Age') + 1 || Infinity]
  }
  assert.deepEqual(
    [age('1h30m'), age('1500ms'), age('-1s'), age('500ms'), age('soon'), age('')],
    ['5400', '1', '0', undefined, undefined, undefined],
  )
  for (const max_age of [3600, null, true]) assert.throws(() => gatewayWith({ max_age }), ConfigError)
})

test('a version 2 file: status 200, three Vary lines, headers in any case and order', () => {
  const { preflight, ask } = gatewayWith(
    { allow_origins: ['http://foo.example'], allow_methods: ['get'], allow_headers: ['Content-Type', 'x-a'], max_age: '-1s' },
    2,
  )
  const vary = ['Vary', 'Origin', 'Vary', 'Access-Control-Request-Method', 'Vary', 'Access-Control-Request-Headers']
  assert.deepEqual(preflight('get', { 'Access-Control-Request-Headers': 'X-A, content-TYPE,origin' }), {
    status: 200,
    fields: [
      ...vary,
      'Access-Control-Allow-Headers',
      'X-A, Content-Type, Origin',
      'Access-Control-Allow-Origin',
      'http://foo.example',
      'Access-Control-Allow-Methods',
      'GET',
    ],
  })
  assert.deepEqual(preflight('GET', { 'Access-Control-Request-Headers': 'X-Other' }), { status: 200, fields: vary })
  assert.deepEqual(ask('OPTIONS', { Origin: 'http://foo.example' }), { status: 299, fields: [] })
  assert.ok(compileHeadersV1([])('accept x-requested-with'))
  assert.equal(compileHeadersV1([])('authorization'), null)
  assert.deepEqual(compileHeadersV1(['*'])('a_b, x.y'), ['A_B', 'Xy'])
})

test('the backend’s own CORS headers are not copied', () => {
  const [isDropped] = gatewayWith({}).dropped
  assert.equal(isDropped?.('Access-Control-Allow-Origin'), true)
  assert.equal(isDropped?.('Vary'), false)
})

test('debug says what was decided', () => {
  const { preflight, lines } = gatewayWith({ debug: true, allow_origins: ['http://a'] })
  preflight('GET')
  assert.equal(lines.at(-1), 'DEBUG [CORS] preflight of GET / from http://foo.example: refused, the origin is not allowed')
})

test('the log says why a preflight is refused', () => {
  const { preflight, lines } = gatewayWith({ debug: true, allow_methods: ['GET'], allow_headers: ['Content-Type', 'Authorization'] })
  const reason = (method: string, headers: string): string => {
    preflight(method, { 'Access-Control-Request-Headers': headers })
    return (lines.at(-1) ?? '').split('http://foo.example: ')[1] ?? ''
  }
  assert.equal(reason('PUT', ''), 'refused, the method is not allowed')
  assert.equal(
    reason('GET', 'content-type,authorization'),
    'refused, header names must be sorted and stand once each, as browsers send them',
  )
  assert.equal(reason('GET', 'Authorization'), 'refused, the header Authorization must be in lower case, as browsers send it')
  assert.equal(reason('GET', 'x-other'), 'refused, the header x-other is not allowed')
  assert.equal(reason('GET', `authorization${','.repeat(20)}`), 'refused, too many empty header names')
  assert.equal(reason('GET', 'authorization,content-type'), 'allowed')
})

test('a wildcard origin is a prefix and a suffix', () => {
  const isAllowed = compileOrigins(['https://*.Example.com', 'null']) as (origin: string) => boolean
  for (const good of ['https://a.b.EXAMPLE.com', 'https://.example.com', 'https://evil.com/.example.com', 'null'])
    assert.ok(isAllowed(good), good)
  for (const bad of ['https://example.com', 'http://a.example.com', 'https://a.example.com.evil', '']) assert.ok(!isAllowed(bad), bad)
  assert.equal(compileOrigins(['http://a', '*']), null)
  fc.assert(
    fc.property(fc.string(), fc.string(), fc.string(), (prefix, middle, suffix) => {
      fc.pre(!prefix.includes('*') && prefix + suffix !== '')
      const test = compileOrigins([`${prefix}*${suffix}`])
      return test === null || test(prefix + middle + suffix)
    }),
  )
})

test('requested headers: sorted, once, lower case, one blank around, few empty elements', () => {
  const areAllowed = compileHeaders(['B', 'a', 'c']) as (values: string[]) => boolean
  for (const good of [[], [''], ['a'], ['a,b,c'], ['a , b\t,\tc'], ['a', 'c'], [' '], [`a${','.repeat(16)}`]])
    assert.ok(areAllowed(good), JSON.stringify(good))
  for (const bad of [['A'], ['b,a'], ['a,a'], ['a', 'a'], ['  a'], ['a  ,b'], ['d'], [`a${','.repeat(17)}`]])
    assert.ok(!areAllowed(bad), JSON.stringify(bad))
  const names = fc.uniqueArray(fc.stringMatching(/^[a-z][a-z-]{0,8}$/), { minLength: 1 })
  fc.assert(fc.property(names, (list) => compileHeaders(list)?.([list.toSorted().join(',')]) === true))
})

test('methods count as written', () => {
  const isAllowed = compileMethods(['PUT', 'delete'])
  assert.deepEqual(
    ['PUT', 'DELETE', 'delete', 'GET', 'OPTIONS'].map((method) => isAllowed(method)),
    [true, false, true, false, true],
  )
})

test('check tells what is wrong with the age', () => {
  assert.deepEqual(checkOptions(cors, { max_age: '12h' }), [])
  assert.deepEqual(checkOptions(cors, { max_age: 12 }), ['error max_age: must be a text, not the number 12'])
  assert.deepEqual(checkOptions(cors, { max_age: '12' }), ['warning max_age: "12" is no duration such as "12h": browsers are told no age'])
})
