import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Data } from '../engine/data.ts'
import { parseBounded } from './bounded-parse.ts'
import { jsonText } from './test-arbitrary.ts'
import { decodeJsonCollection, decodeJsonObject, decodeSafeJson } from '../engine/decode-json.ts'
import { parseJson } from './read.ts'
import { parseJsonText, parseLossless } from './parse.ts'
import { getKey, isJsonObject, JsonNumber, setKey } from './types.ts'
import type { JsonObject, JsonValue } from './types.ts'
import { compareText } from '../go/text.ts'
import { encodeJson, encodeSorted } from './write.ts'

const object = (text: string | Buffer) => decodeJsonObject(Buffer.from(text as string))
const shown = (data: Data | null) => (data === null ? 'null' : String(data.encoded()))
const decoded = (data: Data | null) => encodeJson((data as Data).object)
/** The text without white space outside of strings. */
const compact = (text: string) => text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, '$1')
const toDoubles = (value: JsonValue): unknown => JSON.parse(JSON.stringify(value))

test('numbers come out as they came in, untouched and decoded', () => {
  const text = '{"n":12345678901234567890,"f":1.0,"e":1e3,"z":-0,"l":[1.50,{"x":0.0000001}]}'
  assert.equal(shown(object(text)), text)
  assert.equal(decoded(object(text)), text)
})

test('special names are ordinary keys', () => {
  const text = '{"__proto__":{"admin":true},"constructor":1,"toString":null}'
  for (const body of [text, text.replace('1', '1.0')]) {
    const data = object(body) as Data
    assert.equal(shown(data), body)
    assert.equal(decoded(data), body)
    assert.deepEqual(data.keys, ['__proto__', 'constructor', 'toString'])
    assert.equal(Object.getPrototypeOf(data.object), Object.prototype)
  }
})

/** A text as JSON, every character escaped. */
const escaped = (text: string) => `"${text.replaceAll(/[^]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`)}"`

test('an escaped key is not taken for one with a backslash that another object has', () => {
  const readers: Readonly<Record<string, (text: string) => unknown>> = {
    text: parseJsonText,
    bounded: parseBounded,
    bytes: (text) => parseJson(Buffer.from(text)),
  }
  for (const [name, read] of Object.entries(readers)) {
    for (const [index, key] of ['admin', 'A', 'é', '"', '\n', '\\', '__proto__'].entries()) {
      // a first member that no other object has: what follows it is what the engine expects from then on
      const first = `"${name} ${index}":0`
      const earlier = read(`{${first},${JSON.stringify(escaped(key).slice(1, 1 + key.length))}:0}`)
      const value = read(`{${first},${escaped(key)} :[1.5,"\\n"]}`) as JsonObject
      assert.deepEqual(Object.keys(value), [`${name} ${index}`, key], JSON.stringify(earlier))
      assert.equal(encodeJson(getKey(value, key) as JsonValue), '[1.5,"\\n"]')
    }
  }
})

test('of repeated keys the last one is left', () => {
  assert.equal(shown(object('{"a":1,"b":{"x":1,"x":2.0},"a":3}')), '{"a":3,"b":{"x":2.0}}')
  assert.equal(shown(object('{"a":1,"\\u0061":2}')), '{"a":2}')
})

test('what is no UTF-8 and no character becomes U+FFFD, one for each byte', () => {
  const body = Buffer.concat([
    Buffer.from('{"a":"'),
    Buffer.from([0xff, 0xe2, 0x82, 0x41, 0xed, 0xa0, 0x80, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80]),
    Buffer.from('"}'),
  ])
  assert.equal(shown(decodeJsonObject(body)), '{"a":"\ufffd\ufffd\ufffdA\ufffd\ufffd\ufffdé😀"}')
  assert.deepEqual((object('{"a":"\\ud800x\\udc00\\ud834\\udd1e\\\\ud800"}') as Data).object, { a: '\ufffdx\ufffd𝄞\\ud800' })
  assert.equal(shown(object('{"\\ud800":1,"\\udfff":2}')), '{"\ufffd":2}')
})

test('an escape that is half a pair is U+FFFD in texts, too', () => {
  for (const read of [parseJsonText, parseBounded]) {
    const text = String.raw`{"a\udc00":"\ud800x","b":["\uD834\uDD1E","\ud834\ud834\udd1e","\\ud800","\ud800\u0041"]}`
    assert.deepEqual(read(text), { 'a\ufffd': '\ufffdx', b: ['𝄞', '\ufffd𝄞', '\\ud800', '\ufffdA'] })
    assert.throws(() => read(String.raw`{"a":"\ud80"}`), SyntaxError)
  }
})

test('an error names the byte that came, where that is no UTF-8', () => {
  const cases: [string, string][] = [
    ['\x89PNG', String.raw`'\u0089' looking for beginning of value`],
    ['\xe9t\xe9', "'é' looking for beginning of value"],
    ['{"a":1 \xff}', "'ÿ' after object key:value pair"],
    ['{"a":"\xff",\xc3\xa9}', "'Ã' looking for beginning of object key string"],
  ]
  for (const [body, expected] of cases)
    assert.throws(() => decodeJsonObject(Buffer.from(body, 'latin1')), { message: `invalid character ${expected}` })
})

test('untouched strings are escaped as Go does, nothing else', () => {
  const body = '{"s":"<a>&\\u2028\\u2029\u2028/é😀\\u0001\\b\\f\\n\\t\\"\\\\\\u007f\\/\\u00e9\\ud83d\\ude00\\u000A\\u003C"}'
  assert.equal(shown(object(body)), '{"s":"\\u003ca\\u003e\\u0026\\u2028\\u2029\\u2028/é😀\\u0001\\b\\f\\n\\t\\"\\\\\u007f/é😀\\n\\u003c"}')
  assert.equal(shown(object('{"<k>":1.0,"b":"&"}')), '{"\\u003ck\\u003e":1.0,"b":"\\u0026"}')
  assert.equal(shown(object('{"\\u00e9":1,"x\u2028":2}')), '{"é":1,"x\\u2028":2}')
  const text = fc.string({
    unit: fc.constantFrom('a', '<', '&', '\u2028', '\u2027', 'é', '😀', '\n', '"', '\\', '/', '\u0000', '\u007f', '\b'),
    maxLength: 12,
  })
  const escape = (character: string) => character.replaceAll(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const anyEscapes = fc
    .array(fc.tuple(text, fc.boolean()))
    .map((pieces) => pieces.map(([piece, isEscaped]) => (isEscaped ? escape(piece) : JSON.stringify(piece).slice(1, -1))).join(''))
  fc.assert(
    fc.property(anyEscapes, (inner) => {
      const value = JSON.parse(`"${inner}"`) as string
      assert.equal(shown(object(`{"a":"${inner}"}`)), encodeJson({ a: value }))
      assert.equal(shown(object(`{"${inner}":"${inner}","b":1.0}`)), encodeJson(parseLossless(`{"${inner}":"${inner}","b":1.0}`)))
    }),
    { numRuns: 500 },
  )
})

test('the json encoding takes objects and null', () => {
  assert.equal(object('null'), null)
  assert.equal(shown(object(' {"a":1} trailing')), '{"a":1}')
  for (const [text, kind] of [
    ['[1]', 'array'],
    ['"x"', 'string'],
    ['1.5', 'number'],
    ['true', 'bool'],
  ]) {
    assert.throws(() => object(text as string), {
      message: `json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`,
      code: 'ERR_DECODE',
      source: 'backend',
    })
  }
  assert.throws(() => object(''), { message: 'EOF' })
})

test('a collection takes arrays and null', () => {
  assert.equal(shown(decodeJsonCollection(Buffer.from(' [1, 2.0] x'))), '{"collection":[1, 2.0]}')
  assert.equal(shown(decodeJsonCollection(Buffer.from('null'))), '{"collection":null}')
  assert.equal(shown(decodeJsonCollection(Buffer.from('[{"a":1,"a":2}]'))), '{"collection":[{"a":2}]}')
  assert.throws(() => decodeJsonCollection(Buffer.from('{"a":1}')), {
    message: 'json: cannot unmarshal object into Go value of type []interface {}',
  })
})

test('safejson takes everything', () => {
  const safe = (text: string) => shown(decodeSafeJson(Buffer.from(text), 'content'))
  assert.deepEqual(['{"a":1}', '[1]', '"x"', 'null', '1.0', 'true'].map(safe), [
    '{"a":1}',
    '{"collection":[1]}',
    '{"content":"x"}',
    '{"content":null}',
    '{"content":1.0}',
    '{"content":true}',
  ])
})

test('deep values pass and decode', () => {
  const deep = (depth: number, leaf: string) => '{"a":'.repeat(depth) + leaf + '}'.repeat(depth)
  for (const leaf of ['1', '1.0']) {
    const data = object(deep(10_000, leaf)) as Data
    assert.equal(String(data.encoded()).length, deep(10_000, leaf).length)
    assert.equal(encodeSorted(data.object), deep(10_000, leaf))
    assert.equal(encodeJson(data.object), deep(10_000, leaf))
  }
})

test('any value survives decoding and encoding', () => {
  fc.assert(
    fc.property(jsonText, (text) => {
      const value = parseJson(Buffer.from(text))
      assert.deepEqual(toDoubles(value), JSON.parse(text))
      assert.deepEqual(toDoubles(parseLossless(text)), JSON.parse(text))
      const numbers = (json: string) =>
        compact(json)
          .replace(/"(?:[^"\\]|\\.)*"/g, '')
          .match(/[-\d.eE+]{2,}|\d/g)
          ?.sort()
      assert.deepEqual(numbers(encodeJson(value)), numbers(text))
      assert.equal(encodeSorted(parseJson(Buffer.from(encodeSorted(value)))), encodeSorted(value))
    }),
    { numRuns: 1000 },
  )
})

test('only numbers that need it keep their text', () => {
  const value = parseLossless('[1,1.0,"a",-0.5]') as JsonValue[]
  assert.deepEqual(value, [1, new JsonNumber('1.0'), 'a', -0.5])
})

test('encoding escapes as Go does', () => {
  assert.equal(encodeJson({ '<k>': 'a&b\u2028\u2029/é\b\f\u0001' }), '{"\\u003ck\\u003e":"a\\u0026b\\u2028\\u2029/é\\b\\f\\u0001"}')
})

test('what is longer than any text can be is an error', () => {
  // six characters for each
  const long = '\u0001'.repeat(90_000_000)
  for (const value of [long, [long]]) assert.throws(() => encodeJson(value), { message: 'Invalid string length' })
})

test('sorted keys stand in the order of their UTF-8 bytes', () => {
  const keys = ['b', 'a', '10', '9', 'é', '𝄞', '\uffff', '', 'ab', 'A', '__proto__']
  const value: JsonObject = {}
  for (const key of keys) setKey(value, key, { z: 1, a: [] })
  const expected = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  assert.deepEqual(keys.toSorted(compareText), expected)
  assert.equal(encodeSorted(value), `{${expected.map((key) => `${JSON.stringify(key)}:{"a":[],"z":1}`).join()}}`)
})

test('keys are read without inheritance', () => {
  assert.equal(getKey({}, 'constructor'), undefined)
  assert.equal(getKey({ constructor: 1 }, 'constructor'), 1)
  assert.deepEqual([{}, [], null, 'x', new JsonNumber('1.0')].map(isJsonObject), [true, false, false, false, false])
})
