// What is said about modules that cannot be imported: the place, the reason, and what to write instead.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { load, makeFolder, problemsOf } from './test-folder.ts'

const NAMED = 'is TypeScript that has to be compiled'

/** Source → how its problem begins; the file is a.ts unless it says else. */
const SYNTAX: readonly (readonly [source: string, problem: string])[] = [
  ['const a: number = 1\n\nenum Color { Red }', `a.ts:3:1 enum ${NAMED}`],
  ['export const enum B { C }', `a.ts:1:8 enum ${NAMED}`],
  ['export {}\nnamespace N { export const a = 1 }', `a.ts:2:1 namespace ${NAMED}`],
  ['export class A {\n  constructor(private x: number) {}\n}', `a.ts:2:23 parameter property ${NAMED}`],
  ["import fs = require('node:fs')", `a.ts:1:1 import x = require() ${NAMED}`],
  ['export = { setup() {} }', `a.ts:1:1 export = ${NAMED}`],
  ['const a = <number>b\nexport {}', `a.ts:1:11 <T>value ${NAMED}`],
  ["const s = '@no'\nexport class A {\n  @dec m() {}\n}", 'a.ts:3:3 decorators are TypeScript that has to be compiled'],
  ['@dec\nclass A {}', 'a.ts:1:1 decorators are TypeScript that has to be compiled'],
  ['const a: number = ;', 'a.ts:1:19 SyntaxError: '],
]

test('what stripping cannot do has its name and its place', async (t) => {
  for (const [source, problem] of SYNTAX) {
    const modules = await load(makeFolder(t, { 'a.ts': source }))
    assert.ok(problemsOf(modules)[0]?.startsWith(`error ${problem}`), `${problem}\n${problemsOf(modules).join('\n')}`)
  }
})

test('an excerpt shows the place, and the hint a way out', async (t) => {
  const { problems } = await load(makeFolder(t, { 'a.ts': SYNTAX[0]?.[0] ?? '' }))
  assert.equal(problems[0]?.excerpt, '  3 | enum Color { Red }\n    | ^')
  assert.match(problems[0]?.hint ?? '', /const object.*compile it to \.js, or start with --import tsx/)
})

test('a fault of a helper is told at the helper, for the module that imports it', async (t) => {
  const { problems } = await load(
    makeFolder(t, { 'a.ts': "import './_b.ts'", '_b.ts': "import './_c.mjs'", '_c.mjs': 'export {}\nlet a = 1 1' }),
  )
  const [problem] = problems
  assert.match(`${problem?.file}:${problem?.line}:${problem?.column} ${problem?.message}`, /_c\.mjs:2:11 SyntaxError: /)
  assert.deepEqual(problem?.plugins, ['a'])
})

test('syntax of JavaScript is placed as well, and nothing runs while it is looked for', async (t) => {
  const folder = makeFolder(t, { 'a.mjs': 'globalThis.hasRun = true\nexport {}\nlet a = 1 1' })
  assert.match(problemsOf(await load(folder)).join(), /^error a\.mjs:3:11 SyntaxError/)
  // A fault that only V8 sees has its file, but no place.
  const twice = makeFolder(t, { 'a.mjs': "import './_b.mjs'", '_b.mjs': 'globalThis.hasRun = true\nlet a\nlet a\nexport {}' })
  assert.match(problemsOf(await load(twice)).join(), /^error _b\.mjs SyntaxError/)
  assert.equal('hasRun' in globalThis, false)
})

test('a name that is no value, in a helper and in a package', async (t) => {
  const files = { 't.ts': 'export interface Foo { a: 1 }', '_t.ts': 'export interface Foo { a: 1 }' }
  const { problems } = await load(makeFolder(t, { 'a.ts': "import { Foo } from './_t.ts'\nconsole.log(Foo)", '_t.ts': files['_t.ts'] }))
  assert.deepEqual([problems[0]?.line, problems[0]?.column, problems[0]?.message], [1, 10, './_t.ts exports no value "Foo"'])
  assert.equal(problems[0]?.hint, 'if it is a type: import type')
  const modules = await load(makeFolder(t, { 'a.ts': "import { A } from './_c.cjs'", '_c.cjs': 'module.exports = (() => ({ B: 1 }))()' }))
  assert.match(problemsOf(modules).join(), /^error a\.ts:1:10 \.\/_c\.cjs exports no value "A"$/)
})

/** Import, other files → hint. */
const IMPORTS: readonly (readonly [statement: string, files: Readonly<Record<string, string>>, problem: RegExp, hint: RegExp])[] = [
  [
    "import './money'",
    { '_x/keep.ts': '', 'money.d.ts': '', 'money.json': '{}' },
    /a\.ts:1:1 cannot find "\.\/money"/,
    /write "\.\/money\.json"/,
  ],
  ["\nexport { b } from './_b'", { '_b.ts': '' }, /a\.ts:2:1 cannot find "\.\/_b"/, /write "\.\/_b\.ts"/],
  ["import { b } from './_b.js'", { '_b.ts': '' }, /a\.ts:1:1 cannot find/, /write "\.\/_b\.ts"/],
  ["import { b } from './_b'", { '_b/index.ts': '' }, /a\.ts:1:1 cannot find/, /write "\.\/_b\/index\.ts"/],
  ["import { b } from './_b'", {}, /a\.ts:1:1 cannot find/, /no such file/],
  ["// './_b'\nconst text = './_b'\nconst b = await import('./_b')\nexport {}", {}, /a\.ts:3:17 cannot find "\.\/_b"/, /no such file/],
  ["const b = require('./_b')", {}, /a\.ts:1:11 cannot find/, /no such file/],
  ["import x from '@/lib/x'", {}, /cannot find "@\/lib\/x"/, /aliases of tsconfig/],
  ["import x from '~/x'", {}, /cannot find/, /aliases of tsconfig/],
  ["import x from '#x'", {}, /cannot find/, /aliases of tsconfig/],
  [
    "import x from 'lib/x'",
    { 'tsconfig.json': '{ "compilerOptions": { "paths": { "lib/*": ["./*"], /* all */ } } }' },
    /cannot find/,
    /aliases of tsconfig/,
  ],
  ["import x from 'nopkg/deep'", {}, /cannot find "nopkg\/deep"/, /run "npm install nopkg" in /],
  [
    "import x from '@acme/price'",
    { 'tsconfig.json': '{ "compilerOptions": { "paths": { "*": ["./*"] } } }' },
    /cannot find/,
    /run "npm install @acme\/price" in /,
  ],
  ["import x from 'krakend-ts/testing'", {}, /cannot find/, /only "krakend-ts\/plugin"/],
  [
    "import x from 'has/hidden.js'",
    { 'node_modules/has/package.json': '{ "exports": { ".": "./i.js" } }' },
    /cannot import "has\/hidden\.js": Package subpath/,
    /^$/,
  ],
]

test('an import that leads nowhere', async (t) => {
  for (const [statement, files, problem, hint] of IMPORTS) {
    const modules = await load(makeFolder(t, { 'a.ts': statement, ...files }), { pattern: 'a.ts' })
    assert.match(problemsOf(modules).join('\n'), problem)
    assert.match(modules.problems[0]?.hint ?? '', hint, statement)
  }
})

test('a missing package belongs into the nearest folder with a package.json', async (t) => {
  const folder = makeFolder(t, { 'package.json': '{ "type": "module" }', 'plugins/a.ts': "import 'nopkg'" })
  const { problems } = await load(join(folder, 'plugins'))
  assert.equal(problems[0]?.hint, `run "npm install nopkg" in ${folder}`)
})

test('TypeScript of a package', async (t) => {
  const files = { 'node_modules/typed/package.json': '{ "main": "index.ts" }', 'node_modules/typed/index.ts': 'export default 1 as number' }
  const { problems } = await load(makeFolder(t, { 'a.ts': "import 'typed'", ...files }))
  assert.equal(problems[0]?.message, 'Node.js does not strip types in node_modules')
  assert.match(problems[0]?.file ?? '', /node_modules\/typed\/index\.ts$/)
})

test('what a module throws while it is imported, at its place', async (t) => {
  const folder = makeFolder(t, {
    'a.ts': "import { fail } from './_fail.cjs'\nfail()",
    '_fail.cjs': "exports.fail = () => {\n  throw new TypeError('oh no')\n}",
    'b.mjs': "throw 'a text'",
    'c.mjs': "import './_d.json'",
    '_d.json': '{}',
  })
  const [a, b, c] = problemsOf(await load(folder))
  assert.equal(a, 'error _fail.cjs:2:9 TypeError: oh no')
  assert.equal(b, 'error b.mjs threw "a text"')
  assert.match(c ?? '', /^error c\.mjs .*import attribute/)
})
