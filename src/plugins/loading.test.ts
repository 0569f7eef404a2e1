// From a block to handlers: forms of all versions, options, what fails to load and what becomes of it.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { readEntries, suffixOf } from './entries.ts'
import { consequenceOf } from './on-load-error.ts'
import { describePluginError } from './plugin-error.ts'
import { pluginsBlock, pluginSettings } from './plugins-block.ts'
import { SlowWatch } from './slow-watch.ts'
import { endpointFile, openWith, plugin } from './test-gateway.ts'
import type { PluginResponse, Site } from './types.ts'
import { checkOptions } from '../testing/index.ts'

const NAMES = 'plugin/middleware'

describe('entries', () => {
  test('up to version 3: the member of the name, else the block without what is somebody else’s', () => {
    const block = { name: ['a', 'b', 'a'], a: { x: 1 }, word: 'w', '@comment': 'c', _note: 1 }
    const entries = readEntries(NAMES, block, false)
    assert.deepEqual(
      entries.map(({ name, options, optionsPath }) => [name, options, optionsPath]),
      [
        ['a', { x: 1 }, ['a']],
        ['b', { word: 'w' }, []],
        ['a', { x: 1 }, ['a']],
      ],
    )
    assert.equal(entries[0]?.block, block)
    assert.deepEqual(entries[2]?.namePath, ['name', 2])
  })
  test('a name with an ending looks under itself first, then under its base', () => {
    const block = { name: ['x-request', 'y-response'], x: { of: 'x' }, 'y-response': { of: 'own' }, y: {} }
    assert.deepEqual(
      readEntries('plugin/req-resp-modifier', block, false).map(({ options }) => options),
      [{ of: 'x' }, { of: 'own' }],
    )
    assert.equal(suffixOf('-request'), null)
    assert.deepEqual(suffixOf('a-b-response'), { base: 'a-b', part: 'response' })
  })
  test('version 4: what each entry says, the same name twice with two configs', () => {
    const block = { plugins: [{ name: 'a', config: { x: 1 } }, { name: 'a', on_load_error: 'reject' }, { config: {} }, 'text'] }
    const entries = readEntries(NAMES, block, true)
    assert.deepEqual(
      entries.map(({ options, onLoadError }) => [options, onLoadError]),
      [
        [{ x: 1 }, ''],
        [{}, 'reject'],
      ],
    )
    assert.deepEqual(entries[1]?.optionsPath, ['plugins', 1, 'config'])
  })
  test('the form of the other version names nothing', () => {
    assert.deepEqual(readEntries(NAMES, { name: ['a'] }, true), [])
    assert.deepEqual(readEntries(NAMES, { plugins: [{ name: 'a' }] }, false), [])
    assert.deepEqual(readEntries(NAMES, 'text', false), [])
  })
  test('one text is a list of one, but for modifiers; the client has one object', () => {
    assert.equal(readEntries('plugin/http-server', { name: 'a' }, false).length, 1)
    assert.equal(readEntries('plugin/req-resp-modifier', { name: 'a' }, false).length, 0)
    assert.deepEqual(readEntries('plugin/http-client', { name: 'a', config: { b: 1 } }, true)[0]?.options, { b: 1 })
    assert.deepEqual(readEntries('plugin/http-client', { name: 'a', b: 1 }, false)[0]?.options, { b: 1 })
  })
})

describe('what becomes of a plugin that fails to load', () => {
  const rules = { namespace: NAMES, entry: '', fallback: '', service: '', protects: false }
  test('up to version 3 it is left out, a middleware or a protection is not', () => {
    const of = (more: object) => consequenceOf({ ...rules, listsPlugins: false, ...more })
    assert.equal(of({ namespace: 'plugin/http-server' }), 'passthrough')
    assert.equal(of({}), 'exit')
    assert.equal(of({ service: 'passthrough' }), 'passthrough')
    assert.equal(of({ service: 'passthrough', protects: true }), 'exit')
    assert.equal(of({ namespace: 'plugin/http-client', entry: 'reject' }), 'passthrough', 'entries say nothing there')
  })
  test('in version 4 the entry, the default of the folder, exit', () => {
    const of = (more: object) => consequenceOf({ ...rules, listsPlugins: true, ...more })
    assert.equal(of({}), 'exit')
    assert.equal(of({ fallback: 'reject' }), 'reject')
    assert.equal(of({ fallback: 'reject', entry: 'passthrough' }), 'passthrough')
    assert.equal(of({ fallback: 'passthrough', protects: true }), 'exit')
    assert.equal(of({ entry: 'passthrough', protects: true }), 'passthrough')
    assert.equal(of({ service: 'passthrough' }), 'exit', 'the service says nothing there')
    assert.equal(of({ entry: 'critical' }), 'exit')
  })
  test('what is served now is never left out, nor anything with --strict', () => {
    for (const more of [{ isServed: true }, { isStrict: true }])
      assert.equal(consequenceOf({ ...rules, listsPlugins: true, entry: 'passthrough', ...more }), 'exit')
  })
})

describe('setup', () => {
  const file = (name = 'p') => endpointFile({ 'plugin/req-resp-modifier': { name: [name] } })
  async function setUp(setup: unknown, more: object = {}): Promise<string> {
    const gateway = await openWith([{ name: 'p', setup, ...more }], file())
    const { answered } = await gateway.ask({ target: '/x/1' })
    assert.equal(answered.body, '{"ok":true}', 'served without it')
    return gateway.lines.join('\n')
  }
  test('null switches the plugin off without a word; what else is no handler is a failure', async () => {
    assert.doesNotMatch(await setUp(() => null), /could not be loaded/)
    assert.match(await setUp(() => undefined), /could not be loaded: setup returned nothing/)
    assert.match(await setUp(() => 5), /setup gave no handler/)
    assert.match(await setUp(() => ({})), /setup gave no handler/)
    assert.match(await setUp(() => ({ request: 'text' })), /setup gave no handler/)
  })
  test('what it throws or rejects with stands in the log, and what it gave to onClose has run', async () => {
    const closed: string[] = []
    const text = await setUp((_options: unknown, site: Site) => {
      site.onClose(() => void closed.push('first'))
      site.onClose(() => void closed.push('last'))
      throw new Error('no database')
    })
    assert.match(text, /WARNING \[ENDPOINT: \/x\/:id\]\[PLUGIN: p\] could not be loaded: Error: no database: served without it/)
    assert.deepEqual(closed, ['last', 'first'])
    assert.match(await setUp(() => Promise.reject(new Error('late'))), /late/)
  })
  test('it may take its time, but not more', async () => {
    const slow = { ...file(), extra_config: { '_gw/plugins': { setup_timeout: '30ms' } } }
    const gateway = await openWith([{ name: 'p', setup: () => new Promise(() => {}) }], slow)
    assert.match(gateway.lines.join('\n'), /setup takes longer than 30 ms/)
  })
  test('it gets its options and its block frozen, and its place', async () => {
    const seen: unknown[] = []
    const setup = (options: unknown, site: Site) => {
      seen.push(options, Object.isFrozen(options), Object.isFrozen(site.block), site.place, site.label, site.kind)
      return null
    }
    const block = { name: ['p'], p: { list: [1] } }
    await openWith([{ name: 'p', kind: 'middleware', setup }], endpointFile({}, {}, { extra_config: { 'plugin/middleware': block } }))
    const backend = { urlPattern: '/b/{id}', hosts: ['http://b'], encoding: 'json', index: 0 }
    const place = { level: 'backend', method: 'GET', endpoint: '/x/{id}', backend }
    assert.deepEqual(seen, [{ list: [1] }, true, true, place, '[BACKEND: /b/{{.Id}}]', 'middleware'])
  })
  test('parameters that the path has not stop the start', async () => {
    const wants = { name: 'p', params: ['id', 'other'], setup: () => null }
    await assert.rejects(openWith([wants], file()), /needs the parameter \{other\}/)
    await openWith([{ ...wants, params: ['id', 'JWT.sub', 'resp0_id'] }], file())
  })
  test('wrong options are told with their place', async () => {
    const options = { type: 'object', properties: { max: { type: 'integer', minimum: 1 } } }
    const block = { name: ['p'], p: { max: 0 } }
    const gateway = await openWith([{ name: 'p', options, setup: () => null }], endpointFile({ 'plugin/req-resp-modifier': block }))
    assert.match(gateway.lines.join('\n'), /\[PLUGIN: p\] wrong options: p\.max must be at least 1/)
    const needy = { name: 'p', options: { type: 'object', required: ['max'] }, setup: () => null }
    const without = await openWith([needy], endpointFile({ 'plugin/req-resp-modifier': { name: ['p'] } }))
    assert.match(without.lines.join('\n'), /\[PLUGIN: p\] wrong options: "max" is missing/)
  })
  test('a middleware that fails stops the start up to version 3', async () => {
    const broken = plugin('m', 'middleware', 5)
    await assert.rejects(openWith([broken], endpointFile({ 'plugin/middleware': { name: ['m'] } })), /\[PLUGIN: m\] could not be loaded/)
    await assert.rejects(openWith([], endpointFile({ 'plugin/middleware': { name: ['m'] } })), /nothing provides the plugin "m"/)
  })
  test('what protects stops the start at every kind of place', async () => {
    const broken = { name: 'p', protects: true, setup: () => undefined }
    await assert.rejects(openWith([broken], file()), /could not be loaded: setup returned nothing/)
  })
})

test('the others of a list stay when one is missing, and the totals are told once', async () => {
  const good = plugin('good', 'req-resp-modifier', { response: (response: PluginResponse) => void (response.data.good = 1) })
  const gateway = await openWith([good], endpointFile({ 'plugin/req-resp-modifier': { name: ['nobody', 'good'] } }))
  assert.equal((await gateway.ask({ target: '/x/1' })).answered.body, '{"ok":true,"good":1}')
  const lines = gateway.lines.join('\n')
  assert.match(lines, /WARNING \[ENDPOINT: \/x\/:id\] No plugin registered as nobody/)
  assert.match(lines, /DEBUG \[ENDPOINT: \/x\/:id\]\[Modifier Plugins\] Adding 0 request and 1 response modifiers/)
  assert.equal(lines.match(/INFO \[SERVICE: Modifier Plugin\] Total plugins loaded: 1/g)?.length, 1)
})

test('at a backend these lines name it with its endpoint', async () => {
  const good = plugin('good', 'req-resp-modifier', { request: () => {} })
  const extra = { 'plugin/req-resp-modifier': { name: ['nobody', 'good'] } }
  const { lines } = await openWith([good], endpointFile({}, {}, { extra_config: extra }))
  const label = '[BACKEND: GET /x/:id -> /b/{{.Id}}]'
  assert.ok(lines.includes(`WARNING ${label} No plugin registered as nobody`), lines.join('\n'))
  assert.ok(lines.includes(`DEBUG ${label}[Modifier Plugins] Adding 1 request and 0 response modifiers`))
})

test('version 2: an unknown name of a server ends the list', async () => {
  const seen: string[] = []
  const see = (name: string) => plugin(name, 'http-server', (_request: unknown, next: () => unknown) => (seen.push(name), next()))
  const block = { 'plugin/http-server': { name: ['first', 'nobody', 'last'] } }
  for (const version of [2, 3]) {
    const gateway = await openWith([see('first'), see('last')], { ...endpointFile({}), version, extra_config: block })
    await gateway.ask({ target: '/x/1' })
    assert.match(gateway.lines.join('\n'), /ERROR \[PLUGIN: Server\] No plugin registered as nobody/)
  }
  assert.deepEqual(seen, ['first', 'last', 'first'])
})

test('version 4: a rejected plugin answers every request of its place', async () => {
  const block = { 'plugin/middleware': { plugins: [{ name: 'm', on_load_error: 'reject' }] } }
  const gateway = await openWith([plugin('m', 'middleware', 5)], { ...endpointFile(block), version: 4 })
  assert.equal((await gateway.ask({ target: '/x/1' })).statusCode, 500)
  assert.match(gateway.lines.join('\n'), /ERROR \[ENDPOINT: .*\] the plugin "m" could not be loaded/)
})

test('wrong values of _gw/plugins are errors, each of them', () => {
  const errorsOf = (wrong: object) => checkOptions(pluginsBlock, wrong).map((text) => text.split(':')[0])
  const wrong = { setup_timeout: '0s', slow: 'fast', max_body: 0, sha256: { 'a.ts': 'abc' } }
  assert.deepEqual(errorsOf(wrong), ['error setup_timeout', 'error slow', 'error max_body', 'error sha256.a.ts'])
  assert.deepEqual(errorsOf({ on_load_error: 'never' }), ['error on_load_error'])
  assert.match(checkOptions(pluginsBlock, { on_load_error: 'exit' }, 4).join(), /is not read in version 4/)
  assert.deepEqual(checkOptions(pluginsBlock, { slow: '50ms', max_body: 5 }), [])
  const settings = pluginSettings(new Map([['_gw/plugins', { slow: '50ms' }]]))
  assert.deepEqual([settings.slowMs, settings.setupTimeoutMs, settings.maxBody, settings.sha256], [50, 10_000, 10_485_760, null])
})

test('the log names where a plugin’s own file threw', () => {
  const error = new TypeError('bad\n    at nowhere (file:///etc/passwd:1:1)')
  error.stack = [
    `TypeError: ${error.message}`,
    `    at assertOpen (${new URL('request.ts', import.meta.url).href}:1:2)`,
    '    at Array.map (<anonymous>)',
    `    at async setup (file:///srv/my%20plugins/a.ts:12:9)`,
    '    at node:internal/process:1:1',
  ].join('\n')
  const { text, frames } = describePluginError(error)
  assert.match(text, /^TypeError: bad\n.* \(.*srv\/my plugins\/a\.ts:12:9\)$/s)
  assert.equal(frames.length, 4)
  assert.deepEqual(describePluginError('text'), { text: 'Error: text', frames: [] })
  assert.deepEqual(describePluginError({ name: 'Odd', message: 'thing' }), { text: 'Odd: thing', frames: [] })
})

test('slow calls are told of once a minute, with their number and the longest', () => {
  const told: string[] = []
  const watch = new SlowWatch(10, (text) => told.push(text))
  watch.take(10, 0)
  watch.take(11, 0)
  watch.take(30, 30_000)
  watch.take(20, 61_000)
  assert.deepEqual(told, [
    'was slow: 1 call(s) took more than 10 ms of their own, the longest 11 ms',
    'was slow: 2 call(s) took more than 10 ms of their own, the longest 30 ms',
  ])
})
