// What is said about the plugins of a file, and what follows from it, in each version and with each flag.

import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { parseConfig } from '../config/parse.ts'
import type { GatewayConfig } from '../config/types.ts'
import { makeFolder } from '../plugins/modules/test-folder.ts'
import { formatPath } from '../schema/issue.ts'
import { findPluginIssues, type FindingsRequest } from './plugin-findings.ts'

const KNOWN = ['plugin/http-server', 'plugin/http-client', 'plugin/req-resp-modifier', 'plugin/middleware', '_gw/plugins']
const PLAIN: FindingsRequest = { edition: null, keepsVerdict: false, isStrict: false, importsPlugins: true, imports: [], served: new Set() }

const PRICE = `export default {
  name: 'price',
  options: { type: 'object', properties: { max: { type: 'integer', minimum: 1 } }, additionalProperties: false },
  setup() { throw new Error('never called') },
}`

type Json = Readonly<Record<string, unknown>>

interface Blocks {
  readonly service?: Json
  readonly endpoint?: Json
  readonly backend?: Json
}

function configOf(
  version: number,
  folder: string | null,
  { service = {}, endpoint = {}, backend = {} }: Blocks,
  plugin: Json = {},
): GatewayConfig {
  const files = folder === null ? null : { folder, pattern: '.so', ...plugin }
  const place = {
    endpoint: '/users/{id}',
    extra_config: endpoint,
    backend: [{ host: ['http://h'], url_pattern: '/b', extra_config: backend }],
  }
  const extra = { ...service, ...(version === 4 && files !== null ? { plugin: files } : {}) }
  const raw = { version, endpoints: [place], extra_config: extra, ...(version === 4 || files === null ? {} : { plugin: files }) }
  const { config, issues } = parseConfig(raw, { knownNamespaces: KNOWN })
  assert.ok(config !== null, JSON.stringify(issues))
  return config
}

async function told(config: GatewayConfig, request: Partial<FindingsRequest> = {}): Promise<string[]> {
  const { issues } = await findPluginIssues(config, { ...PLAIN, ...request })
  return issues.map(({ severity, code, path }) => [severity, code, formatPath(path)].filter((part) => part !== '').join(' '))
}

const MIDDLEWARE = (name: string, options: unknown = {}): Blocks => ({
  endpoint: { 'plugin/middleware': { name: [name], [name]: options } },
})
const MODIFIER = (name: string): Blocks => ({ endpoint: { 'plugin/req-resp-modifier': { name: [name] } } })
const ENTRY = (name: string, more: Json = {}): Blocks => ({ endpoint: { 'plugin/middleware': { plugins: [{ name, ...more }] } } })

test('nothing is imported, and nothing said, where no block names a plugin', async (t) => {
  const folder = makeFolder(t, { 'throws.mjs': 'throw new Error()' })
  const { issues, files } = await findPluginIssues(configOf(3, folder, {}), PLAIN)
  assert.deepEqual([issues, files], [[], null])
})

test('what the folder itself has is told without any name: Go plugins, a folder that is missing', async (t) => {
  const folder = makeFolder(t, { 'old.so': '' })
  assert.deepEqual(await told(configOf(3, folder, {})), ['warning go-plugin'])
  assert.deepEqual(await told(configOf(3, join(folder, 'none'), {})), ['warning plugin-folder'])
})

test('good options are silent, and what was imported is known', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': PRICE })
  const { issues, files } = await findPluginIssues(configOf(3, folder, MIDDLEWARE('price', { max: 5 })), PLAIN)
  assert.deepEqual([issues, [...(files?.keys() ?? [])]], [[], [join(folder, 'price.mjs')]])
})

test('wrong options stand at their place; versions and kinds decide what follows', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': PRICE })
  const at = 'plugin-options endpoints[0].extra_config.plugin/'
  assert.deepEqual(await told(configOf(3, folder, MIDDLEWARE('price', { max: 0 }))), [`error ${at}middleware.price.max`])
  const modifier = { endpoint: { 'plugin/req-resp-modifier': { name: ['price'], max: 'x' } } }
  assert.deepEqual(await told(configOf(3, folder, modifier)), [`warning ${at}req-resp-modifier.max`])
  assert.deepEqual(await told(configOf(3, folder, modifier), { isStrict: true }), [`error ${at}req-resp-modifier.max`])
  assert.deepEqual(await told(configOf(4, folder, ENTRY('price', { config: { max: 0 } }))), [`error ${at}middleware.plugins[0].config.max`])
})

test('a name that nobody has, and a plugin of another kind', async (t) => {
  const folder = makeFolder(t, { 'a.mjs': "export default { name: 'price', kind: 'http-client', setup: () => null }" })
  const at = 'endpoints[0].extra_config.plugin/req-resp-modifier.name[0]'
  const message = async (name: string): Promise<string> => {
    const { issues } = await findPluginIssues(configOf(3, folder, MODIFIER(name)), PLAIN)
    return issues.map((issue) => `${issue.message} / ${issue.hint}`).join()
  }
  assert.deepEqual(await told(configOf(3, folder, MODIFIER('prise'))), [`warning plugin-missing ${at}`])
  assert.match(await message('price'), /is no req-resp-modifier \/ its kind is http-client/)
  const { issues } = await findPluginIssues(configOf(4, folder, { backend: { 'plugin/http-client': { name: 'prise' } } }), PLAIN)
  assert.equal(issues[0]?.hint, 'did you mean "price"?')
})

test('entries and defaults of version 4, and the block of ours up to version 3', async () => {
  const severity = async (config: GatewayConfig): Promise<string | undefined> => (await told(config))[0]?.split(' ')[0]
  const of4 = (entry: Json, plugin: Json = {}): GatewayConfig => configOf(4, '/nowhere', ENTRY('x', entry), plugin)
  const last = async (config: GatewayConfig): Promise<string | undefined> => (await told(config)).at(-1)?.split(' ')[0]
  assert.equal(await last(of4({})), 'error')
  assert.equal(await last(of4({ on_load_error: 'reject' })), 'warning')
  assert.equal(await last(of4({}, { on_load_default_error: 'passthrough' })), 'warning')
  assert.equal(await last(of4({ on_load_error: 'exit' }, { on_load_default_error: 'passthrough' })), 'error')
  const of3 = (blocks: Blocks, service: Json): GatewayConfig => configOf(3, null, { ...blocks, service })
  assert.equal(await severity(of3(MODIFIER('x'), {})), 'warning')
  assert.equal(await severity(of3(MODIFIER('x'), { '_gw/plugins': { on_load_error: 'exit' } })), 'error')
  assert.equal(await severity(of3(MIDDLEWARE('x'), {})), 'error')
  assert.equal(await severity(of3(MIDDLEWARE('x'), { '_gw/plugins': { on_load_error: 'passthrough' } })), 'warning')
  const plainly = async (blocks: Blocks, service: Json, more: object = {}): Promise<string> =>
    (await findPluginIssues(of3(blocks, service), { ...PLAIN, keepsVerdict: true, ...more })).issues.map((one) => one.severity).join()
  assert.equal(await plainly(MIDDLEWARE('x'), {}), 'warning')
  assert.equal(await plainly(MIDDLEWARE('x'), {}, { isStrict: true }), 'error')
  assert.equal(await plainly(MIDDLEWARE('x'), { '_gw/plugins': { on_load_error: 'exit' } }), 'error')
})

test('plain check keeps the verdict of KrakenD about what may be a Go plugin, and no module is one', async (t) => {
  const folder = makeFolder(t, {
    'broken/price.ts': 'enum A { B }',
    'throws/price.ts': 'throw new Error()',
    'client/price.mjs': "export default { kind: 'http-client', setup: () => null }",
    'protects/basic-auth.ts': 'enum A { B }',
    'named/other.mjs': 'export default () => {}',
    'both/other.mjs': 'export default () => {}',
    'both/old.so': '',
    'go/old.so': '',
  })
  const verdict = async (name: string, at: string, blocks = MIDDLEWARE(name)): Promise<string | undefined> =>
    (await told(configOf(3, join(folder, at), blocks), { keepsVerdict: true })).at(-1)?.split(' ', 2).join(' ')
  for (const at of ['broken', 'throws', 'client', 'named']) assert.equal(await verdict('price', at), 'error plugin-missing', at)
  for (const at of ['both', 'go', 'none']) assert.equal(await verdict('price', at), 'warning plugin-missing', at)
  assert.equal(await verdict('basic-auth', 'protects'), 'error enterprise-protection')
  assert.equal(await verdict('basic-auth', 'both'), 'warning enterprise-protection')
  // Here the file is served without it: run says the same.
  assert.equal(await verdict('price', 'broken', MODIFIER('price')), 'warning plugin-missing')
})

test('what is served now may not fail at a reload', async () => {
  const config = configOf(3, null, MODIFIER('x'))
  assert.match((await told(config, { served: new Set(['x']) }))[0] ?? '', /^error plugin-missing/)
})

test('URL parameters that a plugin needs must be there', async (t) => {
  const needs = (...params: string[]): string => `export default { name: 'p', params: ${JSON.stringify(params)}, setup: () => null }`
  const folder = makeFolder(t, { 'good/a.mjs': needs('id', 'JWT.sub', 'resp0_id'), 'bad/a.mjs': needs('id', 'user') })
  assert.deepEqual(await told(configOf(3, join(folder, 'good'), MODIFIER('p'))), [])
  const bad = configOf(3, join(folder, 'bad'), MODIFIER('p'))
  assert.deepEqual(await told(bad), ['error plugin-params endpoints[0].extra_config.plugin/req-resp-modifier.name[0]'])
  const server = configOf(3, join(folder, 'good'), { service: { 'plugin/http-server': { name: 'p' } } })
  assert.deepEqual(await told(server), Array(3).fill('error plugin-params extra_config.plugin/http-server.name'))
})

test('a plugin that protects stops the start in every version, unless version 4 says otherwise for this very entry', async (t) => {
  const folder = makeFolder(t, {
    'gate.mjs': "export default { protects: true, options: { type: 'object', required: ['key'] }, setup: () => null }",
  })
  assert.match((await told(configOf(3, folder, MODIFIER('gate')))).join(), /^error plugin-options/)
  const allowed = { service: { '_gw/plugins': { on_load_error: 'passthrough' } } }
  assert.match((await told(configOf(3, folder, { ...MODIFIER('gate'), ...allowed }))).join(), /^error plugin-options/)
  const general = configOf(4, folder, ENTRY('gate'), { on_load_default_error: 'passthrough' })
  assert.match((await told(general)).join(), /^error plugin-options/)
  const entry = configOf(4, folder, ENTRY('gate', { on_load_error: 'passthrough' }))
  assert.deepEqual(
    (await told(entry)).map((line) => line.split(' ', 2).join(' ')),
    ['warning plugin-options', 'warning unprotected'],
  )
})

test('a protection that version 4 may serve without is told before it fails, and refused by --strict', async (t) => {
  const folder = makeFolder(t, { 'gate.mjs': 'export default { protects: true, setup: () => null }' })
  const open = configOf(4, folder, ENTRY('gate', { on_load_error: 'passthrough' }))
  assert.match((await told(open)).join(), /^warning unprotected \S+$/)
  assert.match((await told(open, { isStrict: true })).join(), /^error unprotected \S+$/)
})

test('a broken plugin that says it protects is not left out', async (t) => {
  const folder = makeFolder(t, { 'a.mjs': "export default { name: 'gate', protects: true, kind: 'midleware', setup: () => null }" })
  const lines = await told(configOf(3, folder, MODIFIER('gate')))
  assert.deepEqual(
    lines.map((line) => line.split(' ', 2).join(' ')),
    ['warning plugin-module', 'error plugin-missing'],
  )
})

const BASIC_AUTH = { service: { 'plugin/http-server': { name: ['basic-auth'] } } }

test("KrakenD's protecting plugins: refused, told by check, ignored for the community edition, or there as a module", async (t) => {
  const around = MODIFIER('basic-auth')
  assert.match((await told(configOf(3, null, BASIC_AUTH))).join(), /^error enterprise-protection/)
  assert.match((await told(configOf(3, null, BASIC_AUTH), { keepsVerdict: true })).join(), /^error enterprise-protection/)
  assert.match((await told(configOf(3, null, around))).join(), /^error enterprise-protection/)
  assert.match((await told(configOf(3, null, around), { keepsVerdict: true })).join(), /^warning enterprise-protection/)
  assert.match((await told(configOf(3, null, around), { keepsVerdict: true, isStrict: true })).join(), /^error enterprise-protection/)
  assert.match((await told(configOf(3, null, BASIC_AUTH), { edition: 'ce' })).join(), /^warning enterprise-protection/)
  const entry = configOf(4, null, ENTRY('basic-auth', { on_load_error: 'passthrough' }))
  assert.match((await told(entry)).join(), /^warning unprotected/)
  const folder = makeFolder(t, { 'basic-auth.mjs': 'export default () => ({ status: 403 })' })
  assert.deepEqual(await told(configOf(3, folder, BASIC_AUTH)), [])
})

const filter = (options: Json): Blocks => ({ service: { 'plugin/http-server': { name: ['ip-filter'], 'ip-filter': options } } })

test('what the gateway brings along is there without a folder, and its options are checked', async () => {
  const at = 'extra_config.plugin/http-server.ip-filter'
  assert.deepEqual(await told(configOf(3, null, filter({ CIDR: ['10.0.0.0/8'], allow: true }))), [])
  assert.deepEqual(await told(configOf(3, null, filter({ CIDR: ['10.0.0.0/8', '10.0.0.0/33', 'x'] }))), [
    `error plugin-options ${at}.CIDR[1]`,
    `error plugin-options ${at}.CIDR[2]`,
  ])
  assert.deepEqual(await told(configOf(3, null, filter({ allow: true })), { keepsVerdict: true }), [`error plugin-options ${at}.CIDR`])
  const rewrite = { service: { 'plugin/http-server': { name: 'url-rewrite', 'url-rewrite': { regexp: [['(', '/x']] } } } }
  assert.deepEqual(await told(configOf(3, null, rewrite)), [
    'warning plugin-options extra_config.plugin/http-server.url-rewrite.regexp[0][0]',
  ])
  const list = { service: { 'plugin/http-server': { plugins: [{ name: 'url-rewrite', config: { literal: { '/a': 'b' } } }] } } }
  assert.deepEqual(await told(configOf(4, null, list)), [
    'error plugin-options extra_config.plugin/http-server.plugins[0].config.literal./a',
  ])
})

test('a module with the name of one that the gateway brings along is not used', async (t) => {
  const folder = makeFolder(t, { 'ip-filter.mjs': 'throw new Error()', 'price.mjs': PRICE })
  const alone = configOf(3, folder, filter({ CIDR: [] }))
  assert.deepEqual(await told(alone), ['warning plugin-unused extra_config.plugin/http-server.name[0]'])
  const named = makeFolder(t, { 'a.mjs': "export default { name: 'ip-filter', setup: () => null }", 'price.mjs': PRICE })
  const beside = configOf(3, named, { ...MODIFIER('price'), ...filter({ CIDR: [] }) })
  assert.deepEqual(await told(beside), ['warning plugin-unused extra_config.plugin/http-server.name[0]'])
})

test('at another place the name is unknown, and the community edition has none', async () => {
  const { issues } = await findPluginIssues(configOf(3, null, MODIFIER('url-rewrite')), PLAIN)
  assert.deepEqual(
    issues.map(({ code, hint }) => [code, hint]),
    [['plugin-missing', 'its place is plugin/http-server']],
  )
  assert.match((await told(configOf(3, null, MIDDLEWARE('ip-filter')))).join(), /^error enterprise-protection/)
})

test('a name that version 4 has replaced is told its namespace', async () => {
  const { issues } = await findPluginIssues(
    configOf(4, null, { service: { 'plugin/http-server': { plugins: [{ name: 'virtualhost' }] } } }),
    PLAIN,
  )
  assert.deepEqual(
    issues.map(({ code, hint }) => `${code} ${hint}`),
    ['plugin-missing KrakenD 3 has no such plugin: use the namespace "server/virtualhost"'],
  )
})

test('without importing, protections are looked for by the names of files and nothing else is', async (t) => {
  const folder = makeFolder(t, { 'redis-ratelimit.mjs': 'throw new Error()' })
  const request = { importsPlugins: false }
  assert.deepEqual(await told(configOf(3, folder, MODIFIER('redis-ratelimit')), request), [])
  assert.deepEqual(await told(configOf(3, folder, MIDDLEWARE('nobody')), request), [])
  assert.match((await told(configOf(3, folder, MIDDLEWARE('basic-auth')), request)).join(), /^error enterprise-protection/)
})

test('digests that do not fit stop the start whatever else is written, once', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': PRICE })
  const service = { '_gw/plugins': { sha256: { 'price.mjs': 'ab'.repeat(32) }, on_load_error: 'passthrough' } }
  assert.deepEqual(await told(configOf(3, folder, { ...MODIFIER('price'), service })), ['error plugin-integrity'])
})

test('a broken module is a warning with its excerpt, an error with --strict', async (t) => {
  const folder = makeFolder(t, { 'a.ts': 'enum A { B }', 'price.mjs': PRICE })
  const config = configOf(3, folder, MODIFIER('price'))
  const { issues } = await findPluginIssues(config, PLAIN)
  assert.deepEqual(
    issues.map(({ severity, code, excerpt }) => [severity, code, excerpt]),
    [['warning', 'plugin-module', '  1 | enum A { B }\n    | ^']],
  )
  assert.match(issues[0]?.message ?? '', /a\.ts:1:1: enum is TypeScript/)
  assert.deepEqual(await told(config, { isStrict: true }), ['error plugin-module'])
})

test('what everybody may write is refused by --strict', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': PRICE })
  chmodSync(join(folder, 'price.mjs'), 0o666)
  assert.deepEqual(await told(configOf(3, folder, MODIFIER('price'))), ['warning plugin-writable'])
  assert.deepEqual(await told(configOf(3, folder, MODIFIER('price')), { isStrict: true }), ['error plugin-writable'])
})

test('a module that ends its thread is an error whatever is written', async (t: TestContext) => {
  const folder = makeFolder(t, { 'a.mjs': 'process.exit(3)' })
  const config = configOf(3, folder, MODIFIER('a'))
  assert.deepEqual(await told(config), ['error plugin-blocks'])
})

test('version 2: a name that nobody has also ends the list', async () => {
  const config = configOf(2, null, { service: { 'plugin/http-server': { name: ['x', 'y'] } } })
  const { issues } = await findPluginIssues(config, PLAIN)
  assert.deepEqual(
    issues.map(({ effect }) => effect),
    Array(2).fill('this place is served without it, and without those behind it'),
  )
})
