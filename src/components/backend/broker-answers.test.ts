import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Manipulate } from '../../engine/compile/component.ts'
import { Data } from '../../engine/data.ts'
import { loadEncodings } from '../../encodings/load.ts'
import { makeSite } from '../../testing/index.ts'
import { answerWith, compileMessageDecoder } from './broker-answers.ts'

const encodings = await loadEncodings(['json', 'xml', 'rss', 'no-op', 'string'])

function decodeAs(encoding: string, body: string): unknown {
  const decode = encodings.decoderFor(encoding, { isCollection: false, dialect: 3 })
  return compileMessageDecoder(makeSite({ decode: () => decode }))(Buffer.from(body))?.object ?? null
}

test('a message in which the decoder finds nothing is an empty one', () => {
  for (const body of ['', ' \n', 'null']) assert.equal(decodeAs('json', body), null)
  for (const body of ['', 'text', '{"a":1}']) assert.equal(decodeAs('xml', body), null)
  assert.equal(decodeAs('no-op', 'anything'), null)
  assert.deepEqual(decodeAs('string', ''), { content: '' })
})

test('a message in which something is wrong is refused', () => {
  assert.throws(() => decodeAs('json', '{'), { message: 'unexpected EOF' })
  assert.throws(() => decodeAs('xml', '<a>'), /unexpected EOF/)
  assert.throws(() => decodeAs('rss', ''))
})

test('the rules of a backend are for an empty message too', () => {
  const group: Manipulate = (data) => Data.wrapped('g', data)
  assert.equal(answerWith(null, null).data, null)
  assert.deepEqual(answerWith(null, group).data?.object, { g: null })
})
