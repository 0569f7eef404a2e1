// Bytes survive being a text, whatever they are.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { repairUtf8 } from '../json/repair.ts'
import { bytesOf, textOf } from './bytes.ts'

test('what is UTF-8 is the text it says; what is none comes back as it was', () => {
  assert.equal(textOf(Buffer.from('Straße 😀')), 'Straße 😀')
  assert.deepEqual(bytesOf(textOf(Buffer.from('caf\xe9', 'latin1'))), Buffer.from('caf\xe9', 'latin1'))
  // Half of a character, a surrogate in UTF-8, a character beyond Unicode.
  for (const hex of ['c3', 'e282', 'eda080', 'f4908080', 'fff0', '61ff62e9']) {
    assert.equal(bytesOf(textOf(Buffer.from(hex, 'hex'))).toString('hex'), hex)
  }
})

test('any bytes come back, and whoever writes the text reads U+FFFD where Go does', () => {
  const anyBytes = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.constantFrom(0x61, 0x80, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0xed, 0xa0, 0xff), { maxLength: 30 }),
  )
  fc.assert(
    fc.property(anyBytes, (list) => {
      const bytes = Buffer.from(list)
      assert.deepEqual(bytesOf(textOf(bytes)), bytes)
      assert.deepEqual(Buffer.from(textOf(bytes), 'utf8'), repairUtf8(bytes))
    }),
  )
})

test('halves of pairs that stand for no byte become U+FFFD', () => {
  assert.equal(bytesOf('a\ud83d').toString('utf8'), 'a\ufffd')
  assert.equal(bytesOf('\udc00b').toString('utf8'), '\ufffdb')
})
