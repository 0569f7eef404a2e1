// The commands about plugins as a shell sees them: what they print, where, and their exit codes.

import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeFolder } from '../plugins/modules/test-folder.ts'
import { krakend, makeProject, node, ROOT } from './test-commands.ts'

test('check-plugin says of each module what it is, or what is wrong with it and where', async (t) => {
  const folder = makeProject(t)
  const good = await krakend(folder, 'check-plugin', 'plugins/good.mjs')
  assert.deepEqual(
    [good.exit, good.stdout, good.stderr],
    [0, '', '[OK] plugins/good.mjs: good (middleware)\n[OK] 1 module(s), 1 plugin(s)\n'],
  )
  const { exit, stderr } = await krakend(folder, 'check-plugin', 'plugins')
  assert.equal(exit, 1)
  const lines = stderr.split('\n').filter((line) => line.startsWith('['))
  assert.deepEqual(lines, [
    '[KO] plugins/ending.ts:1:1: cannot find "./_t"',
    '[KO] plugins/enum.ts:3:1: enum is TypeScript that has to be compiled',
    '[OK] plugins/good.mjs: good (middleware)',
    '[WARNING] plugins/limit.mjs exports no plugin',
    '[KO] plugins/type.ts:1:10: ./_t.ts exports no value "Foo"',
    '[WARNING] plugins/old.so is a Go plugin and cannot be loaded here: write old.ts beside it, see docs/plugins.md',
    '[KO] 3 problem(s) found',
  ])
  assert.match(stderr, /\n {2}3 \| enum Color \{ Red \}\n {4}\| \^\n {2}hint: /)
})

test('check-plugin of what is no module', async (t) => {
  const folder = makeProject(t)
  const { exit, stderr } = await krakend(folder, 'check-plugin', 'plugins/old.so', 'plugins/none.ts')
  assert.equal(exit, 1)
  assert.match(
    stderr,
    /^\[KO\] plugins\/old\.so is a Go plugin.*\n\[KO\] plugins\/none\.ts: no such file or directory\n\[KO\] 2 problem\(s\) found\n$/,
  )
})

test('check-plugin -c checks options as well', async (t) => {
  const { exit, stderr } = await krakend(makeProject(t), 'check-plugin', 'plugins/good.mjs', '-c', 'krakend.json')
  assert.equal(exit, 1)
  assert.match(stderr, /krakend\.json:1:\d+: error: must be a whole number.*plugin\/middleware\.good\.max/)
  assert.match(stderr, /\[KO\] 1 problem\(s\) found\n$/)
})

test('check-plugin --types asks the TypeScript of the project', async (t) => {
  const folder = makeFolder(t, {
    'wrong.ts':
      "import { definePlugin } from 'krakend-ts/plugin'\nexport default definePlugin({\n  setup: (_o, { kind }) => { const a: number = kind; return { data: a } },\n})\n",
  })
  const missing = await krakend(folder, 'check-plugin', '--types', 'wrong.ts')
  assert.equal(missing.exit, 1)
  assert.match(missing.stderr, /\[KO\] \.: --types needs TypeScript\n {2}hint: run "npm install --save-dev typescript" in \.\n/)
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(join(ROOT, 'node_modules/typescript'), join(folder, 'node_modules/typescript'))
  const { exit, stderr } = await krakend(folder, 'check-plugin', '--types', 'wrong.ts')
  assert.equal(exit, 1)
  assert.match(stderr, /wrong\.ts\(3,\d+\): error TS2322/)
})

test('check-plugin --sha256 prints what makes the start accept the same files and no others', async (t) => {
  const folder = makeFolder(t, {
    'plugins/a.mjs': "import './_help/b.mjs'\nexport default { name: 'a', setup: () => () => ({}) }",
    'plugins/_help/b.mjs': 'export {}',
  })
  const { exit, stdout } = await krakend(folder, 'check-plugin', '--sha256', 'plugins')
  assert.equal(exit, 0)
  const sha256 = JSON.parse(stdout) as Record<string, string>
  assert.deepEqual(Object.keys(sha256), ['_help/b.mjs', 'a.mjs'])
  assert.match(sha256['a.mjs'] ?? '', /^[0-9a-f]{64}$/)
  assert.equal((await krakend(folder, 'check-plugin', '--sha256')).exit, 255)
  assert.equal((await krakend(folder, 'check-plugin', '--sha256', 'none')).exit, 1)
})

test("check-plugin without files compares Go modules in KrakenD's form: nothing fits", async (t) => {
  const folder = makeFolder(t, { 'go.sum': '' })
  const { exit, stderr } = await krakend(folder, 'check-plugin', '-g', '1.25.1')
  assert.equal(exit, 1)
  assert.match(stderr, /^libc\n\thave: \n\twant: .*\ngo\n\thave: 1\.25\.1\n\twant: .*\n2 incompatibilities found\n$/)
  assert.match((await krakend(folder, 'check-plugin', '-s', 'x')).stderr, /^open x: no such file or directory\n$/)
})

test('a module that never returns does not hang a command, nor does one that leaves something open', async (t) => {
  const folder = makeFolder(t, {
    'exit.mjs': 'process.exit(0)',
    'open.mjs': 'setInterval(() => {}, 1000)\nexport default { setup: () => null }',
  })
  const { exit, stderr } = await krakend(folder, 'check-plugin', 'exit.mjs')
  assert.deepEqual([exit, stderr.split('\n')[0]], [1, '[KO] exit.mjs: cannot be imported: its thread has ended itself: exit code 0'])
  assert.equal((await krakend(folder, 'check-plugin', 'open.mjs')).exit, 0)
})

test('plugin new writes a plugin of each kind that can be loaded, with a test that passes, and overwrites nothing', async (t) => {
  const folder = makeFolder(t, {})
  mkdirSync(join(folder, 'node_modules'))
  symlinkSync(ROOT, join(folder, 'node_modules/krakend-ts'))
  for (const [kind, ...flags] of [['http-server'], ['http-client'], ['req-resp-modifier'], ['middleware', '--js']] as const) {
    const { exit, stdout } = await krakend(folder, 'plugin', 'new', `p-${kind}`, '--kind', kind, ...flags)
    assert.equal(exit, 0)
    assert.ok(stdout.includes(`"plugin/${kind}": { `), stdout)
    assert.equal(stdout.includes('and plugins/tsconfig.json'), kind === 'http-server', stdout)
    assert.ok(!stdout.includes('npm install'), stdout)
  }
  const before = readFileSync(join(folder, 'plugins/p-middleware.js'), 'utf8')
  const again = await krakend(folder, 'plugin', 'new', 'p-middleware', '--js')
  assert.deepEqual(
    [again.exit, again.stderr],
    [1, '[KO] there already: plugins/p-middleware.js, plugins/p-middleware.test.js. Nothing is written\n'],
  )
  assert.equal(readFileSync(join(folder, 'plugins/p-middleware.js'), 'utf8'), before)
  const checked = await krakend(folder, 'check-plugin', 'plugins')
  assert.match(checked.stderr, /\[OK\] 4 module\(s\), 4 plugin\(s\)\n$/)
  const tested = node(folder, ['--conditions=krakend-source', '--test', 'plugins/*.test.*'])
  assert.equal(tested.exit, 0, tested.stdout)
  assert.match(tested.stdout, /pass 4\b/)
})

test('plugin new leaves a project its tsconfig.json, needs none for JavaScript, and says what an editor needs', async (t) => {
  const folder = makeFolder(t, { 'own/tsconfig.json': '{}' })
  await krakend(folder, 'plugin', 'new', 'a', '--folder', 'own/plugins')
  await krakend(folder, 'plugin', 'new', 'b', '--folder', 'js', '--js')
  assert.deepEqual(
    [readdirSync(join(folder, 'own/plugins')), readdirSync(join(folder, 'js'))],
    [
      ['a.test.ts', 'a.ts'],
      ['b.js', 'b.test.js'],
    ],
  )
  const { stdout } = await krakend(folder, 'plugin', 'new', 'c')
  assert.match(stdout, /npm install --save-dev krakend-ts typescript @types\/node\n$/)
  const { compilerOptions } = JSON.parse(readFileSync(join(folder, 'plugins/tsconfig.json'), 'utf8')) as { compilerOptions: object }
  assert.ok('erasableSyntaxOnly' in compilerOptions)
})

test('plugin new refuses names that cannot be, and kinds that are none', async (t) => {
  const folder = makeFolder(t, {})
  for (const args of [
    ['new'],
    ['new', '_a'],
    ['new', 'a/b'],
    ['new', 'a.test'],
    ['new', 'a-request'],
    ['new', 'url-rewrite', '--kind', 'http-server'],
    ['new', 'ip-filter', '--kind', 'req-resp-modifier'],
    ['new', 'a', '--kind', 'x'],
    ['new', 'a', 'b'],
    [],
    ['x'],
  ])
    assert.equal((await krakend(folder, 'plugin', ...args)).exit, 255, args.join(' '))
  assert.equal(
    (await krakend(folder, 'plugin', 'new', 'url-rewrite', '--kind', 'middleware')).exit,
    0,
    'where the gateway has none of that name',
  )
})

test('plugin list shows what the gateway brings along, where no folder is', async (t) => {
  const backend = [{ host: ['http://127.0.0.1:8081'], url_pattern: '/' }]
  const extra = { 'plugin/http-server': { name: ['url-rewrite'], 'url-rewrite': { literal: { '/a': '/b' } } } }
  const folder = makeFolder(t, {
    'krakend.json': JSON.stringify({ version: 3, extra_config: extra, endpoints: [{ endpoint: '/b', backend }] }),
  })
  const { exit, stdout } = await krakend(folder, 'plugin', 'list', '-c', 'krakend.json')
  assert.equal(exit, 0)
  assert.match(stdout, /\nurl-rewrite +http-server +built in +literal, regexp +service \(http-server\)\n$/)
})

test('plugin list is a table', async (t) => {
  const folder = makeProject(t)
  const { exit, stdout } = await krakend(folder, 'plugin', 'list', '-c', 'krakend.json')
  assert.equal(exit, 0)
  assert.deepEqual(
    stdout.split('\n').map((line) => line.split(/ {2,}/)),
    [
      ['NAME', 'KINDS', 'FILE', 'OPTIONS', 'PLACES'],
      ['good', 'middleware', 'plugins/good.mjs', 'max', 'GET /users/{id} (middleware)'],
      [''],
    ],
  )
  assert.match((await krakend(folder, 'plugin', 'list', 'plugins')).stdout, /\ngood +middleware +plugins\/good\.mjs +max +-\n$/)
  assert.equal((await krakend(folder, 'plugin', 'list', 'none')).exit, 1)
})

test('check imports and never calls setup; --no-plugins imports nothing and says so', async (t) => {
  const plugin = "console.log('imported')\nexport default { name: 'a', setup() { console.log('set up') } }"
  const places = { 'plugin/http-server': { name: 'a' } }
  const folder = makeFolder(t, {
    'p/a.mjs': plugin,
    'k.json': JSON.stringify({ version: 3, plugin: { folder: 'p', pattern: '.so' }, extra_config: places }),
  })
  const checked = await krakend(folder, 'check', '-c', 'k.json')
  assert.deepEqual([checked.exit, checked.stdout], [0, 'imported\n'])
  const plain = await krakend(folder, 'check', '--no-plugins', '-c', 'k.json')
  assert.deepEqual([plain.exit, plain.stdout], [0, ''])
  assert.match(plain.stderr, /\nPlugins are not imported: their names and options are not checked\n/)
})

test('--import is given to the thread that imports plugins', async (t) => {
  const folder = makeFolder(t, {
    'first.mjs': 'globalThis.word = "early"',
    'a.mjs': 'export default { name: globalThis.word, setup: () => null }',
  })
  assert.match((await krakend(folder, 'check-plugin', '--import', './first.mjs', 'a.mjs')).stderr, /^\[OK\] a\.mjs: early \(/)
})
