import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatPlain } from './format-plain.ts'

test('plain values as fmt prints them', () => {
  const value = { b: [1, 'a b', true, null, undefined, [], {}], a: { y: 1e6, x: -0 }, é: 0.000_01, ａ: 1, '𝄞': 2 }
  assert.equal(formatPlain(value), 'map[a:map[x:-0 y:1e+06] b:[1 a b true <nil> <nil> [] map[]] é:1e-05 ａ:1 𝄞:2]')
  assert.equal(
    formatPlain([1, new Date(0)], (leaf) => (leaf instanceof Date ? 'a date' : null)),
    '[1 a date]',
  )
})
