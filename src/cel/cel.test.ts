// What expressions give, of which type, and how they fail: cases of every part of the language.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BINARY, UNARY } from './functions.ts'
import { readExpression } from './index.ts'
import { FUNCTIONS } from './overloads.ts'
import { cases, TYPES } from './test-support.ts'

cases('literals', {
  '-9223372036854775808': '-9223372036854775808',
  '0x10u': '16u',
  '.5e1': '5.0',
  [String.raw`'\x41\u00e9\U0001F600\101\n'`]: '"Aé😀A\\n"',
  [String.raw`b'\xff\303a'`]: 'b"ÿÃa"',
  [String.raw`r'\n' + '''it's'''`]: '"\\\\nit\'s"',
  '[1, 2,] + []': '[1, 2]',
  "{'a': 1, 'a': 2}": '{"a": 2}',
  '{1: 1, 1u: 2, true: 3, null: 4}[1u]': '2',
  '9223372036854775808': 'parse: 0 invalid int literal',
  '1e999': 'parse: 0 invalid double literal',
  [String.raw`"\ud800"`]: 'parse: 0 invalid unicode code point',
})

cases('arithmetic never wraps around', {
  '9223372036854775807 + 1': 'eval: integer overflow',
  '-(-9223372036854775807 - 1)': 'eval: integer overflow',
  '(-9223372036854775807 - 1) / -1': 'eval: integer overflow',
  '0u - 1u': 'eval: unsigned integer overflow',
  '1 / 0': 'eval: division by zero',
  '1 % 0': 'eval: modulus by zero',
  '1.0 / 0.0': 'Infinity',
  '-7 / 2 * 2 + -7 % 2': '-7',
  "'a' + s + b'c'": "check: 8 found no matching overload for '_+_' applied to '(string, bytes)'",
  'dyn(1) + 1.0': 'eval: no such overload',
  'u * 2u - 1u': '15u',
})

cases('comparison', {
  'dyn(1) == 1.0 && dyn(1u) == 1 && dyn(9007199254740993) == 9007199254740992.0': 'true',
  "dyn(1) == '1'": 'false',
  'dyn(1) < 1.5 && dyn(2u) > 1': 'true',
  "'😀' > '\\uffff'": 'true',
  'double("NaN") == double("NaN")': 'false',
  'double("NaN") < 1.0': 'eval: NaN values cannot be ordered',
  '[1, [2]] == [1, [2]] && {1: 2} != {1: 3}': 'true',
  'd < 1': 'eval: no such overload: _<_',
  '1 < 2 == true': 'true',
  "b < 'x'": "check: 2 found no matching overload for '_<_' applied to '(bool, string)'",
  'type(1) == int && type(type(1)) == type': 'true',
})

cases('logic swallows errors that do not matter', {
  'false && unbound == ""': 'false',
  'unbound == "" && false': 'false',
  'unbound == "" || true': 'true',
  'unbound == "" || false': 'eval: no such attribute(s): unbound',
  'b ? 1 : l[9]': '1',
  'l[9] == 1 ? 1 : 2': 'eval: index out of bounds: 9',
  'true && dyn(1)': 'eval: no such overload',
  '!!!b': 'false',
})

cases('texts have code points', {
  'size(s) + s.size() + size(y)': '8',
  "s.contains('é') && s.startsWith('a') && s.endsWith('😀')": 'true',
  "s.matches('^a.{2}$')": 'true',
  "'a\\nb'.matches('a.b')": 'false',
  "s.matches('[')": 'eval: error parsing regexp: missing closing ]: `[`',
  "s.matches(s + '(')": 'eval: error parsing regexp: missing closing ): `aé😀(`',
})

cases('lists and maps', {
  'l[dyn(1.0)] + l[0]': '3',
  'l[dyn(1.5)]': 'eval: unsupported index value 1.5 in list',
  "l[dyn('x')]": "eval: unsupported index type 'string' in list",
  'l[-1]': 'eval: index out of bounds: -1',
  'm.b': 'eval: no such key: b',
  'd.n.x': 'eval: no such key: x',
  "{1: 'a'}[dyn(1.0)]": '"a"',
  "2 in l && 'a' in m && !(dyn(2) in m)": 'true',
  'd.list': '[1.5, "x", null]',
  '{b"a": 2}': 'eval: unsupported key type',
})

cases('macros', {
  'has(m.a) && !has(m.b) && !has(d.n.x)': 'true',
  'l.all(x, x > 0) && l.exists(x, x == 2) && l.exists_one(x, x > 2)': 'true',
  'l.map(x, x > 1, x * i).filter(x, x != 14)': '[21]',
  'm.map(k, k + s)': '["aaé😀"]',
  'l.all(x, 1 / (x - 2) > 5)': 'false',
  'l.exists(x, 1 / (x - 2) == 1)': 'true',
  'l.exists_one(x, 1 / (x - 2) == 1)': 'eval: division by zero',
  'l.map(x, l.map(x, x + 1)[0] + x)': '[3, 4, 5]',
  'l.map(x, l.filter(z, z < x).size())': '[0, 1, 2]',
  'dyn(1).all(x, x)': "eval: got 'int', expected iterable type",
  "has(m['a'])": 'parse: 5 invalid argument to has() macro',
  'l.all(1, true)': 'parse: 6 argument must be a simple name',
  'l.filter(x, x)': "check: 8 found no matching overload for '_?_:_' applied to '(int, list(int), list(int))'",
})

cases('conversions are those of Go', {
  "int('+5') + int(1.9) + int(u)": '14',
  "int(' 5')": "eval: type conversion error from 'string' to 'int'",
  'int(9223372036854775807.0)': 'eval: integer overflow',
  'uint(-0.5)': 'eval: unsigned integer overflow',
  "double('1_0.5') + double('0x1p2')": '14.5',
  "double('1e400')": "eval: type conversion error from 'string' to 'double'",
  'string(1e6) + string(0.00001) + string(123456.0) + string(-0.0)': '"1e+061e-05123456-0"',
  "string(b'\\xff')": 'eval: invalid UTF-8 in bytes, cannot convert to string',
  "bool('T') && !bool('0')": 'true',
  "bool('yes')": "eval: type conversion error from 'string' to 'bool'",
  "bytes('é')": 'b"Ã©"',
  'string(duration("-1.5s")) + string(duration("1h"))': '"-1.5s3600s"',
  'timestamp(dyn(1.5))': 'eval: no such overload: timestamp(double)',
})

cases('time', {
  "timestamp('2024-02-29T23:58:57.25+02:00').getHours()": '21',
  "string(timestamp('2024-02-29T23:58:57.250+02:00') + duration('1h'))": '"2024-03-01T00:58:57.25+02:00"',
  "timestamp('2024-12-31T23:30:00Z').getFullYear('Asia/Tokyo')": '2025',
  "timestamp('2024-07-01T12:00:00Z').getHours('America/New_York') - timestamp('2024-01-01T12:00:00Z').getHours('America/New_York')": '1',
  "timestamp('2024-01-01T00:00:00Z').getMinutes('-00:30')": '30',
  "timestamp('2024-01-01T00:00:00Z').getHours('europe/berlin2')": 'eval: unknown time zone europe/berlin2',
  "timestamp('2024-01-01T00:00:00Z').getHours('europe/berlin')": 'eval: unknown time zone europe/berlin',
  "timestamp('2024-01-01T00:00:00Z').getHours('+01')": 'eval: unknown time zone +01',
  "timestamp('2024-03-01T00:00:00Z').getDayOfYear() + timestamp('2024-03-01T00:00:00Z').getDayOfMonth()": '60',
  "timestamp('2023-02-29T00:00:00Z')": "eval: type conversion error from 'string' to 'google.protobuf.Timestamp'",
  'timestamp(253402300800)': 'eval: timestamp overflow',
  "duration('1h2m3s4ms5us6ns').getMilliseconds()": '3723004',
  "timestamp('9999-12-31T00:00:00Z') - timestamp('0001-01-01T00:00:00Z')": 'eval: integer overflow',
  "google.protobuf.Duration{seconds: 1, nanos: 5} == duration('1.000000005s')": 'true',
})

cases('syntax', {
  '1 +':
    "parse: 3 Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  '(1': "parse: 2 Syntax error: missing ')' at '<EOF>'",
  'a b': "parse: 2 Syntax error: extraneous input 'b' expecting <EOF>",
  'a.': "parse: 2 Syntax error: no viable alternative at input '.'",
  "'a": "parse: 0 Syntax error: token recognition error at: ''a' · 2 Syntax error: mismatched input '<EOF>' expecting {'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER}",
  package: 'parse: 0 reserved identifier: package',
  'm.?a': "parse: 1 unsupported syntax '.?'",
  '1 // one': '1',
})

cases('types', {
  nope: "check: 0 undeclared reference to 'nope' (in container '')",
  'nope.all(x, x.y)': "check: 0 undeclared reference to 'nope' (in container '')",
  's.split(",")': "check: 7 undeclared reference to 'split' (in container '')",
  'i == f': "check: 2 found no matching overload for '_==_' applied to '(int, double)'",
  'b ? i : s': "check: 2 found no matching overload for '_?_:_' applied to '(bool, int, string)'",
  's.x': "check: 1 type 'string' does not support field selection",
  'b && i': "check: 5 expected type 'bool' but found 'int'",
  'i.all(x, true)': "check: 0 expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
  'timestamp(0) == null': 'false',
  '[1, "a"][0] + 1': '2',
})

test('static types are those of the checker', () => {
  const typesOf = Object.fromEntries(
    ['[]', '[1, 1.0]', '{"a": d}', 'd + 1', 'type(l)', 'l.map(x, [])', 'b ? d : 1', 'timestamp(0)', 'null'].map((text) => [
      text,
      readExpression(text, TYPES).type,
    ]),
  )
  assert.deepEqual(typesOf, {
    '[]': 'list(dyn)',
    '[1, 1.0]': 'list(dyn)',
    '{"a": d}': 'map(string, dyn)',
    'd + 1': 'int',
    'type(l)': 'type(list(int))',
    'l.map(x, [])': 'list(list(dyn))',
    'b ? d : 1': 'dyn',
    'timestamp(0)': 'google.protobuf.Timestamp',
    null: 'null_type',
  })
})

test('messages show line, column and the place', () => {
  const read = (): unknown => readExpression("s == 'é' &&\n  i > 'x'", TYPES)
  assert.throws(read, {
    message: "ERROR: <input>:2:5: found no matching overload for '_>_' applied to '(int, string)'\n |   i > 'x'\n | ....^",
  })
})

test('every overload that the checker knows has its function', () => {
  const special = new Set(['_?_:_', '_==_', '_!=_', '_[_]', '@in'])
  for (const [name, overloads] of FUNCTIONS) {
    if (special.has(name)) continue
    for (const { params } of overloads) assert.ok((params.length === 1 ? UNARY : BINARY).has(name), `${name}/${params.length}`)
  }
})
