import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIALECTS, perDialect, quirksOf } from './dialect.ts'

test('a version has what version 3 has but where it differs, and nobody changes that', () => {
  const quirks = perDialect({ a: 1, b: 'x' }, { 2: { a: 2 } })
  assert.deepEqual(quirks, { 2: { a: 2, b: 'x' }, 3: { a: 1, b: 'x' }, 4: { a: 1, b: 'x' } })
  for (const dialect of DIALECTS) assert.ok(Object.isFrozen(quirks[dialect]) && Object.isFrozen(quirksOf(dialect)))
})

test('the community edition differs in what only the Enterprise edition does', () => {
  for (const dialect of DIALECTS) {
    assert.deepEqual({ ...quirksOf(dialect, 'ce'), hasFallback: true, liftsEventStreams: true }, quirksOf(dialect))
    const { hasFallback, liftsEventStreams } = quirksOf(dialect, 'ce')
    assert.deepEqual([hasFallback, liftsEventStreams], [false, false])
  }
})
