// JSON errors in the words of Go's encoding/json.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { array, assert as check, json, nat, property, string, tuple } from 'fast-check'
import { FormatError } from './format-error.ts'
import { describeSyntaxError } from './json-syntax.ts'
import { parseJson } from './json.ts'

function failureOf(text: string): FormatError {
  try {
    parseJson(text)
  } catch (error) {
    assert.ok(error instanceof FormatError)
    return error
  }
  return assert.fail(`${text} was accepted`)
}

test('says what Go says', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['', 'unexpected end of JSON input'],
    ['{"a":', 'unexpected end of JSON input'],
    ['{"a":"x', 'unexpected end of JSON input'],
    ['{"a": fals', "invalid character ' ' in literal false (expecting 'e')"],
    ['{"a":-', "invalid character ' ' in numeric literal"],
    ['{"a":"1e999","b":[1,-1e999]}', 'json: cannot unmarshal number -1e999 into Go value of type float64'],
    [`{"a":${'9'.repeat(310)}}`, `json: cannot unmarshal number ${'9'.repeat(310)} into Go value of type float64`],
    ['{"version":3,}', "invalid character '}' looking for beginning of object key string"],
    ['{a:1}', "invalid character 'a' looking for beginning of object key string"],
    ['// x', "invalid character '/' looking for beginning of value"],
    ['\uFEFF{}', "invalid character 'ï' looking for beginning of value"],
    ['[1,]', "invalid character ']' looking for beginning of value"],
    ["{'a':1}", String.raw`invalid character '\'' looking for beginning of object key string`],
    ['{"a" 1}', "invalid character '1' after object key"],
    ['{"a":1 "b":2}', `invalid character '"' after object key:value pair`],
    ['[1 2]', "invalid character '2' after array element"],
    ['{} x', "invalid character 'x' after top-level value"],
    ['{"a":"\n"}', String.raw`invalid character '\n' in string literal`],
    [String.raw`{"a":"\x"}`, "invalid character 'x' in string escape code"],
    [String.raw`{"a":"\u12G4"}`, String.raw`invalid character 'G' in \u hexadecimal character escape`],
    ['{"a":-x}', "invalid character 'x' in numeric literal"],
    ['{"a":1.x}', "invalid character 'x' after decimal point in numeric literal"],
    ['{"a":1e}', "invalid character '}' in exponent of numeric literal"],
    ['{"a":01}', "invalid character '1' after object key:value pair"],
    ['{"a":trUe}', "invalid character 'U' in literal true (expecting 'u')"],
    ['version = 3', "invalid character 'v' looking for beginning of value"],
    ['[]', 'json: cannot unmarshal array into Go value of type map[string]interface {}'],
    ['"x"', 'json: cannot unmarshal string into Go value of type map[string]interface {}'],
    ['true', 'json: cannot unmarshal bool into Go value of type map[string]interface {}'],
    ['1', 'json: cannot unmarshal number into Go value of type map[string]interface {}'],
  ]
  for (const [text, message] of cases) assert.equal(failureOf(text).message, message, text)
})

test('knows where', () => {
  assert.deepEqual(failureOf('{\n  "a": 1,\n}').position, { line: 3, column: 1 })
  assert.deepEqual(failureOf('{\n  "a": 1e999}').position, { line: 2, column: 8 })
  assert.deepEqual(failureOf('{\n  "a": 1').position, { line: 2, column: 9 })
})

test('null is an empty object, the last of two equal keys counts', () => {
  assert.deepEqual(parseJson('null'), {})
  assert.deepEqual(parseJson('{"a":1,"a":2}'), { a: 2 })
})

test('the scanner finds an error exactly where JSON.parse finds one', () => {
  check(
    property(json(), array(tuple(nat(), string({ maxLength: 2 })), { maxLength: 3 }), (valid, edits) => {
      let text = valid
      for (const [at, insertion] of edits) {
        const position = at % (text.length + 1)
        text = text.slice(0, position) + insertion + text.slice(position + 1)
      }
      let isValid = true
      try {
        JSON.parse(text)
      } catch {
        isValid = false
      }
      assert.equal(describeSyntaxError(text) === null, isValid, text)
    }),
  )
})
