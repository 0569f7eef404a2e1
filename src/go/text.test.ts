import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { repairUtf8 } from '../json/repair.ts'
import { compareText, countRunes, decodeText, encodeText } from './text.ts'

test('texts stand in the order of their bytes, whether those are UTF-8 or not', () => {
  const piece = fc.constantFrom(
    [0x61],
    [0x62],
    [0xc3, 0xa9],
    [0xe2, 0x82, 0xac],
    [0xef, 0xbf, 0xbf],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xe2],
    [0x82],
    [0xff],
  )
  const text = fc.array(piece, { maxLength: 5 }).map((pieces) => decodeText(Uint8Array.from(pieces.flat())))
  fc.assert(
    fc.property(text, text, (a, b) => {
      assert.equal(Math.sign(compareText(a, b)), Buffer.compare(encodeText(a), encodeText(b)))
    }),
    { numRuns: 2000 },
  )
})

test('what is UTF-8 is the text it says; what is none comes back as it was', () => {
  assert.equal(decodeText(Buffer.from('Straße 😀')), 'Straße 😀')
  assert.deepEqual(encodeText(decodeText(Buffer.from('caf\xe9', 'latin1'))), Buffer.from('caf\xe9', 'latin1'))
  // Half of a character, a surrogate in UTF-8, a character beyond Unicode.
  for (const hex of ['c3', 'e282', 'eda080', 'f4908080', 'fff0', '61ff62e9']) {
    assert.equal(encodeText(decodeText(Buffer.from(hex, 'hex'))).toString('hex'), hex)
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
      assert.deepEqual(encodeText(decodeText(bytes)), bytes)
      assert.deepEqual(Buffer.from(decodeText(bytes), 'utf8'), repairUtf8(bytes))
    }),
  )
})

test('halves of pairs that stand for no byte become U+FFFD', () => {
  assert.equal(encodeText('a\ud83d').toString('utf8'), 'a\ufffd')
  assert.equal(encodeText('\udc00b').toString('utf8'), '\ufffdb')
})

test('pairs are one character, and so is each half without the other', () => {
  const units = fc.constantFrom('a', 'é', '😀', '\ud83d', '\ude00')
  fc.assert(fc.property(fc.string({ unit: units }), (text) => assert.equal(countRunes(text), Array.from(text).length)))
})
