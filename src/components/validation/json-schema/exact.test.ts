// Comparisons of values: what is equal, and what comparing may cost.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findDuplicates } from './exact.ts'

test('equal values are found in any form, different ones never', () => {
  assert.deepEqual(findDuplicates([1, 'a', { a: 1, b: [2] }, null, { b: [2], a: 1 }]), [2, 4])
  assert.deepEqual(findDuplicates([0, -0]), [0, 1])
  assert.deepEqual(findDuplicates(['x', 1, 'x']), [0, 2])
  assert.deepEqual(findDuplicates([Infinity, 5, Infinity]), [0, 2])
  assert.equal(findDuplicates([1, '1', 'n1', true, 'true', null, 'null', [1], '[1]', {}, '{}', Infinity, 'Infinity']), null)
})

/** The integer whose hash in V8 is this one: its hash of integers has no secret and can be turned round. */
function integerOf(hash: number): number {
  let h = hash ^ (hash >>> 16)
  h = Math.imul(h, inverseOf(2057))
  for (let shift = 4, x = h; shift < 32; shift += 4) h ^= x >>> shift
  h = Math.imul(h, inverseOf(5))
  h ^= (h >>> 12) ^ (h >>> 24)
  return Math.imul(h + 1, inverseOf(32_767)) | 0
}

/** The inverse of an odd number modulo 2^32. */
function inverseOf(odd: number): number {
  let inverse = 1
  for (let i = 0; i < 5; i++) inverse = Math.imul(inverse, 2 - Math.imul(odd, inverse))
  return inverse
}

function millisecondsFor(items: readonly unknown[]): number {
  const start = performance.now()
  assert.equal(findDuplicates(items), null)
  return performance.now() - start
}

test('integers that are made to collide cost no more than others', () => {
  const colliding = Array.from({ length: 16_000 }, (_none, index) => integerOf((index << 18) | 7))
  const others = Array.from({ length: 16_000 }, (_none, index) => index * 7919)
  millisecondsFor(others)
  const [fair, unfair] = [millisecondsFor(others), millisecondsFor(colliding)]
  assert.ok(unfair < 10 * fair + 100, `${unfair} ms, ${fair} ms for others`)
})
