import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { Data } from './data.ts'
import { KEYS, objectText } from '../json/test-arbitrary.ts'
import { decodeJsonObject, decodeSafeJson } from './decode-json.ts'
import type { JsonValue } from '../json/types.ts'
import { encodeJson, encodeSorted } from '../json/write.ts'

const ofText = (text: string) => decodeJsonObject(Buffer.from(text)) as Data
const shown = (data: Data) => String(data.encoded())
const entriesOf = (data: Data): [string, JsonValue][] => Object.entries(data.object)

/** One object in each of the forms that Data may have. */
const forms = [
  (text: string) => ofText(text),
  (text: string) => Data.of(ofText(text).object),
  (text: string) => Data.ofParts(ofText(text).parts),
  (text: string) => {
    const parts = [...ofText(text).parts]
    return Data.merge(parts.map((part) => Data.ofParts(new Map([part]))))
  },
  (text: string) => ofText(`  ${text} rest`),
]
const data = fc.tuple(objectText, fc.constantFrom(...forms)).map(([text, make]) => make(text))

test('all forms of an object answer alike', () => {
  fc.assert(
    fc.property(objectText, fc.constantFrom(...KEYS), (text, key) => {
      const expected = Data.of(ofText(text).object)
      for (const make of forms) {
        const fresh = () => make(text)
        assert.equal(encodeSorted(ofText(shown(fresh())).object), encodeSorted(expected.object))
        assert.equal(encodeSorted(fresh().object), encodeSorted(expected.object))
        assert.deepEqual(fresh().keys.toSorted(), expected.keys.toSorted())
        assert.equal(fresh().isEmpty, expected.isEmpty)
        assert.equal(fresh().has(key), expected.has(key))
        assert.deepEqual(fresh().child(key)?.object, expected.child(key)?.object)
        const member = fresh().encodedMember(key)
        assert.equal(
          member === null ? null : encodeSorted(ofText(`{"m":${String(member)}}`).object),
          expected.has(key) ? encodeSorted({ m: expected.parts.get(key) as JsonValue }) : null,
        )
      }
    }),
    { numRuns: 500 },
  )
})

test('merging is shallow and the later one wins', () => {
  fc.assert(
    fc.property(fc.array(data, { maxLength: 4 }), (list) => {
      const expected = new Map(list.flatMap(entriesOf))
      const merged = Data.merge(list)
      assert.deepEqual(new Map(entriesOf(ofText(shown(merged)))), expected)
      assert.deepEqual(new Map(entriesOf(merged)), expected)
      assert.equal(merged.isEmpty, expected.size === 0)
    }),
    { numRuns: 500 },
  )
})

test('groups nest, and merge with others', () => {
  fc.assert(
    fc.property(data, data, (one, two) => {
      const merged = Data.merge([one.grouped('é'), two.grouped('__proto__').grouped('g')])
      assert.equal(
        encodeSorted(ofText(shown(merged)).object),
        encodeSorted(Data.merge([Data.of({ é: one.object }), Data.ofParts(new Map([['g', two.grouped('__proto__').object]]))]).object),
      )
    }),
    { numRuns: 300 },
  )
})

test('untouched bytes are passed on as they are', () => {
  const bytes = Buffer.from('{ "a" : 1.0,\n "é":[ ] }')
  assert.equal(decodeJsonObject(bytes)?.encoded(), bytes)
  const read = decodeJsonObject(bytes) as Data
  assert.equal(encodeJson(read.object), '{"a":1.0,"é":[]}')
  assert.equal(read.encoded(), bytes)
  assert.equal(shown(read.grouped('g')), '{"g":{ "a" : 1.0,\n "é":[ ] }}')
  assert.equal(shown(Data.merge([read, ofText('{"b":2}')])), '{ "a" : 1.0,\n "é":[ ] ,"b":2}')
})

test('a group of null, an empty merge', () => {
  assert.equal(shown(Data.wrapped('g', null)), '{"g":null}')
  assert.deepEqual(Data.wrapped('g', null).object, { g: null })
  assert.equal(Data.merge([]), Data.EMPTY)
  assert.equal(shown(Data.merge([ofText('{ }'), Data.EMPTY])), '{}')
})

test('members of a collection are there without decoding', () => {
  const collection = decodeSafeJson(Buffer.from(' [1.0,{"a": "ü"}] '), 'content')
  assert.equal(String(collection.encodedMember('collection')), '[1.0,{"a": "ü"}]')
  assert.equal(collection.encodedMember('other'), null)
  assert.equal(String(Data.of({ collection: ['€'] }).encodedMember('collection')), '["€"]')
})
