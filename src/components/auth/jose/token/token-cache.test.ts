// How much is remembered: what is taken out or replaced makes room.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { TokenCache } from './token-cache.ts'

test('an entry that is deleted or replaced gives its characters back', () => {
  const cache = new TokenCache<number>(
    () => ({ maxTokens: 100, maxCharacters: 100 }),
    (_token, size) => size,
  )
  cache.set('kept', 10)
  for (let i = 0; i < 50; i++) {
    cache.set('deleted', 10)
    cache.delete('deleted')
    cache.set('replaced', 5 + (i % 5))
  }
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) cache.set(name, 10)
  assert.equal(cache.size, 10)
})
