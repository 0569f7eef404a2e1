// Threads that share an outage: one of them speaks.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createSharedMemory } from '../runtime/shared.ts'
import { Outage } from './outage.ts'

test('of all threads one is told that it has gone, and one that it is back, with what all of them lost', () => {
  const shared = createSharedMemory()
  const [one, other] = [new Outage(shared, 'x'), new Outage(shared, 'x')]
  assert.deepEqual([one.end(), one.begin(), other.begin(), one.begin()], [null, true, false, false])
  one.lose(2)
  other.lose(3)
  assert.deepEqual([other.end(), one.end()], [5, null])
  assert.deepEqual([other.begin(), new Outage(shared, 'y').begin(), one.end()], [true, true, 0])
})
