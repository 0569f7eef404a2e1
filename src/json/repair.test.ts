// What Go makes of bytes that are no text, and what that may cost.

import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { repairUtf8 } from './repair.ts'

test('each byte that belongs to no character is U+FFFD', () => {
  assert.equal(repairUtf8(Buffer.from([0x61, 0xe2, 0x82, 0x62, 0xc3])).toString(), 'a\ufffd\ufffdb\ufffd')
  assert.equal(repairUtf8(Buffer.from([0xf0, 0x9f, 0x98])).toString(), '\ufffd\ufffd\ufffd')
})

test('characters stay, whatever stands between them', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }).map((text) => [Buffer.from(text), text.toWellFormed()] as const),
      fc.constant([Buffer.from([0xff]), '\ufffd'] as const),
    ),
  )
  fc.assert(
    fc.property(pieces, (list) => {
      const repaired = repairUtf8(Buffer.concat(list.map(([bytes]) => bytes)))
      assert.equal(repaired.toString(), list.map(([, text]) => text).join(''))
    }),
  )
  fc.assert(fc.property(fc.uint8Array(), (bytes) => assert.ok(isUtf8(repairUtf8(bytes)))))
})

test('foreign bytes take three times their memory and no more', () => {
  const bytes = Buffer.alloc(16 * 1024 * 1024, 0xff)
  const before = process.memoryUsage()
  const repaired = repairUtf8(bytes)
  const after = process.memoryUsage()
  assert.equal(repaired.length, 3 * bytes.length)
  assert.ok(after.heapUsed - before.heapUsed < bytes.length, 'nothing is collected on the heap')
})
