// What is odd in cel-go and kept: comparisons behind macros, keys of maps, numbers and times at their ends.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { cases, run } from './test-support.ts'

cases('numbers of two types compare from the first macro on', {
  '1 < 2.0': "check: 2 found no matching overload for '_<_' applied to '(int, double)'",
  '1 < 2.0 && l.exists(x, true)': "check: 2 found no matching overload for '_<_' applied to '(int, double)'",
  'l.exists(x, true) && 1 < 2.0': 'true',
  'l.exists(x, x > 2.5)': 'true',
  "l.exists(x, x > '2')": "check: 14 found no matching overload for '_>_' applied to '(int, string)'",
})

cases('keys of maps', {
  '{1u: null}[dyn(1)]': 'null',
  '{1u: null}[dyn(1.0)]': 'null',
  "{int: 'a', string: 'b'}[type(s)]": '"b"',
  "{duration('60s'): 'a'}[duration('1m')]": '"a"',
  "{timestamp(0): 'a', timestamp(0): 'b'}.size()": '1',
  '{[1]: 1}.size()': '1',
})

cases('corners', {
  '!-1': "check: 0 found no matching overload for '!_' applied to '(int)'",
  "string(duration('2562047h47m16.854775807s'))": '"9223372036.854776s"',
  "string(duration('-1ns'))": '"-0.000000001s"',
  "timestamp(0) - duration('-9223372036854775808ns')": 'eval: integer overflow',
  "-dyn(duration('1m')) == duration('-60s')": 'true',
  'google.protobuf.FloatValue{value: 0.1} == 0.1': 'false',
  'google.protobuf.Int32Value{value: 2147483648}': 'eval: integer overflow',
  'google.protobuf.UInt32Value{value: 4294967296u}': 'eval: unsigned integer overflow',
  "google.protobuf.Int64Value{value: dyn('1')}": "eval: type conversion error from 'string' to 'int'",
})

test('a level counts once, and a character outside of the first plane too', () => {
  assert.equal(run(`${'string('.repeat(200)}1${')'.repeat(200)}`), '"1"')
  assert.equal(run(`'${'😀'.repeat(60_000)}' == ''`), 'false')
})
