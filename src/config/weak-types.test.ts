// Values of a file as Go's mapstructure takes them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accept, messages } from './test-support.ts'

test('curves and ciphers are 16 bits, and texts of them have no sign', () => {
  const { tls } = accept({ tls: { cipher_suites: [4865, 4866.9, -1, 65_536 + 53, '0x1301', '', true, null] } }).server
  assert.deepEqual(tls?.cipherSuites, [4865, 4866, 65_535, 53, 4865, 0, 1, 0])
  const fail = (item: unknown) => messages({ tls: { curve_preferences: [item] } })
  const prefix = "'tls.curve_preferences[0]' "
  assert.deepEqual(fail('+1'), [`${prefix}cannot parse value as 'uint16': strconv.ParseUint: invalid syntax`])
  assert.deepEqual(fail('65536'), [`${prefix}cannot parse value as 'uint16': strconv.ParseUint: value out of range`])
  assert.deepEqual(fail({}), [`${prefix}expected type 'uint16', got unconvertible type 'map[string]interface {}'`])
})
