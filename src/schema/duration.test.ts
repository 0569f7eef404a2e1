// Go's duration texts.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDuration, parseDurationMs } from '../go/duration.ts'

test('reads every unit, decimals, signs and concatenations', () => {
  const cases: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['2s', 2000],
    ['300ms', 300],
    ['1h2m3s', 3_723_000],
    ['1.5h', 5_400_000],
    ['.5s', 500],
    ['1.s', 1000],
    ['-2s', -2000],
    ['+1m', 60_000],
    ['5us', 0.005],
    ['5µs', 0.005],
    ['5μs', 0.005],
    ['7ns', 0.000007],
  ]
  for (const [text, ms] of cases) assert.equal(parseDurationMs(text), ms, text)
})

test('says what Go says about the rest', () => {
  assert.equal(parseDuration('3'), 'time: missing unit in duration')
  assert.equal(parseDuration('1m3'), 'time: missing unit in duration')
  assert.equal(parseDuration('3d'), 'time: unknown unit "d" in duration')
  for (const text of ['', '-', 'abc', 's', '.s', ' 1s', '-.']) assert.equal(parseDuration(text), 'time: invalid duration', text)
  assert.equal(parseDuration('9999999999h'), 'time: invalid duration')
  assert.equal(parseDurationMs('3'), null)
})
