import assert from 'node:assert/strict'
import { test } from 'node:test'
import { canonicalHeaderName, isToken } from './header-name.ts'

test('names are canonical as Go has them', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['x-request-ID', 'X-Request-Id'],
    ['CONTENT-TYPE', 'Content-Type'],
    ['x_a-1b', 'X_a-1b'],
    ['a--b', 'A--B'],
    ['a b', 'a b'],
    ['é-x', 'é-x'],
    ['', ''],
  ]
  for (const [name, expected] of cases) assert.equal(canonicalHeaderName(name), expected)
  assert.deepEqual(['GET', 'a_b', '', 'a b', 'a:'].map(isToken), [true, true, false, false, false])
})
