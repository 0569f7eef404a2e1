// The delay of a timer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timerMs } from './timer-ms.ts'

test('no time is longer than a timer of Node.js can be, and none is a part of a millisecond', () => {
  assert.deepEqual([0, 5, 1.2, 2 ** 31 - 1, 2 ** 31, 3_600_000_000, Infinity].map(timerMs), [0, 5, 2, ...Array(4).fill(2 ** 31 - 1)])
})
