import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { escapeControls } from './printable.ts'

test('line ends, terminal controls and separators are escaped, what can be read is not', () => {
  assert.equal(escapeControls('a\r\nb\tc\u001b[31m\u0000\u007f'), 'a\\r\\nb\\tc\\u001b[31m\\u0000\\u007f')
  assert.equal(escapeControls('\u0085\u009b2J\u2028\u2029'), '\\u0085\\u009b2J\\u2028\\u2029')
  for (const text of ['', 'plain', 'ä€😀 "quoted" C:\\n']) assert.equal(escapeControls(text), text)
})

test('no text has a control character afterwards', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.nat(0xa0), fc.nat(0xffff))), (units) => {
      assert.doesNotMatch(escapeControls(String.fromCharCode(...units)), /[\p{Cc}\u2028\u2029]/u)
    }),
  )
})
