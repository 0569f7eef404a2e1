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

test('a protecting plugin is found in every block and in both forms', () => {
  const list = { plugins: [{ name: 'x' }, { name: 'ip-filter', config: {} }] }
  const names = { name: ['x', 'ip-filter'], 'ip-filter': {} }
  for (const namespace of ['plugin/http-server', 'plugin/req-resp-modifier', 'plugin/middleware']) {
    for (const version of [3, 4]) {
      for (const block of [list, names]) {
        const raw = { version, extra_config: { [namespace]: block } }
        assert.equal(parse(raw).config, null, `${namespace} ${version} ${JSON.stringify(block)}`)
        assert.notEqual(parse(raw, { edition: 'ce' }).config, null)
      }
    }
  }
  assert.equal(parse({ version: 4, extra_config: { 'plugin/http-client': { name: 'ip-filter' } } }).config, null)
})

test('check tells of a protecting plugin around an endpoint of version 3, and accepts the file as KrakenD does', () => {
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
  assert.equal(told(3, 'plugin/http-server').config, null)
  assert.equal(told(4, 'plugin/req-resp-modifier').config, null)
})

test('the form of another version is a warning with the right form', () => {
  const block = { name: ['a', 'b'], a: {} }
  assert.deepEqual(severities({ extra_config: { 'plugin/http-server': block } }), ['warning plugin-form'])
  assert.deepEqual(messages({ version: 3, extra_config: { 'plugin/http-server': { plugins: [{ name: 'a' }] } } }), [
    '"plugin/http-server" has the form of another version: "a" would not be loaded',
  ])
})

test('who says passthrough is served without a protecting plugin, with a warning', () => {
  const plugins = [{ name: 'ip-filter', on_load_error: 'passthrough' }]
  assert.deepEqual(severities({ extra_config: { 'plugin/http-server': { plugins } } }), ['warning unprotected'])
})

test('retired plugins and dropped exporters are told where to go', () => {
  const retired = parse({ version: 4, extra_config: { 'plugin/http-server': { plugins: [{ name: 'virtualhost' }] } } })
  assert.deepEqual(
    retired.issues.map(({ hint }) => hint),
    ['use the namespace "server/virtualhost"'],
  )
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
  assert.deepEqual(accept({ version: 4, extra_config: { plugin } }).service.plugin, plugin)
  const atRoot = parse({ version: 4, plugin })
  assert.equal(atRoot.config?.service.plugin, null)
  assert.deepEqual(
    atRoot.issues.map(({ hint }) => hint),
    ['it belongs into "extra_config"'],
  )
  assert.deepEqual(accept({ version: 3, plugin }).service.plugin, plugin)
})

test('fallback is not of the community edition', () => {
  assert.equal(accept({ version: 4 }).quirks.hasFallback, true)
  assert.equal(accept({ version: 4 }, { edition: 'ce' }).quirks.hasFallback, false)
})
