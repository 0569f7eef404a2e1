import assert from 'node:assert/strict'
import { test } from 'node:test'
import { loadEncodings } from '../../encodings/index.ts'
import { SendError } from '../errors.ts'
import { compileBrokenDecoder } from './broken-body.ts'

const FAILURE = new SendError('unexpected EOF', { phase: 'body' })
const encodings = await loadEncodings(['xml', 'rss'])

function decode(encoding: string, text: string, failure = FAILURE, isCollection = false): string {
  const decoder = compileBrokenDecoder(encoding, encodings.decoderFor(encoding, { isCollection, dialect: 3 }))
  return String(decoder(Buffer.from(text), failure)?.encoded())
}

test('what says itself where it ends is read', () => {
  assert.equal(decode('json', ' {"a":1}\n'), '{"a":1}')
  assert.equal(decode('json', '[1]', FAILURE, true), '{"collection":[1]}')
  assert.equal(decode('safejson', '[1] tail'), '{"collection":[1]}')
  assert.equal(decode('xml', '<?xml version="1.0"?><a><b>1</b></a><c'), '{"a":{"b":"1"}}')
})

test('what may go on behind the break is not', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['json', '{"a":1'],
    ['json', ''],
    ['json', 'null'],
    ['safejson', '12'],
    ['safejson', '"text"'],
    ['string', 'text'],
    ['string', '{"a":1}'],
    ['rss', '<rss><channel></channel></rss>'],
    ['xml', '<a><b>'],
  ]
  for (const [encoding, text] of cases) assert.throws(() => decode(encoding, text), FAILURE, `${encoding} ${text}`)
})

test('a mistake before the break is told, a size is refused before anything is read', () => {
  assert.throws(() => decode('json', '{x'), { code: 'ERR_DECODE' })
  const large = new SendError('large', { phase: 'body', code: 'ERR_BACKEND_TOO_LARGE' })
  assert.throws(() => decode('json', '{"a":1}', large), large)
})
