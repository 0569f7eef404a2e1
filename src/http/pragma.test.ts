// When `Pragma` counts as `Cache-Control`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { HeaderMap } from '../engine/headers.ts'
import { readPragma } from './pragma.ts'

test('it counts alone, in lower case, in the first line', () => {
  const read = (...raw: string[]): string[] => readPragma(HeaderMap.fromRaw(raw)).values('Cache-Control')
  assert.deepEqual(read('pragma', 'no-cache'), ['no-cache'])
  assert.deepEqual(read('Pragma', 'no-cache', 'Pragma', 'x'), ['no-cache'])
  for (const raw of [[], ['Pragma', 'No-Cache'], ['Pragma', 'x', 'Pragma', 'no-cache'], ['Pragma', 'no-cache, x']])
    assert.deepEqual(read(...raw), [])
  for (const line of ['', 'max-age=9']) assert.deepEqual(read('Pragma', 'no-cache', 'Cache-Control', line), [line])
})
