// Tokens as text: what go-jose reads is read, hostile forms are refused before anything else happens.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import * as fc from 'fast-check'
import { decodeBase64url, decodePaddedBase64url, isCanonical } from '../base64url.ts'
import { checkEmbeddedKeys, MAX_TOKEN_LENGTH, parseClaims, parseJws, TokenError } from './jws.ts'
import { parseStrictObject } from './strict-json.ts'

function encode(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url')
}

function token(header: unknown, payload: unknown = {}, signature = 'AQID'): string {
  return `${encode(header)}.${encode(payload)}.${signature}`
}

test('parts of a good token', () => {
  const jws = parseJws(token({ alg: 'HS256', kid: 'k', typ: 'at+jwt', cty: 'x', jku: 'http://evil', x5u: 'http://evil' }, { a: 1 }))
  assert.deepEqual([jws.alg, jws.kid, jws.payload.toString(), [...jws.signature]], ['HS256', 'k', '{"a":1}', [1, 2, 3]])
})

test('null and absent names of the header are empty', () => {
  const jws = parseJws(token({ alg: null, kid: null, nonce: null, crit: null, jwk: null, x5c: null }))
  assert.equal(parseJws(token({ alg: 'HS256', x5c: [] })).alg, 'HS256')
  assert.deepEqual([jws.alg, jws.kid], ['', ''])
})

test('white space anywhere, padding and unused bits are tolerated; the decoded bytes are what was signed', () => {
  const header = encode('{"alg":"HS256"} ')
  const clean = `${header}.${encode('{}')}`
  assert.equal(parseJws(` ${header.slice(0, 3)}\n${header.slice(3)} .\t${encode('{}')}.AQID `).signingInput, clean)
  const exotic = Buffer.from('\u0085\u00A0\u1680\u2000\u200A\u2028\u2029\u202F\u205F\u3000').toString('latin1')
  assert.equal(parseJws(`${exotic}${header}.${exotic}${encode('{}')}.AQID${exotic}`).signingInput, clean)
  assert.throws(() => parseJws(`${header}${Buffer.from('\u200B').toString('latin1')}.${encode('{}')}.AQID`), TokenError)
  assert.equal(parseJws(`${header}==.${encode('{}')}=.AQID`).signingInput, clean)
  const loose = `${encode('{}').slice(0, -1)}1`
  assert.equal(parseJws(`${header}.${loose}.AQID`).signingInput, clean)
})

describe('refused', () => {
  const good = { alg: 'HS256', kid: 'k' }
  const privateKey = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const hostile: Record<string, string> = {
    empty: '',
    'one part': 'abc',
    'two parts': 'e30.e30',
    'four parts': `${token(good)}.x`,
    'five parts': `${token(good)}.x.y`,
    dots: '..',
    'empty header': `.e30.AQID`,
    'header is no JSON': token('{"alg"'),
    'header is a list': token('["HS256"]'),
    'header is a text': token('"HS256"'),
    'header twice': token('{"alg":"HS256"}{"alg":"HS256"}'),
    'duplicate alg': token('{"alg":"none","alg":"HS256"}'),
    'duplicate inside': token('{"alg":"HS256","x":{"a":1,"a":1}}'),
    'duplicate by escape': token('{"alg":"HS256","\\u0061lg":"none"}'),
    'kid is a number': token({ ...good, kid: 1 }),
    'alg is a list': token({ ...good, alg: ['HS256'] }),
    'nonce is a number': token({ ...good, nonce: 1 }),
    'crit with a name': token({ ...good, crit: ['exp'] }),
    'crit with b64': token({ ...good, crit: ['b64'], b64: true }),
    'crit is a text': token({ ...good, crit: 'b64' }),
    'b64 false': token({ ...good, b64: false }),
    'b64 is a text': token({ ...good, b64: 'false' }),
    'jwk is no key': token({ ...good, jwk: {} }),
    'jwk is a text': token({ ...good, jwk: 'x' }),
    'jwk is private': token({ ...good, jwk: privateKey }),
    'jwk is a secret': token({ ...good, jwk: { kty: 'oct', k: 'AQID' } }),
    'x5c is no list': token({ ...good, x5c: 'x' }),
    'a number beyond every double': token({ ...good, x: [{ y: 1 }] }).replace(
      /^[^.]*/,
      Buffer.from('{"alg":"HS256","x":[{"y":-1e400}]}').toString('base64url'),
    ),
    'x5c without end': token({ ...good, x5c: Array(11).fill('AQID') }),
    'standard alphabet': token(good, {}, '+/ID'),
    'other characters': token(good, {}, 'AQI!'),
    'one character too many': token(good, {}, 'AQIDE'),
    'padding inside': token(good, {}, 'A=QI'),
    'percent encoding': token(good).replaceAll('.', '%2E'),
    'JSON serialization': JSON.stringify({ protected: encode(good), payload: 'e30', signature: 'AQID' }),
    oversized: token({ ...good, x: 'x'.repeat(MAX_TOKEN_LENGTH) }),
    'deep header': token(`{"alg":"HS256","x":${'['.repeat(2000)}${']'.repeat(2000)}}`),
  }
  for (const [name, text] of Object.entries(hostile)) {
    test(name, () => {
      assert.throws(() => parseJws(text), TokenError)
    })
  }
})

test('numbers of a payload are doubles', () => {
  for (const text of ['{"a":1e400}', '{"a":[{"b":-1E+309}]}', `{"a":${'9'.repeat(310)}}`])
    assert.throws(() => parseClaims(Buffer.from(text)), TokenError)
  for (const text of ['{"a":1e-400}', '{"a":1e308}', '{"a":"1e400"}']) assert.doesNotThrow(() => parseClaims(Buffer.from(text)))
})

test('a public key and certificates that a token brings along are read and forgotten', () => {
  const jwk = generateKeyPairSync('ec', { namedCurve: 'P-256' }).publicKey.export({ format: 'jwk' })
  const { header } = parseJws(token({ alg: 'ES256', jwk }))
  assert.doesNotThrow(() => checkEmbeddedKeys(header))
  for (const wrong of [{ jwk: { ...jwk, x: 'AQID' } }, { jwk: { ...jwk, kid: 1 } }, { x5c: ['AQID'] }, { x5c: [1] }]) {
    const jws = parseJws(token({ alg: 'ES256', ...wrong }))
    assert.throws(() => checkEmbeddedKeys(jws.header), TokenError, JSON.stringify(wrong))
  }
})

test('any text gives a token or a TokenError', () => {
  const piece = fc.oneof(fc.string(), fc.base64String(), fc.json().map(encode))
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
      try {
        parseJws(pieces.join('.'))
      } catch (error) {
        assert.ok(error instanceof TokenError)
      }
    }),
  )
})

test('the payload must be one JSON object without duplicates', () => {
  assert.deepEqual(parseClaims(Buffer.from('\n {"a":[1,{"b":":"}]} ')), { a: [1, { b: ':' }] })
  for (const text of [
    '',
    '[]',
    '1',
    'true',
    '"text"',
    'null',
    '{',
    '{"a":1,}',
    "{'a':1}",
    '{}{}',
    '{} x',
    '{"a":1,"a":1}',
    '{"a":{"b":1,"b":2}}',
  ]) {
    assert.throws(() => parseClaims(Buffer.from(text)), TokenError, text)
  }
})

test('strict JSON is JSON where no object has a member twice', () => {
  fc.assert(fc.property(fc.json(), (text) => assert.deepEqual(parseStrictObject(`{"v":${text}}`)['v'], JSON.parse(text))))
  fc.assert(
    fc.property(fc.string(), fc.jsonValue(), fc.jsonValue(), (name, first, second) => {
      const member = (value: unknown): string => `${JSON.stringify(name)}:${JSON.stringify(value)}`
      assert.throws(() => parseStrictObject(`{"v":[{${member(first)},${member(second)}}]}`), SyntaxError)
    }),
  )
})

test('base64url: every encoding is canonical and decodes to its bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = Buffer.from(bytes).toString('base64url')
      assert.equal(isCanonical(text), true)
      assert.equal(isCanonical(`${text}=`), false)
      assert.deepEqual(decodeBase64url(text), Buffer.from(bytes))
      assert.deepEqual(decodeBase64url(`${text}==`), Buffer.from(bytes))
      assert.deepEqual(
        decodePaddedBase64url(Buffer.from(bytes).toString('base64').replaceAll('+', '-').replaceAll('/', '_')),
        Buffer.from(bytes),
      )
    }),
  )
  fc.assert(
    fc.property(fc.stringMatching(/^[A-Za-z0-9_-]{2,9}$/), (text) => {
      const bytes = decodeBase64url(text)
      assert.equal(bytes === null, text.length % 4 === 1)
      if (bytes !== null) assert.equal(isCanonical(text), bytes.toString('base64url') === text)
    }),
  )
})

test("padded base64url complains in Go's words", () => {
  assert.throws(() => decodePaddedBase64url('!!!'), /illegal base64 data at input byte 0/)
  assert.throws(() => decodePaddedBase64url('AB/='), /illegal base64 data at input byte 2/)
  assert.throws(() => decodePaddedBase64url('AAA'), /illegal base64 data at input byte 3/)
  assert.deepEqual(decodePaddedBase64url('AA\r\nA=\n'), Buffer.alloc(2))
})
