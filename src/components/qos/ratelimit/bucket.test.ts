// The buckets against KrakenD's observed numbers, and against what holds for every sequence of requests.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { fillNs, refillNs, RefillWhenEmpty, SteadyRefill, tokensLeft, waitNs, type BucketRule } from './bucket.ts'

const SECOND = 1e9

function fresh(rule: BucketRule): BucketRule {
  rule.tokens = rule.initialTokens
  rule.lastNs = 0
  return rule
}

function burst(rule: BucketRule, requests: number, seconds: number): number {
  let allowed = 0
  for (let i = 0; i < requests; i++) if (rule.take(seconds * SECOND)) allowed++
  return allowed
}

test('2.x refills only when empty: bursts as KrakenD shows them', () => {
  const steady = fresh(new RefillWhenEmpty(5, 5))
  assert.deepEqual([burst(steady, 10, 0), burst(steady, 10, 0.5), burst(steady, 20, 10)], [5, 2, 6])
  assert.equal(burst(fresh(new RefillWhenEmpty(5, 5)), 20, 60), 11)
  const half = fresh(new RefillWhenEmpty(5, 5))
  assert.deepEqual([burst(half, 3, 0), burst(half, 20, 100)], [3, 8])
  const perMinute = fresh(new RefillWhenEmpty(100 / 60, 1))
  assert.equal(burst(perMinute, 5, 0), 1)
  assert.equal(burst(fresh(new RefillWhenEmpty(100 / 60, 1)), 5, 30), 3)
})

test('a capacity under one holds one token and starts empty', () => {
  const rule = fresh(new RefillWhenEmpty(0.5, 0))
  assert.deepEqual([burst(rule, 3, 1.9), burst(rule, 3, 2)], [0, 1])
})

test('an infinite rate never refills', () => {
  assert.equal(burst(fresh(new RefillWhenEmpty(Infinity, 2)), 9, 1e6), 2)
})

test('1.x refills all the time and never exceeds its capacity', () => {
  const rule = fresh(new SteadyRefill(2, 2))
  assert.deepEqual([burst(rule, 5, 0), burst(rule, 5, 1), burst(rule, 9, 100)], [2, 2, 2])
})

test('1.x finds a step within one per cent of the rate', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e8, noNaN: true }), (rate) => {
      const { quantum, intervalNs } = new SteadyRefill(rate, 1)
      return Math.abs((quantum * 1e9) / intervalNs - rate) / rate <= 0.01
    }),
  )
})

test('a clock that was set back empties no bucket for ever', () => {
  const rule = fresh(new RefillWhenEmpty(1, 1))
  rule.lastNs = 3600 * SECOND
  rule.tokens = 0
  assert.deepEqual([burst(rule, 1, 10), burst(rule, 1, 11.5)], [0, 1])
})

test('the wait ends exactly when a token is there', () => {
  const rule = fresh(new RefillWhenEmpty(4, 1))
  assert.equal(waitNs(rule, 0), 0)
  assert.equal(burst(rule, 1, 0), 1)
  const wait = waitNs(rule, 0)
  assert.equal(wait, SECOND / 4)
  assert.equal(rule.take(wait - 1), false)
  assert.equal(rule.take(wait), true)
})

const steps = fc.array(fc.double({ min: 0, max: 3, noNaN: true }), { minLength: 1, maxLength: 300 })

test('in the long run no bucket gives more than its rate and its bursts', () => {
  fc.assert(
    fc.property(fc.double({ min: 0.5, max: 50, noNaN: true }), fc.integer({ min: 1, max: 20 }), steps, (rate, capacity, pauses) => {
      for (const rule of [fresh(new RefillWhenEmpty(rate, capacity)), fresh(new SteadyRefill(rate, capacity))]) {
        let seconds = 0
        let allowed = 0
        let refills = 0
        for (const pause of pauses) {
          seconds += pause
          const before = rule.tokens
          if (rule.take(seconds * SECOND)) allowed++
          if (rule.tokens >= before) refills++
          assert.ok(rule.tokens >= 0 && rule.tokens <= capacity)
        }
        // Each refill of the 2.x bucket may bring one free request beyond the tokens.
        assert.ok(allowed <= capacity + seconds * rate * 1.011 + refills + 1)
      }
    }),
  )
})

test('what is left is what requests get at once, and a bucket that waits is full when it says', () => {
  const rules = fc.record({ rate: fc.double({ min: 0.1, max: 1000, noNaN: true }), capacity: fc.integer({ min: 1, max: 50 }) })
  fc.assert(
    fc.property(rules, fc.boolean(), fc.array(fc.nat(2e9), { maxLength: 40 }), ({ rate, capacity }, isSteady, gaps) => {
      const rule = fresh(isSteady ? new SteadyRefill(rate, capacity) : new RefillWhenEmpty(rate, capacity))
      let nowNs = 0
      for (const gap of gaps) rule.take((nowNs += gap))
      const saved = { tokens: rule.tokens, lastNs: rule.lastNs }
      const left = tokensLeft(rule, nowNs)
      for (let i = 0; i < left; i++) assert.equal(rule.take(nowNs), true)
      Object.assign(rule, saved)
      const wait = fillNs(rule, nowNs)
      assert.equal(wait === 0, left >= rule.capacity)
      assert.ok(wait >= 0 && wait <= refillNs(rule) + rule.intervalNs)
      for (let i = 0; i < rule.capacity; i++) assert.equal(rule.take(nowNs + wait + 1), true)
    }),
  )
})
