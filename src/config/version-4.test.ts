// What version 4 reads in another way than version 3, and what must not be lost in silence.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accept, messages, parse } from './test-support.ts'

const VALIDATOR = 'github.com/devopsfaith/krakend-jose/validator'
const PROXY = 'github.com/devopsfaith/krakend/proxy'

function severities(raw: object, options: { edition?: 'ce' } = {}): string[] {
  return parse({ version: 4, ...raw }, options).issues.map(({ severity, code }) => `${severity} ${code}`)
}

test('long namespaces are not read: a protection under one is refused, anything else ignored', () => {
  assert.deepEqual(severities({ extra_config: { [VALIDATOR]: {} } }), ['error old-protection'])
  assert.deepEqual(severities({ extra_config: { [VALIDATOR]: {} } }, { edition: 'ce' }), ['warning old-protection'])
  const { config, issues } = parse({ version: 4, extra_config: { [PROXY]: { a: 1 } } })
  assert.deepEqual(
    issues.map(({ severity, hint }) => `${severity}: ${hint}`),
    ['warning: version 4 knows it as "proxy"'],
  )
  assert.equal(config?.extraConfig.has('proxy'), false)
  assert.equal(accept({ version: 3, extra_config: { [PROXY]: { a: 1 } } }).extraConfig.has('proxy'), true)
})

test('a protecting plugin is found wherever nobody would read it: at another level, and in the form of another version', () => {
  const list = { plugins: [{ name: 'x' }, { name: 'ip-filter', config: {} }] }
  const names = { name: ['x', 'ip-filter'], 'ip-filter': {} }
  const misplaced = ['plugin/req-resp-modifier', 'plugin/middleware'].flatMap((namespace) =>
    [3, 4].flatMap((version) => [list, names].map((block) => ({ version, extra_config: { [namespace]: block } }))),
  )
  const files = [
    ...misplaced,
    { version: 4, extra_config: { 'plugin/http-server': names } },
    { version: 3, extra_config: { 'plugin/http-server': list } },
    { version: 4, extra_config: { 'plugin/http-client': { name: 'ip-filter' } } },
    { version: 3, endpoints: [{ endpoint: '/x', backend: [{}], extra_config: { 'plugin/req-resp-modifier': { name: 'ip-filter' } } }] },
  ]
  for (const raw of files) {
    assert.equal(parse(raw).config, null, JSON.stringify(raw))
    assert.notEqual(parse(raw, { edition: 'ce' }).config, null)
  }
})

test('a protecting plugin that is read where it stands is looked for when modules are known', () => {
  assert.deepEqual(severities({ extra_config: { 'plugin/http-server': { plugins: [{ name: 'ip-filter' }] } } }), [])
})

test('check tells of a misplaced protecting plugin of version 3, and accepts the file as KrakenD does', () => {
  const block = { name: ['ip-filter'], 'ip-filter': {} }
  const told = (version: number, namespace: string, edition: 'ce' | null = null) =>
    parse({ version, extra_config: { [namespace]: block } }, { keepsVerdict: true, edition })
  const { config, issues } = told(3, 'plugin/req-resp-modifier')
  assert.notEqual(config, null)
  assert.match(
    issues.map(({ severity, code, message }) => `${severity} ${code} ${message}`)[0] ?? '',
    /^warning enterprise-protection .*"krakend run" refuses the file$/,
  )
  assert.doesNotMatch(JSON.stringify(told(3, 'plugin/req-resp-modifier', 'ce').issues), /refuses the file/)
  assert.equal(told(4, 'plugin/req-resp-modifier').config, null)
})

test('the community edition has no plugins in version 4 and no middlewares before; version 2 has none at all', () => {
  const KINDS = ['plugin/http-server', 'plugin/req-resp-modifier', 'plugin/middleware', 'plugin/http-client', 'plugin']
  const blocks = Object.fromEntries(KINDS.map((name) => [name, { name: 'x', plugins: [{ name: 'ip-filter' }] }]))
  const kept = (version: number, edition: 'ce' | null): string[] => [
    ...accept({ version, extra_config: blocks }, { edition, knownNamespaces: KINDS, keepsVerdict: true }).extraConfig.keys(),
  ]
  assert.deepEqual(kept(4, 'ce'), [])
  for (const version of [2, 3]) assert.ok(!kept(version, 'ce').includes('plugin/middleware'))
  const { issues, config } = parse({ version: 2, extra_config: { 'plugin/middleware': { name: ['a'] } } })
  assert.deepEqual([issues.map(({ code }) => code), config?.extraConfig.size], [['unknown-namespace'], 0])
  const ignored = parse({ version: 4, extra_config: { 'plugin/http-server': { plugins: [{ name: 'a' }] } } }, { edition: 'ce' })
  assert.deepEqual(
    ignored.issues.map(({ code }) => code),
    ['enterprise-namespace'],
  )
})

test('entries of version 4 have a name, known members, and a value that says what becomes of them', () => {
  const found = (plugins: unknown): string[] =>
    parse({ version: 4, extra_config: { 'plugin/http-server': { plugins } } }).issues.map(({ severity, code, path }) =>
      [severity, code, ...path.slice(2)].join(' '),
    )
  assert.deepEqual(found([{ name: 'a', '@comment': 1, config: {}, on_load_error: 'reject' }]), [])
  assert.deepEqual(found([{ nme: 'a' }]), ['error plugin-form plugins 0', 'warning unknown-option plugins 0 nme'])
  assert.deepEqual(found([{ name: 'a', on_load_error: 'pass' }]), ['error plugin-load-error plugins 0 on_load_error'])
  assert.deepEqual(found([5]), ['error plugin-form plugins 0'])
  assert.deepEqual(found(undefined), ['warning plugin-form'])
  const folder = { folder: './p/', pattern: '.so', on_load_default_error: 'fail' }
  assert.equal(parse({ version: 4, extra_config: { plugin: folder } }).config, null)
  const single = { name: 'a', config: {}, on_load_error: true }
  const backend = { host: ['http://h'], extra_config: { 'plugin/http-client': single } }
  assert.equal(parse({ version: 4, endpoints: [{ endpoint: '/x', backend: [backend] }] }).config, null)
})

test('a text in place of a list of modifiers is no plugin up to version 3', () => {
  const block = { 'plugin/req-resp-modifier': { name: 'a' } }
  const raw = { version: 3, endpoints: [{ endpoint: '/x', backend: [{ host: ['http://h'] }], extra_config: block }] }
  const { issues } = parse(raw, { knownNamespaces: Object.keys(block) })
  assert.deepEqual(
    issues.map(({ code, hint }) => `${code} ${hint}`),
    ['plugin-form write ["a"]'],
  )
})

test('the form of another version is a warning with the right form', () => {
  const block = { name: ['a', 'b'], a: {} }
  assert.deepEqual(severities({ extra_config: { 'plugin/http-server': block } }), ['warning plugin-form'])
  assert.deepEqual(messages({ version: 3, extra_config: { 'plugin/http-server': { plugins: [{ name: 'a' }] } } }), [
    '"plugin/http-server" has the form of another version: "a" would not be loaded',
  ])
})

test('a protecting plugin that nobody reads is told by what is wrong: its form, or where it stands', () => {
  const told = (raw: object) =>
    parse(raw).issues.flatMap(({ code, message, hint }) => (code === 'enterprise-protection' ? [`${message} (${hint})`] : []))
  const names = { name: ['ip-filter'], 'ip-filter': {} }
  assert.deepEqual(told({ version: 4, extra_config: { 'plugin/http-server': names } }), [
    'the plugin "ip-filter" protects and stands in a form that this version does not load' +
      ' (version 4 wants "plugins": [{ "name": …, "config": { … } }])',
  ])
  assert.deepEqual(told({ version: 3, extra_config: { 'plugin/middleware': names } }), [
    'the plugin "ip-filter" protects and stands in "plugin/middleware", which nobody reads here (write it where it is read)',
  ])
})

test('dropped exporters are told where to go', () => {
  const blocks = { 'telemetry/opencensus': {}, 'telemetry/influx': {} }
  const { config, issues } = parse({ version: 4, extra_config: blocks }, { knownNamespaces: Object.keys(blocks) })
  assert.deepEqual(
    issues.map(({ code }) => code),
    ['dropped-namespace', 'dropped-namespace'],
  )
  assert.equal(config?.extraConfig.size, 0)
  assert.equal(accept({ version: 3, extra_config: blocks }).extraConfig.size, 2)
})

test('the folder of plugins stands in extra_config', () => {
  const plugin = { folder: './p/', pattern: '.so' }
  assert.deepEqual(accept({ version: 4, extra_config: { plugin } }).service.plugin, { ...plugin, onLoadDefaultError: '' })
  const atRoot = parse({ version: 4, plugin })
  assert.equal(atRoot.config?.service.plugin, null)
  assert.deepEqual(
    atRoot.issues.map(({ hint }) => hint),
    ['it belongs into "extra_config"'],
  )
  assert.deepEqual(accept({ version: 3, plugin }).service.plugin, { ...plugin, onLoadDefaultError: '' })
})

test('fallback is not of the community edition', () => {
  assert.equal(accept({ version: 4 }).quirks.hasFallback, true)
  assert.equal(accept({ version: 4 }, { edition: 'ce' }).quirks.hasFallback, false)
})

test('a folder of plugins in a form that is not read is told of', () => {
  const told = (plugin: unknown): string[] => messages({ version: 4, extra_config: { plugin } })
  assert.match(told(['./plugins']).join(), /must be an object such as \{"folder": "\.\/plugins"\}, not a list: ignored/)
  assert.match(told({ folder: ['./plugins'], pattern: '.js' }).join(), /must be a text, not a list: ignored/)
  assert.deepEqual(told({ folder: './plugins', pattern: '.js' }), [])
})
