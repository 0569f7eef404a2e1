// What importing a folder of modules gives: formats, names, the gateway's own copy, digests.

import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Site } from '../types.ts'
import { load, makeFolder, namesOf, problemsOf } from './test-folder.ts'

const SITE = {} as Site

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

test('ES modules and CommonJS, typed or not, without a package.json', async (t) => {
  const folder = makeFolder(t, {
    'a.js': "export default { name: 'a', setup: () => null }",
    'b.js': "const { word } = require('./_word.js')\nmodule.exports = { name: word, setup: () => null }",
    '_word.js': "exports.word = 'b'",
    'c.ts': "import type { X } from './none.ts'\nexport const c = { name: 'c' as string, setup: (): X => null }",
    'd.ts': "const name: string = 'd'\nexports.one = { name, setup: () => null }",
    'e.mjs': "const name = await Promise.resolve('e')\nexport default { name, setup: () => null }",
    'f.cts': "module.exports = { name: 'f' as const, setup: () => null }",
    'packed/index.mts': "import { word } from './word.ts'\nexport default { description: word, setup: () => null }",
    'packed/word.ts': "export const word: string = 'packed'",
  })
  const modules = await load(folder)
  assert.deepEqual(problemsOf(modules), [])
  assert.deepEqual(namesOf(modules), ['a', 'b', 'c', 'd', 'e', 'f', 'packed'])
  assert.equal(modules.find('middleware', 'packed')?.description, 'packed')
})

test('a package.json without a type brings no warning of Node.js, and one with a type counts', async (t) => {
  const warnings: string[] = []
  const listen = (warning: Error): unknown => warnings.push(String(warning))
  process.on('warning', listen)
  t.after(() => process.off('warning', listen))
  const plugin = (name: string): string => `export default { name: '${name}' as string, setup: () => null }`
  const folder = makeFolder(t, {
    'package.json': '{}',
    'a.ts': plugin('a'),
    'b.js': "export default { name: 'b', setup: () => null }",
    'common/package.json': '{ "type": "commonjs" }',
    'common/index.js': "module.exports = { name: 'c', setup: () => null }",
    'modern/package.json': '{ "type": "module" }',
    'modern/index.ts': "const name = 'd'\nexport { name }\nexport default { name, setup: () => null }",
  })
  const modules = await load(folder)
  assert.deepEqual([namesOf(modules), problemsOf(modules)], [['a', 'b', 'c', 'd'], []])
  // Warnings are told one turn later.
  await new Promise(setImmediate)
  assert.deepEqual(warnings, [])
})

test('krakend-ts/plugin is the running copy, from wherever it is imported', async (t) => {
  const folder = makeFolder(t, {
    'a.ts': "import { HttpError } from 'krakend-ts/plugin'\nexport default { name: 'a', setup: () => HttpError }",
    'b.cjs': "const { HttpError } = require('krakend-ts/plugin')\nmodule.exports = { name: 'b', setup: () => HttpError }",
    'c.mjs': "export { default } from 'acme'",
    'node_modules/acme/package.json': '{ "type": "module", "exports": "./c.js" }',
    'node_modules/acme/c.js': "import { HttpError } from 'krakend-ts/plugin'\nexport default { name: 'c', setup: () => HttpError }",
  })
  const modules = await load(folder)
  assert.deepEqual(problemsOf(modules), [])
  const { HttpError } = await import('../../plugin.ts')
  for (const { name, setup } of modules.plugins) assert.equal(setup({}, SITE), HttpError, name)
})

test('digests of everything local that was imported, later imports too, and of nothing else', async (t) => {
  const main = "import './_a.mjs'\nimport 'acme'\nexport default { name: 'main', setup: () => import('./_late.mjs') }"
  const folder = makeFolder(t, {
    'main.mjs': main,
    '_a.mjs': "import data from './_data.json' with { type: 'json' }",
    '_data.json': '{}',
    '_late.mjs': 'export {}',
    '_other.mjs': 'export {}',
    'node_modules/acme/index.js': '',
  })
  const modules = await load(folder)
  const names = (): string[] => [...modules.files.keys()].map((path) => path.slice(folder.length + 1)).sort()
  assert.deepEqual(problemsOf(modules), [])
  assert.deepEqual(names(), ['_a.mjs', '_data.json', 'main.mjs'])
  assert.equal(modules.files.get(join(folder, 'main.mjs')), digest(main))
  await modules.plugins[0]?.setup({}, SITE)
  assert.deepEqual(names(), ['_a.mjs', '_data.json', '_late.mjs', 'main.mjs'])
})

test('of two plugins of one name the later file wins, and both are named; other kinds are no rivals', async (t) => {
  const folder = makeFolder(t, {
    'a.mjs': "export default { name: 'same', description: 'a', setup: () => null }",
    'b.mjs': "export default { name: 'same', description: 'b', kind: 'middleware', setup: () => null }",
    'c.mjs': "export default { name: 'same', description: 'c', kind: 'http-client', setup: () => null }",
  })
  const modules = await load(folder)
  assert.equal(modules.find('middleware', 'same')?.description, 'b')
  assert.equal(modules.find('http-client', 'same')?.description, 'c')
  assert.equal(modules.find('http-server', 'same')?.description, 'a')
  assert.equal(modules.find('middleware', 'Same'), null)
  const [problem] = modules.problems
  assert.deepEqual([modules.problems.length, problem?.code, problem?.severity], [1, 'duplicate-plugin', 'warning'])
  assert.match(problem?.message ?? '', /a\.mjs and in .*c\.mjs/)
})

test('an import that takes too long is given up, and the others are loaded', async (t) => {
  const folder = makeFolder(t, { 'a.mjs': 'await new Promise(() => {})', 'b.mjs': "export default { name: 'b', setup: () => null }" })
  const modules = await load(folder, { setupTimeoutMs: 50 })
  assert.deepEqual(namesOf(modules), ['b'])
  assert.match(problemsOf(modules).join(), /^error a\.mjs .*not imported within 0\.05 s$/)
})

test('whoever watches is told of each module before it is imported', async (t) => {
  const folder = makeFolder(t, { 'a.mjs': 'export {}', 'b.mjs': 'throw new Error()' })
  const seen: string[] = []
  await load(folder, { onImport: (file) => seen.push(file.slice(folder.length + 1)) })
  assert.deepEqual(seen, ['a.mjs', 'b.mjs'])
})

const PLUGIN = "import './_helper.mjs'\nexport default { name: 'price', setup: () => null }"

test('with digests nothing else runs: a changed file, and one that is not listed', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': PLUGIN, '_helper.mjs': 'globalThis.hasRun = true' })
  const good = { 'price.mjs': digest(PLUGIN), '_helper.mjs': digest('globalThis.hasRun = true').toUpperCase() }
  const missing = await load(folder, { sha256: { 'price.mjs': good['price.mjs'] } })
  assert.match(problemsOf(missing).join(), /^error _helper\.mjs sha256 is [0-9a-f]{12}…, the file does not list it$/)
  const wrong = await load(folder, { sha256: { ...good, 'price.mjs': 'ab'.repeat(32) } })
  assert.match(problemsOf(wrong).join(), /^error price\.mjs sha256 is [0-9a-f]{12}…, the file says abababababab…$/)
  assert.deepEqual([...namesOf(missing), ...namesOf(wrong)], [])
  assert.equal('hasRun' in globalThis, false)
  const right = await load(folder, { sha256: { ...good, 'gone.ts': 'cd'.repeat(32) } })
  assert.deepEqual(namesOf(right), ['price'])
  assert.match(problemsOf(right).join(), /^warning gone\.ts .*no file$/)
  delete (globalThis as { hasRun?: boolean }).hasRun
})

test('a module that this thread has imported before is held against new digests all the same', async (t) => {
  const folder = makeFolder(t, { 'price.mjs': "export default { name: 'price', setup: () => null }" })
  assert.deepEqual(namesOf(await load(folder)), ['price'])
  const modules = await load(folder, { sha256: {} })
  assert.deepEqual(namesOf(modules), [])
  assert.deepEqual(
    modules.problems.map(({ code, plugins }) => [code, plugins]),
    [['plugin-integrity', ['price']]],
  )
})

test('a later import that is not listed does not run', async (t) => {
  const text = "export default { name: 'late', setup: () => import('./_late.mjs') }"
  const folder = makeFolder(t, { 'late.mjs': text, '_late.mjs': 'globalThis.hasRun = true' })
  const modules = await load(folder, { sha256: { 'late.mjs': digest(text) } })
  await assert.rejects(async () => modules.plugins[0]?.setup({}, SITE), /_late\.mjs: sha256 is/)
  assert.equal('hasRun' in globalThis, false)
})

test('linked files are listed by their name in the folder', async (t) => {
  const elsewhere = makeFolder(t, { 'real.mjs': "export default { name: 'linked', setup: () => null }" })
  const folder = makeFolder(t, { 'linked.mjs': { link: join(elsewhere, 'real.mjs') } })
  assert.match(problemsOf(await load(folder, { sha256: {} })).join(), /^error linked\.mjs sha256 is/)
  const listed = { 'linked.mjs': digest("export default { name: 'linked', setup: () => null }") }
  assert.deepEqual(namesOf(await load(folder, { sha256: listed })), ['linked'])
})

test('what is run is what was measured', async (t) => {
  const folder = makeFolder(t, { 'swap.mjs': "export default { name: 'swap', description: 'first', setup: () => null }" })
  const modules = await load(folder)
  writeFileSync(join(folder, 'swap.mjs'), 'throw new Error("never run")')
  assert.equal(
    modules.files.get(join(folder, 'swap.mjs')),
    digest("export default { name: 'swap', description: 'first', setup: () => null }"),
  )
  assert.equal((await load(folder)).find('middleware', 'swap')?.description, 'first')
})
