// What `example/header` promises: the value with parameters filled in, nothing at all when it is off, and what a wrong block does.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { droppedHeaders, verifiedClaims } from '../../engine/ports.ts'
import { buildFor, checkExtras, checkOptions, makeExchange, makeSite, type TestSite } from '../../testing/index.ts'
import { compileValue } from './compile-value.ts'
import { exampleHeader } from './index.ts'

/** What an answer's header is for a block as it stands in the file; undefined without one. */
function headerFor(block: unknown, { extras, isVerified = false }: { extras?: unknown; isVerified?: boolean } = {}): string | undefined {
  const layer = buildFor(exampleHeader, block, makeSite(), extras)
  const exchange = makeExchange({ params: { Id: '7' } })
  if (isVerified) verifiedClaims.set(exchange.scope, {})
  void layer?.(() => {})(exchange)
  return exchange.responseHeaders.get('X-Example')
}

test('the header is set, whatever the case of its name', () => {
  assert.equal(headerFor({ name: 'x-eXample', value: 'item {Id}' }), 'item 7')
})

test('an empty name or value leaves no layer behind', () => {
  assert.equal(buildFor(exampleHeader, { value: '' }, makeSite()), null)
  assert.equal(buildFor(exampleHeader, { name: '', value: 'a' }, makeSite()), null)
})

test('with the extras only verified requests get it', () => {
  const extras = { only_verified: true }
  assert.equal(headerFor({ value: 'a' }, { extras }), undefined)
  assert.equal(headerFor({ value: 'a' }, { extras, isVerified: true }), 'a')
})

test('a header that belongs to another component is left to it, and the log says so', () => {
  const site: TestSite = makeSite()
  site.provide(droppedHeaders, (name) => name === 'X-Example')
  assert.equal(buildFor(exampleHeader, { name: 'X-Example', value: 'a' }, site), null)
  assert.match(site.lines.join('\n'), /^WARNING .* X-Example belongs to another component: it is not set here$/)
})

describe('a wrong block', () => {
  test('an option of a wrong type counts as absent: here that means no header', () => {
    const site = makeSite()
    assert.equal(buildFor(exampleHeader, { value: 7 }, site), null)
    assert.equal(site.lines.length, 1)
  })
  test('a block that is no object switches the component off', () => {
    assert.equal(headerFor('yes'), undefined)
  })
  test('check tells it beforehand', () => {
    assert.deepEqual(checkOptions(exampleHeader, { value: 7 }), ['warning value: must be a text, not the number 7'])
    assert.deepEqual(checkOptions(exampleHeader, { name: '' }), ['warning name: is empty: there is no header'])
    assert.deepEqual(checkExtras(exampleHeader, { only_verified: 1 }), ['error only_verified: must be true or false, not the number 1'])
  })
})

test('every placeholder is replaced, everything else stays', () => {
  const valueOf = compileValue('{A}-{B}-{A} {not one} {}')
  assert.equal(valueOf(new Map([['A', '1']])), '1--1 {not one} {}')
})

test('a text without braces is its own value', () => {
  fc.assert(fc.property(fc.string(), (text) => compileValue(text.replaceAll('{', ''))(new Map()) === text.replaceAll('{', '')))
})
