import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { compareText, decodeText, encodeText } from './text.ts'

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
