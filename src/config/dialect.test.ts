import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DIALECTS, perDialect, quirksOf } from './dialect.ts'

test('a version has what version 3 has but where it differs, and nobody changes that', () => {
  const quirks = perDialect({ a: 1, b: 'x' }, { 2: { a: 2 } })
  assert.deepEqual(quirks, { 2: { a: 2, b: 'x' }, 3: { a: 1, b: 'x' }, 4: { a: 1, b: 'x' } })
  for (const dialect of DIALECTS) assert.ok(Object.isFrozen(quirks[dialect]) && Object.isFrozen(quirksOf(dialect)))
})

test('the community edition differs in what only the Enterprise edition does', () => {
  const missing = {
    hasFallback: false,
    liftsEventStreams: false,
    readsMiddlewares: false,
    needsProtectingPlugins: false,
    hasBuiltInPlugins: false,
  }
  for (const dialect of DIALECTS) {
    const own = dialect === 4 ? { loadsPlugins: false } : {}
    assert.deepEqual(quirksOf(dialect, 'ce'), { ...quirksOf(dialect), ...missing, ...own })
  }
})
