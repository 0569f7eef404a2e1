import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { jsonText } from './test-arbitrary.ts'
import { scanJson } from './scan.ts'

const bytesOf = (text: string) => Buffer.from(text, 'utf8')
const scan = (text: string) => scanJson(bytesOf(text))
const errorOf = (text: string) => {
  try {
    scan(text)
  } catch (error) {
    return (error as Error).message
  }
  return null
}

test('accepts what the grammar allows', () => {
  const valid = [
    '{}',
    '[]',
    '[[]]',
    '{"a":{"b":[{}]}}',
    'null',
    'true',
    'false',
    '""',
    '"a"',
    '0',
    '-0',
    '-1',
    '10.5',
    '1e1',
    '1E+1',
    '1e-01',
    '0e0',
    '-0.0e-0',
    ' [ 1 , 2 ] ',
    '\t\r\n{ "a" : 1 , "b" : 2 }',
    '"\\u0041\\n\\/\\\\\\""',
    '"\\ud834\\udd1e"',
    '"\\uD834\\uDD1E"',
    '"\u007f"',
    '"é€𝄞"',
    '{"":0}',
    '[1,"a",null,true,{"x":[]}]',
    '123456789012345678901234567890',
    '["\\u0000"]',
    '[""]',
    '{"a":1,"a":2}',
    '"\u2028"',
  ]
  for (const text of valid) assert.equal(errorOf(text), null, text)
})

test('refuses the rest with the texts of Go', () => {
  const table: [string, string][] = [
    ['', 'EOF'],
    [' \n ', 'EOF'],
    ['{', 'unexpected EOF'],
    ['{"a"', 'unexpected EOF'],
    ['{"a":', 'unexpected EOF'],
    ['{"a":1', 'unexpected EOF'],
    ['{"a":1,', 'unexpected EOF'],
    ['[1,', 'unexpected EOF'],
    ['"abc', 'unexpected EOF'],
    ['"abcdefgh', 'unexpected EOF'],
    ['"a\\', 'unexpected EOF'],
    ['"\\u12', 'unexpected EOF'],
    ['tru', 'unexpected EOF'],
    ['-', 'unexpected EOF'],
    ['1.', 'unexpected EOF'],
    ['1e', 'unexpected EOF'],
    ['1e+', 'unexpected EOF'],
    ['<html>', "invalid character '<' looking for beginning of value"],
    ['\ufeff{}', "invalid character 'ï' looking for beginning of value"],
    ["'a'", "invalid character '\\'' looking for beginning of value"],
    ['{"a":}', "invalid character '}' looking for beginning of value"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ['[,1]', "invalid character ',' looking for beginning of value"],
    ['+1', "invalid character '+' looking for beginning of value"],
    ['.5', "invalid character '.' looking for beginning of value"],
    ['NaN', "invalid character 'N' looking for beginning of value"],
    ['{"a":1,}', "invalid character '}' looking for beginning of object key string"],
    ['{,}', "invalid character ',' looking for beginning of object key string"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['{1:1}', "invalid character '1' looking for beginning of object key string"],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a"}', "invalid character '}' after object key"],
    ['{"a":1 "b":2}', "invalid character '\"' after object key:value pair"],
    ['{"a":1]', "invalid character ']' after object key:value pair"],
    ['[1 2]', "invalid character '2' after array element"],
    ['[1}', "invalid character '}' after array element"],
    ['[01]', "invalid character '1' after array element"],
    ['["a\nb"]', "invalid character '\\n' in string literal"],
    ['"\u0000"', "invalid character '\\x00' in string literal"],
    ['"\\x"', "invalid character 'x' in string escape code"],
    ['"\\u12g4"', "invalid character 'g' in \\u hexadecimal character escape"],
    ['-a', "invalid character 'a' in numeric literal"],
    ['1.a', "invalid character 'a' after decimal point in numeric literal"],
    ['1ea', "invalid character 'a' in exponent of numeric literal"],
    ['trux', "invalid character 'x' in literal true (expecting 'e')"],
    ['fals ', "invalid character ' ' in literal false (expecting 'e')"],
    ['nil', "invalid character 'i' in literal null (expecting 'u')"],
    ['\u0085', "invalid character 'Â' looking for beginning of value"],
  ]
  for (const [text, message] of table) assert.equal(errorOf(text), message, JSON.stringify(text))
})

test('ten thousand levels are valid, one more is not', () => {
  const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)
  assert.equal(errorOf(nested(10_000)), null)
  assert.equal(errorOf(nested(10_001)), "invalid character '[' exceeded max depth")
  assert.equal(errorOf('{"a":'.repeat(100_000)), "invalid character '{' exceeded max depth")
  assert.equal(errorOf('[{}]'), null)
})

test('ends behind the first value', () => {
  for (const [text, start, end] of [
    ['{"a":1} x', 0, 7],
    [' 12abc', 1, 3],
    ['"x"y', 0, 3],
    ['[1]]', 0, 3],
    ['true,', 0, 4],
  ] as const) {
    const found = scan(text)
    assert.deepEqual([found.start, found.end], [start, end], text)
  }
})

test('notes where the members of a top-level object begin', () => {
  assert.deepEqual(scan('{ "a":{"x":1}, "b" :[{"y":2}] }').memberStarts, [2, 15])
  assert.deepEqual(scan('[{"a":1}]').memberStarts, [])
})

test('suspects repeated keys, and only them', () => {
  const repeated = ['{"a":1,"a":2}', '[{"x":[{"long key":1,"b":2,"long key":3}]}]', '{"a":1,"b":{"c":1},"a":2}', '{"\\u0061":1}']
  for (const text of repeated) assert.equal(scan(text).mayHaveDuplicates, true, text)
  const many = Array.from({ length: 5000 }, (_, i) => `"key${i}":${i}`)
  for (const text of ['{"a":1,"b":{"a":1}}', '[{"a":1},{"a":2}]', '{"a":"a"}', `{${many.join()}}`])
    assert.equal(scan(text).mayHaveDuplicates, false, text)
  assert.equal(scan(`{${many.join()},"key4711":0}`).mayHaveDuplicates, true)
})

test('numbers that are not noted are those a double prints back', () => {
  const digits = fc.string({ unit: fc.constantFrom('0', '0', '1', '5', '9'), maxLength: 18 })
  const number = fc
    .tuple(fc.constantFrom('', '-'), digits, fc.option(digits), fc.constantFrom('', '', '', 'e5', 'E-3'))
    .map(
      ([sign, whole, fraction, exponent]) => `${sign}${whole.replace(/^0+(?=.)/, '') || '0'}${fraction ? `.${fraction}` : ''}${exponent}`,
    )
  fc.assert(
    fc.property(number, (text) => {
      const isPrintedBack = String(Number(text)) === text
      // 16 digits and more are noted whatever they are
      if (!scan(text).hasInexactNumbers) assert.equal(isPrintedBack, true)
      else if (text.length <= 15) assert.equal(isPrintedBack && text !== '-0', false)
    }),
    { numRuns: 2000 },
  )
})

test('notes escapes that Go would not write', () => {
  for (const text of ['"\\u0041"', '"\\/"', '{"\\ud800":1}', '["a longer text\\u000a"]']) assert.equal(scan(text).hasOddEscapes, true, text)
  for (const text of ['"é€𝄞"', '"\\n\\"\\\\u"', '{"a":"b"}', '"\u007f"', '"a&b"']) assert.equal(scan(text).hasOddEscapes, false, text)
})

test('agrees with JSON.parse on what is valid', () => {
  const parses = (text: string) => {
    try {
      JSON.parse(text)
      return true
    } catch {
      return false
    }
  }
  const accepts = (text: string) => {
    try {
      const { end } = scan(text)
      return bytesOf(text).subarray(end).toString().trim() === ''
    } catch {
      return false
    }
  }
  const damage = fc
    .tuple(jsonText, fc.nat(), fc.constantFrom('', ',', '"', '}', ']', '{', '[', ':', '\\', '0', '-', '.', 'e', 'u', '\n', ' '))
    .map(([text, at, piece]) => {
      const cut = at % (text.length + 1)
      return text.slice(0, cut) + piece + text.slice(cut + 1)
    })
  fc.assert(
    fc.property(fc.oneof(jsonText, damage), (text) => {
      assert.equal(accepts(text), parses(text.replaceAll('\ufeff', 'x')), text)
    }),
    { numRuns: 3000 },
  )
})
