// What `_gw/example-header` promises: the value with parameters filled in, and nothing at all when it is off.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { checkOptions, makeExchange, makeSite } from '../../testing/index.ts'
import { compileValue } from './compile-value.ts'
import { exampleHeader } from './index.ts'

test('the header is set before the endpoint answers, whatever the case of its name', () => {
  const layer = exampleHeader.build({ name: 'X-Example'.toLowerCase(), value: 'item {Id}' }, makeSite())
  const exchange = makeExchange({ params: { Id: '7' } })
  let seen: string | undefined
  const handler = layer?.((inner) => {
    seen = inner.responseHeaders.get('X-Example')
  })
  handler?.(exchange)
  assert.equal(seen, 'item 7')
})

test('an empty value leaves no layer behind', () => {
  assert.equal(exampleHeader.build({ name: 'X-Example', value: '' }, makeSite()), null)
})

test('check finds an option of a wrong type', () => {
  assert.deepEqual(checkOptions(exampleHeader, { value: 7 }), ['warning value: must be a text, not the number 7'])
})

test('every placeholder is replaced, everything else stays', () => {
  const valueOf = compileValue('{A}-{B}-{A} {not one} {}')
  assert.equal(valueOf(new Map([['A', '1']])), '1--1 {not one} {}')
})

test('a text without braces is its own value', () => {
  fc.assert(fc.property(fc.string(), (text) => compileValue(text.replaceAll('{', ''))(new Map()) === text.replaceAll('{', '')))
})
