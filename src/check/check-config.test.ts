// Files that are wrong in ways people get them wrong: none passes in silence, each is told at its place, and what is right is no news.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseConfig } from '../config/parse.ts'
import { synonymsOf } from '../config/upgrade.ts'
import { RouteTree } from '../engine/routing/route-tree.ts'
import { PEM } from '../http/tls/test-certificates.ts'
import { formatPath, type Issue } from '../schema/issue.ts'
import { checkConfig, gradeRule } from './check-config.ts'

const FILES: Readonly<Record<string, string>> = { ...PEM, 'text.pem': 'hello' }

function find(raw: object, text = JSON.stringify(raw), variableKeys: ReadonlySet<string> = new Set()): Issue[] {
  const { config } = parseConfig(raw, { knownNamespaces: ['proxy', 'auth/validator', 'backend/http', '_gw/route'] })
  assert.ok(config !== null, text)
  const source = { file: 'k.json', text, format: 'json', synonymsOf }
  const readable = (path: string): boolean => path === 'there.pem' || Object.hasOwn(FILES, path)
  const contentOf = (path: string): Buffer | null => (Object.hasOwn(FILES, path) ? Buffer.from(FILES[path] ?? '') : null)
  const drivers = ['async/amqp']
  return [...checkConfig({ config, raw, variableKeys, source, readable, contentOf, discoveries: ['dns'], drivers })].flat()
}

function told(raw: object): string[] {
  return find(raw).map(({ code, path }) => `${code} ${formatPath(path)}`)
}

const endpoint = (more: object, ...backends: object[]): object => ({
  version: 3,
  host: ['http://a:80'],
  endpoints: [{ endpoint: '/a', backend: backends.length === 0 ? [{ url_pattern: '/x' }] : backends, ...more }],
})
const service = (more: object): object => ({ ...endpoint({}), ...more })
const proxy = (block: object): object => ({ extra_config: { proxy: block } })

test('what is right is no news', () => {
  assert.deepEqual(told(endpoint({})), [])
  const first = { url_pattern: '/x', group: 'g', mapping: { a: 'b' }, allow: ['a', 'c.d'] }
  const steps = [first, { url_pattern: '/y/{resp0_g.b}/{resp0_g.c.d}' }, { url_pattern: '/z/{resp0_g.c.d.e}' }]
  assert.deepEqual(told(endpoint(proxy({ sequential: true }), ...steps)), [])
  assert.deepEqual(told({ ...endpoint(proxy({ strategy: 'sequential' }), ...steps), version: 4 }), [])
  assert.deepEqual(told(endpoint({ output_encoding: 'no-op' }, { url_pattern: '/x', encoding: 'no-op' })), [])
  assert.deepEqual(told(service({ tls: { keys: [{ public_key: 'there.pem', private_key: 'there.pem' }], min_version: 'TLS12' } })), [])
})

test('what is no route is told where its block is checked', () => {
  for (const route of [{ path: '/{a}{b}' }, { path: 'x' }, { hosts: ['*'] }])
    assert.deepEqual(told(endpoint({ extra_config: { '_gw/route': route } })), [])
})

const BACKEND = 'endpoints[0].backend[0]'

const WRONG: readonly (readonly [raw: object, expected: readonly string[]])[] = [
  // values
  [service({ port: 222_020 }), ['invalid-port port']],
  [service({ port: -1 }), ['invalid-port port']],
  [service({ timeout: 800 }), ['number-for-duration timeout']],
  [service({ idle_timeout: 800 }), ['number-for-duration idle_timeout']],
  [endpoint({ timeout: '800us' }), ['invalid-timeout endpoints[0].timeout']],
  [endpoint({ Timeout: '800us' }), ['invalid-timeout endpoints[0].timeout', 'key-case endpoints[0].timeout']],
  [endpoint({ method: 'FETCH' }), ['endpoint-not-served endpoints[0].method']],
  [endpoint({ output_encoding: 'negociate' }), ['unknown-value endpoints[0].output_encoding']],
  [endpoint({}, { url_pattern: '/x', encoding: 'text' }), [`unknown-value ${BACKEND}.encoding`]],
  [endpoint({}, { url_pattern: '/x', encoding: 'XML' }), [`value-case ${BACKEND}.encoding`]],
  [endpoint({}, { url_pattern: '/x', method: 'FETCH' }), [`unknown-value ${BACKEND}.method`]],
  [endpoint({}, { url_pattern: '/x', sd: 'kubernetes' }), [`unknown-value ${BACKEND}.sd`]],
  [endpoint({}, { url_pattern: '/x', sd: 'dns', sd_scheme: 'ftp' }), [`unknown-value ${BACKEND}.sd_scheme`]],
  [endpoint({}, { url_pattern: '/x', host: ['a:1'], disable_host_sanitize: true }), [`invalid-host ${BACKEND}.host[0]`]],
  [{ version: 3, endpoints: [{ endpoint: '/a', backend: [{ url_pattern: '/x' }] }] }, [`no-host ${BACKEND}`]],
  // types that KrakenD reads something into
  [service({ debug_endpoint: 'true' }), ['loose-type debug_endpoint']],
  [service({ Name: 'x' }), ['key-case name']],
  [
    { version: 3, host: ['http://a'], endpoints: [{ endpoint: '/a', backend: { url_pattern: '/x' } }] },
    ['loose-type endpoints[0].backend'],
  ],
  [{ version: 3, host: ['http://a'], endpoints: [{ backend: [{ url_pattern: '/x' }] }] }, ['missing-field endpoints[0]']],
  // TLS
  [service({ tls: {} }), ['no-certificate tls']],
  [service({ tls: { public_key: 'none.pem', private_key: 'there.pem' } }), ['unreadable-file tls.public_key']],
  [service({ tls: { public_key: 'a.pem', private_key: 'a.key' } }), []],
  [service({ tls: { keys: [{ public_key: 'a.pem', private_key: 'b.key' }] } }), ['invalid-certificate tls.keys[0].private_key']],
  [service({ tls: { public_key: 'text.pem', private_key: 'a.key' } }), ['invalid-certificate tls.public_key']],
  [service({ tls: { public_key: 'there.pem', private_key: 'text.pem' } }), ['invalid-certificate tls.private_key']],
  [
    service({ client_tls: { client_certs: [{ certificate: 'a.pem', private_key: 'b.key' }] } }),
    ['invalid-certificate client_tls.client_certs[0].private_key'],
  ],
  [service({ tls: { disabled: true, public_key: 'a.pem' } }), []],
  [
    service({ client_tls: { ca_certs: ['none.pem'], max_version: 'TLSv1.2' } }),
    ['unknown-value client_tls.max_version', 'unreadable-file client_tls.ca_certs[0]'],
  ],
  // sequences
  [endpoint({}, { url_pattern: '/x' }, { url_pattern: '/{resp0_a}' }), ['value-without-sequence endpoints[0].backend[1].url_pattern']],
  [
    { ...endpoint(proxy({ strategy: 'parallel' }), { url_pattern: '/x' }, { url_pattern: '/{resp0_a}' }), version: 4 },
    ['value-without-sequence endpoints[0].backend[1].url_pattern'],
  ],
  [
    endpoint(proxy({ sequential: true }), { url_pattern: '/x' }, { url_pattern: '/{resp1_a}' }),
    ['value-of-later-step endpoints[0].backend[1].url_pattern'],
  ],
  ...[{ allow: ['b'] }, { deny: ['a'] }, { group: 'g' }, { mapping: { a: 'b' } }, { is_collection: true }].map(
    (more) =>
      [
        endpoint(proxy({ sequential: true }), { url_pattern: '/x', ...more }, { url_pattern: '/{resp0_a}' }),
        ['value-dropped endpoints[0].backend[1].url_pattern'],
      ] as const,
  ),
  [endpoint(proxy({ sequential: true })), ['sequence-of-one endpoints[0].extra_config.proxy.sequential']],
  [endpoint({}, { url_pattern: '/{JWT.sub}' }), [`claim-without-validator ${BACKEND}.url_pattern`]],
  // manipulation
  [endpoint({}, { url_pattern: '/x', allow: ['a'], deny: ['b'] }), [`allow-and-deny ${BACKEND}.deny`]],
  [endpoint({}, { url_pattern: '/x', group: 'g' }, { url_pattern: '/y', group: 'g' }), ['group-twice endpoints[0].backend[1].group']],
  [endpoint({}, { url_pattern: '/x', is_collection: true, target: 'data' }), [`target-of-collection ${BACKEND}.target`]],
  [
    endpoint({}, { url_pattern: '/x', deny: ['a'], ...proxy({ flatmap_filter: [{ type: 'del', args: ['a'] }] }) }),
    [`ignored-manipulation ${BACKEND}.deny`],
  ],
  [
    endpoint({}, { url_pattern: '/x', ...proxy({ flatmap_filter: [{ type: 'move', args: ['a'] }] }) }),
    [`missing-path ${BACKEND}.extra_config.proxy.flatmap_filter[0].args`],
  ],
  [
    endpoint(proxy({ flatmap_filter: [{ type: 'del', args: ['a'] }] })),
    ['ignored-manipulation endpoints[0].extra_config.proxy.flatmap_filter'],
  ],
  [endpoint(proxy({ static: { strategy: 'always' } })), ['static-without-data endpoints[0].extra_config.proxy.static']],
  [endpoint({}, { url_pattern: '/x', ...proxy({ shadow: true }) }), ['only-shadows endpoints[0].backend']],
  // no-op
  [endpoint({}, { url_pattern: '/x', encoding: 'no-op' }), [`half-no-op ${BACKEND}.encoding`]],
  [endpoint({ output_encoding: 'x' }, { url_pattern: '/x', encoding: 'no-op' }), ['unknown-value endpoints[0].output_encoding']],
  [endpoint({ output_encoding: 'no-op' }), [`half-no-op ${BACKEND}`]],
  [endpoint({ output_encoding: 'no-op' }, { url_pattern: '/x', encoding: 'no-op', group: 'g' }), [`no-op-manipulation ${BACKEND}.group`]],
  // paths
  [endpoint({ endpoint: '/__catchall' }), ['enterprise-path endpoints[0].endpoint']],
  [endpoint({ endpoint: '/a/:id' }), ['colon-parameter endpoints[0].endpoint']],
  [endpoint({}, { url_pattern: '/x/:id?a=:b' }), [`colon-parameter ${BACKEND}.url_pattern`]],
]

for (const [index, [raw, expected]] of WRONG.entries())
  test(`wrong file ${index}: ${expected.join(', ') || 'nothing'}`, () => {
    assert.deepEqual(told(raw), expected)
  })

test('conflicting routes are told with both places', () => {
  const routes = (...paths: string[]): object => ({
    version: 3,
    host: ['http://a'],
    endpoints: paths.map((path) => ({ endpoint: path, backend: [{}] })),
  })
  const [double, ...none] = find(routes('/a', '/b', '/a'))
  assert.deepEqual(
    [none, double?.code, double?.path, double?.related],
    [[], 'route-conflict', ['endpoints', 2, 'endpoint'], [['endpoints', 0, 'endpoint']]],
  )
  const [wildcard] = find(routes('/u/{id}', '/x', '/u/{name}/x'))
  assert.deepEqual(wildcard?.related, [['endpoints', 0, 'endpoint']])
  for (const path of ['/a/*', '/a/:', '/a/:b:c']) {
    const [alone, ...others] = find(routes('/b', path)).filter(({ code }) => code === 'route-conflict')
    assert.deepEqual([others, alone?.related], [[], undefined], path)
    assert.match(alone?.message ?? '', /\(GET\): the gateway does not start$/)
    assert.match(alone?.hint ?? '', /^each parameter has a name/)
  }
})

test('a route is not compared with all others, however many there are', (context) => {
  const add = context.mock.method(RouteTree.prototype, 'add')
  const paths = [...Array.from({ length: 300 }, (_, i) => `/s${i}/{id}`), '/s7/{id}', '/s8/{name}']
  const found = find({ version: 3, host: ['http://a'], endpoints: paths.map((path) => ({ endpoint: path, backend: [{}] })) })
  assert.deepEqual(
    found.map(({ path, related }) => [path[1], related?.[0]?.[1]]),
    [
      [300, 7],
      [301, 8],
    ],
  )
  assert.ok(add.mock.callCount() < 4 * paths.length, `${add.mock.callCount()} routes were added`)
})

test('the same key twice is told at the one that is not read', () => {
  const raw = endpoint({})
  const text = `{"version": 3,\n "port": 1, "//": 1, "//": 2,\n "port": 2}`
  const [issue, ...others] = find(raw, text)
  assert.deepEqual([issue?.code, issue?.position, others], ['duplicate-key', { line: 2, column: 2 }, []])
})

test('the corrected text makes the finding go away', () => {
  const raw = {
    version: 3,
    host: ['http://a'],
    timeout: 2_000_000_000,
    endpoints: [{ endpoint: '/a/:id', method: 'GTE', backend: [{ encoding: 'jsno' }] }],
  }
  const fixed = structuredClone(raw) as Record<string, unknown>
  const issues = find(raw)
  assert.equal(issues.length, 4)
  for (const { fix = [] } of issues)
    for (const { path, text } of fix) {
      let place = fixed as Record<string | number, unknown>
      for (const step of path.slice(0, -1)) place = place[step] as typeof place
      place[path.at(-1) as string] = JSON.parse(text)
    }
  assert.deepEqual(told(fixed), [])
})

test('plain check warns, -t refuses what certainly fails, --strict what was not understood', () => {
  const [port] = find(service({ port: 222_020 })) as [Issue]
  const [group] = find(endpoint({}, { group: 'g' }, { group: 'g' })) as [Issue]
  const grades = (issue: Issue): string[] =>
    [
      { isTested: false, isStrict: false },
      { isTested: true, isStrict: false },
      { isTested: false, isStrict: true },
    ].map((grading) => gradeRule(issue, grading).severity)
  assert.deepEqual(grades(port), ['warning', 'error', 'error'])
  assert.deepEqual(grades(group), ['warning', 'warning', 'error'])
})

test('what a variable says is a text, and no mistake of the file', () => {
  const raw = service({ port: '8080', debug_endpoint: 'true' })
  const codes = (keys: string[]): string[] => find(raw, JSON.stringify(raw), new Set(keys)).map(({ path }) => formatPath(path))
  assert.deepEqual(codes([]), ['port', 'debug_endpoint'])
  assert.deepEqual(codes(['port']), ['debug_endpoint'])
  assert.deepEqual(codes(['port', 'debug_endpoint']), [])
})
