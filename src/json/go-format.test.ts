// Go's words for JSON values, of any shape and depth.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatValue } from './go-format.ts'
import { JsonNumber, type JsonValue } from './types.ts'

test('values as Go prints them', () => {
  assert.equal(formatValue(null), '<nil>')
  assert.equal(formatValue([1, 'a b', true, null, [], {}, new JsonNumber('1.0')]), '[1 a b true <nil> [] map[] 1.0]')
  assert.equal(formatValue({ b: [1, [2]], a: { y: {}, x: 'z' } }), 'map[a:map[x:z y:map[]] b:[1 [2]]]')
})

test('depth and width cost no stack', () => {
  let list: JsonValue = []
  for (let level = 1; level < 100_000; level++) list = [list]
  assert.equal(formatValue(list), '['.repeat(100_000) + ']'.repeat(100_000))
  let object: JsonValue = 1
  for (let level = 0; level < 100_000; level++) object = { a: object }
  assert.equal(formatValue(object).length, 100_000 * 'map[a:]'.length + 1)
  assert.equal(formatValue(Array.from({ length: 300_000 }, () => 1)).length, 600_001)
})
