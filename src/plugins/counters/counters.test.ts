import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { array, assert as assertProperty, integer, property } from 'fast-check'
import { createSharedMemory } from '../../runtime/shared.ts'
import { pluginMemory } from './counters.ts'

describe('counters of plugins', () => {
  test('the same name is the same number, of another plugin another', () => {
    const shared = createSharedMemory()
    const hits = pluginMemory(shared, 'a').counter('hits')
    assert.equal(hits.get(), 0)
    assert.equal(hits.add(), 1)
    assert.equal(pluginMemory(shared, 'a').counter('hits').add(4), 5)
    assert.equal(pluginMemory(shared, 'b').counter('hits').get(), 0)
    assert.equal(pluginMemory(shared, 'a').counter('misses').get(), 0)
    assert.equal(pluginMemory(shared, 'a b').counter('c').add(), 1)
    assert.equal(pluginMemory(shared, 'a').counter('b c').get(), 0)
    assert.equal(hits.compareAndSet(4, 9), false)
    assert.equal(hits.compareAndSet(5, 9), true)
    hits.set(-3)
    assert.equal(hits.add(-1), -4)
  })

  test('safe integers and nothing else, and never beyond them', () => {
    const counter = pluginMemory(createSharedMemory(), 'a').counter('n')
    for (const wrong of [0.5, NaN, Infinity, 2 ** 53, '1' as never, 1n as never]) {
      assert.throws(() => counter.set(wrong), RangeError)
      assert.throws(() => counter.add(wrong), RangeError)
      assert.throws(() => counter.compareAndSet(wrong, 1), RangeError)
    }
    counter.set(Number.MAX_SAFE_INTEGER)
    assert.throws(() => counter.add(), /the counter "n" takes safe integers: 9007199254740992 is none/)
    assert.equal(counter.get(), Number.MAX_SAFE_INTEGER)
  })

  test('is the sum of what was added, whatever it was', () => {
    assertProperty(
      property(array(integer()), (numbers) => {
        const counter = pluginMemory(createSharedMemory(), 'a').counter('n')
        for (const number of numbers) counter.add(number)
        assert.equal(
          counter.get(),
          numbers.reduce((sum, number) => sum + number, 0),
        )
      }),
    )
  })

  test('names are bounded in length and number; those that are there stay', () => {
    const shared = createSharedMemory()
    const memory = pluginMemory(shared, 'a')
    for (const wrong of ['', 'x'.repeat(201), 5 as never]) {
      assert.throws(() => memory.counter(wrong), TypeError)
      assert.throws(() => memory.buffer(wrong, 8), TypeError)
    }
    memory.counter('first').add()
    assert.throws(() => {
      for (let i = 0; i < 20_000; i++) memory.counter(`user ${i}`)
    }, /RangeError: plugins have 10000 counters and buffers/)
    assert.throws(() => memory.buffer('one more', 8), RangeError)
    assert.equal(memory.counter('first').add(), 2)
    assert.equal(shared.buffer('[ENDPOINT: /x] limit', 8).byteLength, 8)
  })

  test('buffers have the size that was asked for', () => {
    const memory = pluginMemory(createSharedMemory(), 'a')
    assert.equal(memory.buffer('b', 24), memory.buffer('b', 24))
    assert.equal(memory.buffer('b', 24).byteLength, 24)
    assert.notEqual(memory.buffer('b', 24), pluginMemory(createSharedMemory(), 'c').buffer('b', 24))
  })
})
