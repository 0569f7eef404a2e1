// What is read, and what is refused before it costs anything.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { jsonText } from './test-arbitrary.ts'
import { parseBounded } from './bounded-parse.ts'
import { scanJson } from './scan.ts'

const nested = (levels: number): string => '['.repeat(levels) + ']'.repeat(levels)

test('as deep as Go reads, and no deeper', () => {
  parseBounded(nested(10_000))
  parseBounded(`[${Array.from({ length: 5 }).fill(nested(9999)).join(',')}]`)
  for (const text of [nested(10_001), '['.repeat(3_000_000), '{"a":'.repeat(10_001) + '1' + '}'.repeat(10_001)]) {
    assert.throws(() => parseBounded(text), { name: 'SyntaxError', message: 'exceeded max depth' })
    assert.throws(() => scanJson(Buffer.from(text)), { message: / exceeded max depth$/ })
  }
})

test('brackets in texts are no levels', () => {
  const text = JSON.stringify([`\\"${'['.repeat(30_000)}`, '{'.repeat(30_000)])
  assert.deepEqual(parseBounded(text), JSON.parse(text))
})

test('everything else is as JSON.parse has it', () => {
  fc.assert(fc.property(jsonText, (text) => assert.deepEqual(parseBounded(`${text}${' '.repeat(20_001)}`), JSON.parse(text))))
  for (const text of ['', '{', `"${'['.repeat(30_000)}`, ']'.repeat(30_000), '\\'.repeat(30_001)])
    assert.throws(() => parseBounded(text), SyntaxError)
})
