import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { trim } from './trim.ts'

test('characters at both ends go, others stay', () => {
  assert.equal(trim(' \ta b\t ', ' \t'), 'a b')
  assert.equal(trim('\ta ', ' '), '\ta')
  assert.equal(trim('   ', ' '), '')
  assert.equal(trim('', ' '), '')
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(' ', '\t', 'a', '\n') }), (text) => {
      assert.equal(trim(text, ' \t'), text.replaceAll(/^[ \t]+|[ \t]+$/g, ''))
    }),
  )
})

test('blanks inside are looked at once', () => {
  const text = `a${' '.repeat(2_000_000)}b`
  assert.equal(trim(` ${text} `, ' '), text)
})
