import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Offsets } from './offsets.ts'

test('a position speaks for all before it, whatever the order in which they are handled and the gaps between them', () => {
  const order = fc
    .uniqueArray(fc.bigInt(0n, 500n), { minLength: 1 })
    .chain((offsets) =>
      fc.record({ offsets: fc.constant(offsets.toSorted((a, b) => Number(a - b))), handled: fc.shuffledSubarray(offsets) }),
    )
  fc.assert(
    fc.property(order, ({ offsets, handled }) => {
      const own = new Offsets(1000)
      for (const offset of offsets) assert.ok(own.begin(offset))
      const done = new Set<bigint>()
      for (const offset of handled) {
        own.settle(offset)
        done.add(offset)
        const { position } = own
        if (position === null) continue
        own.committed(position)
        assert.ok(offsets.every((one) => one >= position || done.has(one)))
      }
      for (const offset of offsets) own.settle(offset)
      const end = (offsets.at(-1) as bigint) + 1n
      assert.ok(own.position === end || own.position === null)
      assert.equal(own.isFull, false)
    }),
  )
})

test('what comes again is known until it is committed, and what was wound back is not', () => {
  const own = new Offsets(10)
  for (const offset of [5n, 6n, 7n]) own.begin(offset)
  own.settle(5n)
  assert.equal(own.position, 6n)
  assert.deepEqual(
    [5n, 6n, 7n, 8n].map((offset) => own.begin(offset)),
    [false, false, false, true],
  )
  own.committed(6n)
  assert.equal(own.begin(0n), true)
  own.settle(7n)
  assert.equal(own.position, null)
  own.settle(0n)
  assert.equal(own.position, 1n)
})

test('what was left holds the position back until too many wait behind it', () => {
  const own = new Offsets(3)
  for (const offset of [0n, 1n, 2n]) own.begin(offset)
  own.settle(1n)
  own.leave(0n)
  assert.deepEqual([own.position, own.isFull], [null, true])
  assert.equal(own.giveUpFirst(), true)
  assert.deepEqual([own.position, own.giveUpFirst(), own.isFull], [2n, false, false])
})
