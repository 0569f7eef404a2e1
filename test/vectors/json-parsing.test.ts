// Public vectors of JSON texts against the engine's decoder, which judges as Go's encoding/json does.

import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { test } from 'node:test'
import { decodeSafeJson } from '../../src/engine/decode-json.ts'
import { parseJson } from '../../src/json/read.ts'
import { scanJson } from '../../src/json/scan.ts'
import { encodeJson } from '../../src/json/write.ts'
import { readLines } from './read-lines.ts'

/** A text, or bytes that are none, or a piece so many times. `y_…` is valid, `n_…` is not, of `i_…` a parser may think what it likes. */
interface Vector {
  readonly name: string
  readonly text?: string
  readonly base64?: string
  readonly repeat?: readonly [piece: string, times: number]
}

/** Go takes the others: numbers keep their text, however large they are, and what is no character becomes U+FFFD. */
const REFUSED_BY_GO = new Set([
  'i_string_UTF-16LE_with_BOM',
  'i_string_utf16BE_no_BOM',
  'i_string_utf16LE_no_BOM',
  'i_structure_UTF-8_BOM_empty_object',
])

const vectors = readLines<Vector>('json-parsing.jsonl')

function bytesOf({ text, base64, repeat }: Vector): Buffer {
  if (repeat !== undefined) return Buffer.from(repeat[0].repeat(repeat[1]))
  return text === undefined ? Buffer.from(base64 ?? '', 'base64') : Buffer.from(text)
}

/** Whether the bytes are one value and white space. The decoder itself ignores what follows the value, as Go's does. */
function isValid(bytes: Buffer): boolean {
  try {
    const { end } = scanJson(bytes)
    return /^[ \t\r\n]*$/.test(bytes.toString('latin1', end))
  } catch {
    return false
  }
}

test('texts are valid exactly when they should be', () => {
  assert.ok(vectors.length > 300)
  for (const vector of vectors) {
    const isGood = vector.name.startsWith('y_') || (vector.name.startsWith('i_') && !REFUSED_BY_GO.has(vector.name))
    assert.equal(isValid(bytesOf(vector)), isGood, vector.name)
  }
})

test('valid texts mean what they mean to JSON.parse, decoded and passed on', () => {
  for (const vector of vectors) {
    const bytes = bytesOf(vector)
    if (!isValid(bytes)) continue
    const meaning = wellFormed(JSON.parse(bytes.toString()))
    const passedOn = JSON.parse(String(decodeSafeJson(bytes, 'content').encoded())) as { collection?: unknown; content?: unknown }
    const kind = Array.isArray(meaning) ? 'collection' : 'content'
    // Of bytes that are no UTF-8 Go replaces each one, a decoder of texts some of them together.
    if (!isUtf8(bytes)) continue
    assert.deepEqual(JSON.parse(encodeJson(parseJson(bytes))), meaning, vector.name)
    assert.deepEqual(isObject(meaning) ? passedOn : passedOn[kind], meaning, vector.name)
  }
})

test('what is no UTF-8 and half of a pair is U+FFFD, and numbers keep their text', () => {
  const find = (name: string): Buffer => bytesOf(vectors.find((vector) => vector.name === name) ?? assert.fail(name))
  const shown = (name: string): string => encodeJson(parseJson(find(name)))
  assert.equal(shown('i_string_incomplete_surrogate_pair'), '["\ufffda"]')
  assert.equal(shown('i_string_inverted_surrogates_U+1D11E'), '["\ufffd\ufffd"]')
  assert.equal(shown('i_object_key_lone_2nd_surrogate'), '{"\ufffd":0}')
  assert.equal(shown('i_string_UTF-8_invalid_sequence'), '["日ш\ufffd"]')
  assert.equal(shown('i_string_overlong_sequence_6_bytes'), `["${'\ufffd'.repeat(6)}"]`)
  for (const name of ['i_number_huge_exp', 'i_number_too_big_pos_int', 'y_number_minus_zero', 'y_number_real_capital_e_pos_exp']) {
    assert.equal(shown(name), find(name).toString().trim())
  }
})

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (Array.isArray(value)) return value.map(wellFormed)
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toWellFormed(), wellFormed(inner)]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
