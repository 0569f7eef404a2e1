// The store keeps its limits whatever happens, and forgets in the right order.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { LruStore } from './lru-store.ts'

test('the least recently used goes first', () => {
  const store = new LruStore<number>({ maxItems: 2, maxBytes: 100, maxValueBytes: 100 })
  store.set('a', 1, 10)
  store.set('b', 2, 10)
  store.get('a')
  store.set('c', 3, 10)
  assert.deepEqual([store.get('a'), store.get('b'), store.get('c')], [1, undefined, 3])
})

const operations = fc.array(
  fc.tuple(fc.constantFrom('get', 'set', 'delete'), fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 60 })),
)

test('the limits hold, and the sizes add up', () => {
  fc.assert(
    fc.property(operations, (sequence) => {
      const store = new LruStore<number>({ maxItems: 5, maxBytes: 100, maxValueBytes: 50 })
      const sizes = new Map<string, number>()
      for (const [operation, number, bytes] of sequence) {
        const key = `${number}`
        if (operation === 'get') store.get(key)
        else if (operation === 'delete') store.delete(key)
        else {
          store.set(key, bytes, bytes)
          sizes.set(key, bytes)
        }
        assert.ok(store.count <= 5 && store.bytes <= 100)
      }
      let total = 0
      for (const key of sizes.keys()) total += store.get(key) ?? 0
      assert.equal(total, store.bytes)
    }),
  )
})
