import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { backOffOf } from './back-off.ts'

const firstFour = (name: string): number[] => [0, 1, 2, 3].map(backOffOf(name))

test('strategies wait as KrakenD waits, by names in any case', () => {
  assert.deepEqual(firstFour('linear'), [0, 1000, 2000, 3000])
  assert.deepEqual(firstFour('Exponential'), [1000, 2000, 4000, 8000])
  for (const name of ['', 'fallback', 'no-strategy', 'toString']) assert.deepEqual(firstFour(name), [1000, 1000, 1000, 1000])
})

test('no strategy waits longer than five minutes', () => {
  assert.deepEqual(
    ['linear', 'exponential'].map((name) => backOffOf(name)(5000)),
    [300_000, 300_000],
  )
})

test('jitter stays within a third, and above nothing', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 8 }), (attempt) => {
      for (const [name, ms] of [
        ['linear-jitter', attempt * 1000],
        ['exponential-jitter', 1000 * 2 ** attempt],
      ] as const) {
        const wait = backOffOf(name)(attempt)
        assert.ok(wait >= 1 && Math.abs(wait - ms) <= ms / 3 + 1, `${name} ${attempt}: ${wait}`)
      }
    }),
  )
})
