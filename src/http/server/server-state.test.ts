// What the timeouts of a file become.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configWith } from '../test-support.ts'
import { readTimeouts } from './server-state.ts'

test('the wait for the next request ends after idle_timeout, else read_timeout, never read_header_timeout', () => {
  const idleMs = (changes: Parameters<typeof configWith>[0]): number => readTimeouts(configWith(changes)).idleMs
  assert.equal(idleMs({ readHeaderTimeoutMs: 5000 }), 0)
  assert.equal(idleMs({ readHeaderTimeoutMs: 5000, readTimeoutMs: 7000 }), 7000)
  assert.equal(idleMs({ readTimeoutMs: 7000, idleTimeoutMs: 9000 }), 9000)
})
