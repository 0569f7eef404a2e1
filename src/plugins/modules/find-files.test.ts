// Which files of a folder are taken for modules.

import assert from 'node:assert/strict'
import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { findFiles } from './find-files.ts'
import { makeFolder } from './test-folder.ts'

function namesIn(folder: string, pattern: string): string[] {
  return findFiles(folder, pattern).modules.map(({ path }) => path.slice(folder.length + 1))
}

const FILES = { 'b-gw.ts': '', 'a.mjs': '', 'c.cjs': '', 'd.mts': '', 'e.js': '', 'f.cts': '', 'Z.ts': '' }

test('every ending of JavaScript and TypeScript counts as .so, in the order of bytes', (t) => {
  const folder = makeFolder(t, FILES)
  assert.deepEqual(namesIn(folder, '.so'), ['Z.ts', 'a.mjs', 'b-gw.ts', 'c.cjs', 'd.mts', 'e.js', 'f.cts'])
})

test('a pattern is a part of the name, with its own ending or with .so', (t) => {
  const folder = makeFolder(t, FILES)
  assert.deepEqual(namesIn(folder, '-gw.so'), ['b-gw.ts'])
  assert.deepEqual(namesIn(folder, '.mjs'), ['a.mjs'])
  assert.deepEqual(namesIn(folder, 'a.so'), ['a.mjs'])
  assert.equal(namesIn(folder, '').length, 7)
  assert.deepEqual(namesIn(folder, '*.so'), [])
})

test('helpers, hidden files, tests, declarations and deeper files are no modules', (t) => {
  const names = [
    '_x.ts',
    '.x.ts',
    'a.test.ts',
    'a.spec.mjs',
    'a.d.ts',
    'a.d.mts',
    'node_modules/x/index.js',
    'deep/er/x.ts',
    'a.txt',
    'a.tsx',
  ]
  const folder = makeFolder(t, Object.fromEntries(names.map((name) => [name, ''])))
  assert.deepEqual(findFiles(folder, ''), { modules: [], problems: [] })
})

test('a folder with an index file is a module that is named like the folder', (t) => {
  const folder = makeFolder(t, { 'packed/index.ts': '', 'packed/index.js': '', 'other/main.ts': '', '_helpers/index.ts': '' })
  const { modules } = findFiles(folder, '.so')
  assert.deepEqual(
    modules.map(({ name, path }) => [name, path]),
    [['packed', join(folder, 'packed/index.ts')]],
  )
  assert.deepEqual(namesIn(folder, 'packed.so'), ['packed/index.ts'])
  assert.deepEqual(namesIn(folder, 'index'), [])
})

test('a Go library is named once, and not when a module of its name lies beside it', (t) => {
  const folder = makeFolder(t, { 'legacy.so': 'ELF', 'ported.so': 'ELF', 'ported.mjs': '', 'packed.so': 'ELF', 'packed/index.js': '' })
  const { modules, problems } = findFiles(folder, '.so')
  assert.equal(modules.length, 2)
  assert.deepEqual(
    problems.map(({ code, severity, message }) => [code, severity, message.replace(`${folder}/`, '')]),
    [['go-plugin', 'warning', 'legacy.so is a Go plugin and cannot be loaded here: write legacy.ts beside it, see docs/plugins.md']],
  )
  assert.deepEqual(findFiles(folder, '.mjs').problems, [])
})

test('links count as what they lead to; one that leads nowhere is told', (t) => {
  const folder = makeFolder(t, { 'elsewhere/_real.ts': '', 'linked.ts': { link: 'elsewhere/_real.ts' }, 'lost.ts': { link: 'nothing.ts' } })
  const { modules, problems } = findFiles(folder, '.so')
  assert.deepEqual(
    modules.map(({ name }) => name),
    ['linked'],
  )
  assert.deepEqual(
    problems.map(({ message }) => message.replace(`${folder}/`, '')),
    ['lost.ts is a link to nothing'],
  )
})

test('a folder that cannot be read is a problem and no module', (t) => {
  const folder = makeFolder(t, {})
  const { modules, problems } = findFiles(join(folder, 'missing'), '.so')
  assert.deepEqual(modules, [])
  assert.equal(problems[0]?.code, 'plugin-folder')
  assert.match(problems[0]?.message ?? '', /no such file or directory/)
})

test('what everybody may change is told', (t) => {
  const folder = makeFolder(t, { 'a.ts': '', 'b.ts': '' })
  chmodSync(join(folder, 'a.ts'), 0o666)
  const codes = (): string[] => findFiles(folder, '.so').problems.map(({ code, file }) => `${code} ${file.slice(folder.length)}`)
  assert.deepEqual(codes(), ['plugin-writable /a.ts'])
  chmodSync(folder, 0o777)
  assert.deepEqual(codes(), ['plugin-writable ', 'plugin-writable /a.ts'])
})
