// Signatures: the vectors of RFC 7515 and RFC 8037, `jose` as a second opinion, and what must never verify.

import assert from 'node:assert/strict'
import { generateKeyPairSync, randomBytes, sign as signRaw, constants } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { describe, test } from 'node:test'
import { CompactSign, compactVerify } from 'jose'
import { compileSign, compileVerify, findAlgorithm } from './algorithms.ts'
import type { Algorithm } from './algorithms.ts'
import { type Jwk, parseJwk } from '../keys/jwk.ts'
import { parseJws } from './jws.ts'

const keyOf = (raw: unknown): Jwk => parseJwk(raw) as Jwk

const SECRET = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
const PAYLOAD = 'eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ed = generateKeyPairSync('ed25519')
const curves = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const

function need(name: string): Algorithm {
  return findAlgorithm(name) ?? assert.fail(name)
}

function pairFor(name: string): { privateJwk: Jwk; publicJwk: Jwk } {
  if (name.startsWith('HS')) {
    const jwk = keyOf({ kty: 'oct', k: randomBytes(64).toString('base64url') })
    return { privateJwk: jwk, publicJwk: jwk }
  }
  const pair = name in curves ? generateKeyPairSync('ec', { namedCurve: curves[name as keyof typeof curves] }) : name === 'EdDSA' ? ed : rsa
  const [privateJwk, publicJwk] = [pair.privateKey, pair.publicKey].map((key: KeyObject) => keyOf(key.export({ format: 'jwk' })))
  return { privateJwk: privateJwk as Jwk, publicJwk: publicJwk as Jwk }
}

function verifies(token: string, jwk: Jwk): boolean {
  const jws = parseJws(token)
  const verify = jwk.verifierOf(need(jws.alg)) ?? assert.fail('the key cannot verify')
  return verify(jws.signingInput, jws.signature)
}

test('RFC 7515 A.1: HS256, with line feeds in header and payload', () => {
  const token = `eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.${PAYLOAD}.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk`
  assert.equal(verifies(token, keyOf({ kty: 'oct', k: SECRET })), true)
  assert.equal(verifies(token, keyOf({ kty: 'oct', k: `B${SECRET.slice(1)}` })), false)
})

test('RFC 7515 A.3: ES256', () => {
  const token = `eyJhbGciOiJFUzI1NiJ9.${PAYLOAD}.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q`
  const x = 'f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU'
  const y = 'x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0'
  assert.equal(verifies(token, keyOf({ kty: 'EC', crv: 'P-256', x, y })), true)
})

test('RFC 8037 A.4: Ed25519, which also signs to the same bytes', () => {
  const x = '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo'
  const input = 'eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc'
  const signature = 'hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg'
  assert.equal(verifies(`${input}.${signature}`, keyOf({ kty: 'OKP', crv: 'Ed25519', x })), true)
  const own = keyOf({ kty: 'OKP', crv: 'Ed25519', x, d: 'nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A' })
  assert.equal(compileSign(need('EdDSA'), 'OKP', own.key)?.(input).toString('base64url'), signature)
})

describe('every algorithm, with jose as a second opinion', () => {
  for (const name of 'EdDSA HS256 HS384 HS512 RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512'.split(' ')) {
    test(name, async () => {
      const { privateJwk, publicJwk } = pairFor(name)
      const theirs = await new CompactSign(Buffer.from('{"a":1}')).setProtectedHeader({ alg: name }).sign(privateJwk.key)
      assert.equal(verifies(theirs, publicJwk), true)
      assert.equal(
        verifies(
          theirs.replace(/\.[^.]/, (start) => (start === '.e' ? '.f' : '.e')),
          publicJwk,
        ),
        false,
      )
      const input = theirs.slice(0, theirs.lastIndexOf('.'))
      const signature = compileSign(need(name), privateJwk.keyType, privateJwk.key)?.(input) ?? assert.fail()
      await compactVerify(`${input}.${signature.toString('base64url')}`, publicJwk.key)
      assert.equal(verifies(`${input}.${signature.subarray(1).toString('base64url')}`, publicJwk), false)
      assert.equal(verifies(`${input}.`, publicJwk), false)
    })
  }
})

test('no other names exist', () => {
  for (const name of ['', 'none', 'None', 'NONE', 'hs256', 'HS257', 'RS1', 'ES256K', 'constructor', '__proto__']) {
    assert.equal(findAlgorithm(name), undefined)
  }
})

test('a key of one type never serves an algorithm of another', () => {
  const keys = ['HS256', 'RS256', 'ES256', 'EdDSA'].map((name) => pairFor(name).publicJwk)
  for (const name of ['HS256', 'RS256', 'PS256', 'ES256', 'EdDSA']) {
    const usable = keys.filter((jwk) => jwk.verifierOf(need(name)) !== null)
    assert.deepEqual(
      usable.map(({ keyType }) => keyType),
      [need(name).keyType],
    )
  }
})

test('private keys, the empty secret, short RSA keys, weak exponents and other curves verify nothing', () => {
  for (const name of ['RS256', 'ES256', 'EdDSA']) assert.equal(pairFor(name).privateJwk.verifierOf(need(name)), null)
  assert.equal(keyOf({ kty: 'oct', k: '' }).verifierOf(need('HS256')), null)
  assert.equal(pairFor('ES384').publicJwk.verifierOf(need('ES256')), null)
  const short = generateKeyPairSync('rsa', { modulusLength: 512 }).publicKey
  assert.equal(compileVerify(need('RS256'), 'RSA', short), null)
  const { n = '' } = rsa.publicKey.export({ format: 'jwk' })
  for (const [e, isGood] of [
    ['AQ', false],
    ['Ag', false],
    ['Aw', true],
    ['f____w', true],
    ['gAAAAQ', false],
    ['AQAAAAE', false],
  ] as const) {
    const jwk = keyOf({ kty: 'RSA', n, e })
    for (const name of ['RS256', 'PS256']) assert.equal(jwk.verifierOf(need(name)) !== null, isGood, e)
  }
})

test('public keys and the empty secret sign nothing; a wrong curve is found out when signing', () => {
  for (const name of ['RS256', 'ES256', 'EdDSA']) {
    const { publicJwk } = pairFor(name)
    assert.equal(compileSign(need(name), publicJwk.keyType, publicJwk.key), null)
  }
  assert.equal(compileSign(need('HS256'), 'oct', keyOf({ kty: 'oct', k: '' }).key), null)
  const sign = compileSign(need('ES256'), 'EC', pairFor('ES384').privateJwk.key) ?? assert.fail()
  assert.throws(() => sign('a.b'), /curve/)
})

test('PSS accepts any length of the salt, and PKCS 1.5 and PSS are not exchangeable', () => {
  const { publicJwk } = pairFor('PS256')
  const data = Buffer.from('a.b')
  const verify = (name: string, signature: Buffer): boolean => publicJwk.verifierOf(need(name))?.('a.b', signature) ?? assert.fail()
  for (const saltLength of [0, 20, 32, 100]) {
    const signature = signRaw('sha256', data, { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength })
    assert.equal(verify('PS256', signature), true)
    assert.equal(verify('RS256', signature), false)
  }
  const plain = signRaw('sha256', data, rsa.privateKey)
  assert.equal(verify('RS256', plain), true)
  assert.equal(verify('PS256', plain), false)
})

test('ECDSA: zeros, the order, swapped halves, DER and other lengths are no signatures', () => {
  const { privateJwk, publicJwk } = pairFor('ES256')
  const verify = publicJwk.verifierOf(need('ES256')) ?? assert.fail()
  const good = compileSign(need('ES256'), 'EC', privateJwk.key)?.('a.b') ?? assert.fail()
  assert.equal(verify('a.b', good), true)
  const order = Buffer.from('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551', 'hex')
  const hostile = [
    Buffer.alloc(64),
    Buffer.alloc(64, 1),
    Buffer.concat([order, order]),
    Buffer.concat([good.subarray(32), good.subarray(0, 32)]),
    Buffer.concat([Buffer.alloc(16), good.subarray(0, 32), Buffer.alloc(16), good.subarray(32)]),
    signRaw('sha256', Buffer.from('a.b'), privateJwk.key),
    Buffer.alloc(0),
  ]
  for (const signature of hostile) assert.equal(verify('a.b', signature), false)
})

test('an RSA signature without its leading zero byte verifies nothing', () => {
  const { privateJwk, publicJwk } = pairFor('RS256')
  const sign = compileSign(need('RS256'), 'RSA', privateJwk.key) ?? assert.fail()
  for (let i = 0; ; i++) {
    const input = `eyJhbGciOiJSUzI1NiJ9.${i}`
    const signature = sign(input)
    if (signature[0] !== 0) continue
    const verify = compileVerify(need('RS256'), 'RSA', publicJwk.key) ?? assert.fail()
    assert.deepEqual([verify(input, signature), verify(input, signature.subarray(1))], [true, false])
    return
  }
})
