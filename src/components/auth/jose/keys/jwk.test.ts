// Key sets: what go-jose reads is read, and one key that it would not read spoils the set.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { parseJwk, parseJwkSet } from './jwk.ts'
import { completeRsaKey } from './rsa-numbers.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const rsaPublic = rsa.publicKey.export({ format: 'jwk' })
const rsaPrivate = rsa.privateKey.export({ format: 'jwk' })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
const { d: _ecSecret, ...ecPublic } = ec
const ed = generateKeyPairSync('ed25519').publicKey.export({ format: 'jwk' })

function parse(...keys: unknown[]): ReturnType<typeof parseJwkSet> {
  return parseJwkSet(JSON.stringify({ keys }))
}

test('keys of every type, in the order of the set', () => {
  const keys = parse({ kty: 'oct', k: 'AQID', kid: 'h' }, { ...rsaPublic, kid: 'r' }, rsaPrivate, ec, ecPublic, ed)
  assert.deepEqual(
    keys.map(({ kid, keyType, key }) => [kid, keyType, key.type]),
    [
      ['h', 'oct', 'secret'],
      ['r', 'RSA', 'public'],
      ['', 'RSA', 'private'],
      ['', 'EC', 'private'],
      ['', 'EC', 'public'],
      ['', 'OKP', 'public'],
    ],
  )
})

test('an empty set and a set without keys are sets', () => {
  assert.deepEqual(parseJwkSet('{"keys":[]}'), [])
  assert.deepEqual(parseJwkSet('{}'), [])
})

test('the set is named in any case, members of its keys exactly', () => {
  assert.equal(parseJwkSet('{"Keys":[{"kty":"oct","k":"AQ","x":1e400}]}').length, 1)
  assert.throws(() => parseJwkSet('{"keys":[{"KTY":"oct","k":"AQ"}]}'))
})

test('a private RSA key needs no more than its primes', () => {
  const { dp, dq, qi, ...bare } = rsaPrivate
  assert.deepEqual(parseJwk(bare)?.key.export({ format: 'jwk' }), rsaPrivate)
  const bytes = (name: 'n' | 'e' | 'd' | 'p' | 'q'): Buffer => Buffer.from(String(rsaPrivate[name]), 'base64url')
  const numbers = completeRsaKey({ n: bytes('n'), e: bytes('e'), d: bytes('d'), p: bytes('p'), q: bytes('q') })
  assert.deepEqual(
    [numbers.dp, numbers.dq, numbers.qi].map((number) => number.toString('base64url')),
    [dp, dq, qi],
  )
})

test('lines may be broken wherever Go skips that', () => {
  const wrap = (value: unknown): string => String(value).replaceAll(/.{10}/g, '$&\r\n')
  const wrapped = (jwk: object): object =>
    Object.fromEntries(Object.entries(jwk).map(([name, value]) => [name, name.length === 1 ? wrap(value) : value]))
  for (const jwk of [rsaPublic, rsaPrivate, ec, ed]) assert.deepEqual(parse(wrapped(jwk))[0]?.key.export({ format: 'jwk' }), jwk)
  assert.deepEqual(parse({ kty: 'oct', k: 'AQI\n=' })[0]?.key.export(), Buffer.of(1, 2))
  assert.throws(() => parse({ kty: 'oct', k: 'AQI=\n' }))
})

test('an Ed25519 key of a wrong length is cut or left out, and its set stays', () => {
  const own = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' })
  const sized = (name: 'x' | 'd', size: number): object => {
    const bytes = Buffer.concat([Buffer.from(String(own[name]), 'base64url'), Buffer.alloc(32, 1)])
    return { ...own, [name]: bytes.subarray(0, size).toString('base64url') }
  }
  const set = [sized('d', 64), sized('x', 33), sized('x', 31), sized('d', 31), sized('x', 0), { kty: 'oct', k: 'AQ' }]
  assert.deepEqual(
    parse(...set).map(({ key }) => key.export({ format: 'jwk' })),
    [own, own, { kty: 'oct', k: 'AQ' }],
  )
})

describe('one bad key spoils the set', () => {
  const withoutPrimes = { ...rsaPublic, d: rsaPrivate.d }
  const flipped = Buffer.from(String(ecPublic.x), 'base64url')
  flipped[0] = (flipped[0] as number) ^ 1
  const bad: Record<string, unknown> = {
    'unknown type': { kty: 'x' },
    'no type': { k: 'AQ' },
    'no object': 'text',
    null: null,
    'oct without k': { kty: 'oct' },
    'oct with other characters': { kty: 'oct', k: 'A+B/' },
    'kid is a number': { kty: 'oct', k: 'AQ', kid: 1 },
    'alg is a number': { kty: 'oct', k: 'AQ', alg: 1 },
    'x5t of a wrong length': { kty: 'oct', k: 'AQ', x5t: 'AQID' },
    'x5c that is no certificate': { ...rsaPublic, x5c: ['AQID'] },
    'x5c that is no list': { ...rsaPublic, x5c: 'AQID' },
    'x5u that is no URL': { kty: 'oct', k: 'AQ', x5u: '::' },
    'RSA without e': { kty: 'RSA', n: rsaPublic.n },
    'RSA private without primes': withoutPrimes,
    'RSA private with foreign primes': { ...rsaPrivate, p: rsaPrivate.q },
    'EC on another curve': { ...ecPublic, crv: 'secp256k1' },
    'EC curve from the prototype': { ...ecPublic, crv: 'constructor' },
    'EC off the curve': { ...ecPublic, x: flipped.toString('base64url') },
    'EC with a short coordinate': { ...ecPublic, x: 'AQ' },
    'EC with a padded coordinate': { ...ecPublic, x: Buffer.concat([Buffer.alloc(1), flipped]).toString('base64url') },
    X25519: { ...ed, crv: 'X25519' },
    Ed448: { ...ed, crv: 'Ed448' },
    'Ed25519 without x': { kty: 'OKP', crv: 'Ed25519' },
  }
  for (const [name, key] of Object.entries(bad)) {
    test(name, () => {
      assert.throws(() => parse({ kty: 'oct', k: 'AQID', kid: 'good' }, key))
    })
  }
})

test('texts that are no set', () => {
  for (const text of ['', '[]', 'null', '"x"', '{"keys":{}}', '{"keys":[', '{"keys":[]}{"keys":[]}', '<html>', '{"keys":[],"keys":[]}']) {
    assert.throws(() => parseJwkSet(text), Error, text)
  }
})

test('thumbprints are base64url of the digest or of its hexadecimal text', () => {
  const digest = Buffer.alloc(20, 7)
  for (const x5t of [digest.toString('base64url'), Buffer.from(digest.toString('hex')).toString('base64url')]) {
    assert.equal(parseJwk({ kty: 'oct', k: 'AQ', x5t })?.x5t, digest.toString('base64url'))
  }
})

test('messages never show key material', () => {
  const k = 'c2VjcmV0LXNlY3JldC1zZWNyZXQ'
  const attempts: unknown[] = [
    { kty: 'oct', k: `${k}+` },
    { kty: 'oct', k, x5t: 'AQ' },
    { kty: k, k },
    { kty: 'oct', k, kid: 1 },
  ]
  for (const attempt of attempts) {
    assert.throws(
      () => parse(attempt),
      (error: Error) => !error.message.includes(k),
    )
  }
  for (const text of [`{"keys":[{"kty":"oct","k":"${k}"`, `{"keys":[{"k":"${k}",x`, k]) {
    assert.throws(
      () => parseJwkSet(text),
      (error: Error) => !error.message.includes(k.slice(0, 8)),
    )
  }
})
