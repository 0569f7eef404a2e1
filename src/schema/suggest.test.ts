// What the suggestions promise.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assert as check, constantFrom, nat, property, stringMatching } from 'fast-check'
import { suggest, suggestHint } from './suggest.ts'

const names = ['timeout', 'cache_ttl', 'input_headers', 'host', 'qos/ratelimit/router', 'qos/ratelimit/proxy']

test('finds slips of the finger', () => {
  assert.equal(suggest('tiemout', names), 'timeout')
  assert.equal(suggest('timeuot', names), 'timeout')
  assert.equal(suggest('inputHeaders', names), 'input_headers')
  assert.equal(suggest('CACHE-TTL', names), 'cache_ttl')
  assert.equal(suggest('hosts', names), 'host')
  assert.equal(suggest('qos/rate-limit/router', names), 'qos/ratelimit/router')
})

test('is silent about names that resemble nothing', () => {
  assert.equal(suggest('nonsense', names), null)
  assert.equal(suggest('', names), null)
  assert.equal(suggestHint('nonsense', names), '')
  assert.equal(suggestHint('tiemout', names), 'did you mean "timeout"?')
})

test('one edit to a word of four letters or more is always found', () => {
  check(
    property(stringMatching(/^[a-z]{4,12}$/), nat(), constantFrom('drop', 'double'), (word, position, edit) => {
      const at = position % word.length
      const written = edit === 'drop' ? word.slice(0, at) + word.slice(at + 1) : word.slice(0, at) + word[at]! + word.slice(at)
      assert.equal(suggest(written, [word]), word)
    }),
  )
})
