// Whether an object may have a key twice, for any keys and at a bounded price.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import v8 from 'node:v8'
import vm from 'node:vm'
import * as fc from 'fast-check'
import { endKeys, keyBase, noteKey, resetKeys } from './duplicates.ts'

function mayHaveDuplicates(hashes: readonly number[]): boolean {
  const base = keyBase()
  for (const hash of hashes) noteKey(hash | 0)
  return endKeys(base)
}

/** Spreads numbers as hashes are spread. */
function spread(number: number): number {
  return Math.imul(number, 0x9e3779b1)
}

test('a hash that is there twice is always seen, others hardly ever', () => {
  resetKeys()
  const hashes = fc.uniqueArray(fc.nat(100_000), { minLength: 1, maxLength: 200 }).map((list) => list.map(spread))
  fc.assert(
    fc.property(hashes, (list) => {
      assert.ok(mayHaveDuplicates([...list, list[0] as number]))
      assert.ok(!mayHaveDuplicates(list))
    }),
  )
  assert.ok(!mayHaveDuplicates(Array.from({ length: 100_000 }, (_none, index) => spread(index))))
})

test('keys that are made to collide are given up on after some steps each', () => {
  resetKeys()
  // different hashes that all want the same place of the table: without a bound they cost 130 million steps
  assert.ok(mayHaveDuplicates(Array.from({ length: 16_000 }, (_none, index) => (index << 18) | 7)))
  assert.ok(!mayHaveDuplicates(Array.from({ length: 20 }, (_none, index) => (index << 18) | 7)), 'a few are cheap enough to be looked at')
})

test('a document of many keys leaves no memory behind when the next one begins', () => {
  v8.setFlagsFromString('--expose-gc')
  const collect = vm.runInNewContext('gc') as () => void
  const usedBytes = (): number => {
    // what the first round finds unused is given back by the next one
    collect()
    collect()
    return process.memoryUsage().arrayBuffers
  }
  const before = usedBytes()
  resetKeys()
  assert.ok(!mayHaveDuplicates(Array.from({ length: 1_000_000 }, (_none, index) => spread(index))))
  resetKeys()
  const left = usedBytes() - before
  assert.ok(left < 1_000_000, `${left} bytes`)
})
