// What is code in a source, and what only looks like it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { maskSource } from './mask-source.ts'
import { isEsModule } from './module-format.ts'

test('comments, texts, templates and patterns are blanked, code in templates is not', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['a // export\nb', 'a          \nb'],
    ["'a\\'b' + \"//\"", '\'    \' + "  "'],
    ['`a ${b + `${c}`} d` + e', '`  ${b + `${c}`}  ` + e'],
    ['x = /[/"]\\//g; y', 'x =         g; y'],
    ['a / b / c', 'a / b / c'],
    ['a /* x\ny */ b', 'a     \n     b'],
    ['#!/usr/bin/env node\na', `${' '.repeat(19)}\na`],
    ['return /@/', 'return    '],
  ]
  for (const [source, masked] of cases) assert.equal(maskSource(source), masked)
})

test('length and lines stay, whatever the source is', () => {
  const alphabet = fc.constantFrom("'", '"', '`', '/', '*', '\n', '\\', '${', '}', '{', 'a', ' ', '[', ']', '=', '(')
  fc.assert(
    fc.property(fc.array(alphabet), (parts) => {
      const source = parts.join('')
      const masked = maskSource(source)
      assert.equal(masked.length, source.length)
      assert.deepEqual(
        [...masked.matchAll(/\n/g)].map(({ index }) => index),
        [...source.matchAll(/\n/g)].map(({ index }) => index),
      )
    }),
  )
})

test('import and export make an ES module, and nothing else does', () => {
  const modules = [
    "import a from 'a'",
    "import 'a'",
    "import{a}from'a'",
    'const a = 1\n  export { a }',
    'export default 1',
    "export * from 'a'",
    'a(); export const b = 1',
    'import type { A } from "a"',
    'use(import.meta.url)',
  ]
  const scripts = [
    "const a = require('a'); module.exports = a",
    "const a = import('a')",
    '// export default 1',
    'const a = `\nexport default 1\n`',
    "exports.a = 'import b from c'",
    'a.export = 1\nb = { export: 1, import: 2 }',
    "import a = require('a')\nconst b = 1",
  ]
  for (const source of modules) assert.ok(isEsModule(source), source)
  for (const source of scripts) assert.ok(!isEsModule(source), source)
})
