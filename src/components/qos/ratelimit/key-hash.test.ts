// The hash is HalfSipHash-2-4-64, and its keys are independent.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { KeyHasher } from './key-hash.ts'

function hashOf(hasher: KeyHasher, text: string): string {
  hasher.hash(text)
  const bytes = Buffer.alloc(8)
  bytes.writeInt32LE(hasher.lo, 0)
  bytes.writeInt32LE(hasher.hi, 4)
  return bytes.toString('hex')
}

/** The reference's test vectors are over the bytes 0, 1, 2 … with the key 0 … 7; two bytes make one unit. */
const reference = new KeyHasher(0x03020100, 0x07060504)

test('the empty text has the hash of the reference implementation', () => {
  assert.equal(hashOf(reference, ''), '218d1f59b9b83cc8')
})

test('different texts, keys and derived keys have different hashes', () => {
  fc.assert(
    fc.property(fc.string(), fc.string(), (one, other) => {
      fc.pre(one !== other)
      assert.notEqual(hashOf(reference, one), hashOf(reference, other))
      assert.notEqual(hashOf(reference, one), hashOf(new KeyHasher(1, 2), one))
      assert.notEqual(hashOf(reference.derive(one), 'x'), hashOf(reference.derive(other), 'x'))
    }),
  )
})

test('every unit counts, wherever it stands', () => {
  const hashes = new Set<string>()
  for (let length = 1; length < 40; length++)
    for (let at = 0; at < length; at++) hashes.add(hashOf(reference, `${'a'.repeat(at)}b${'a'.repeat(length - at - 1)}`))
  assert.equal(hashes.size, (39 * 40) / 2)
})
