// What a token costs that nobody signed: counted, because a clock would measure the machine.

import assert from 'node:assert/strict'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Jwk, parseJwk } from './keys/jwk.ts'
import { MAX_TOKEN_LENGTH } from './token/jws.ts'
import { TokenCache } from './token/token-cache.ts'
import { C0, endpointWith, HEADER, keyServer, rsa, strict, symmetricSet, token } from './test-validator.ts'

const keyOf = (raw: unknown): Jwk => parseJwk(raw) as Jwk

/** The steps that cost more than reading: imports of keys, and numbers of any length. */
const { BigInt: originalBigInt } = globalThis
const { createPublicKey, createPrivateKey, createSecretKey, X509Certificate } = crypto
const originals = { createPublicKey, createPrivateKey, createSecretKey, X509Certificate }
let work = 0

function counted<T extends (...args: never[]) => unknown>(step: T): T {
  return new Proxy(step, {
    apply(target, self, args) {
      work++
      return Reflect.apply(target, self, args) as unknown
    },
    construct(target, args) {
      work++
      return Reflect.construct(target, args) as object
    },
  })
}

/** Base64url of so many bytes that make a big number. */
function bytes(count: number): string {
  return Buffer.alloc(count, 0x7f).toString('base64url')
}

const certificate = Buffer.alloc(900, 0x30).toString('base64')
const publicKey = rsa.publicKey.export({ format: 'jwk' })
const privateKey = rsa.privateKey.export({ format: 'jwk' })

/** Headers that ask for much; each fits into the length that a token may have. */
const hostile: Record<string, unknown> = {
  'a private key that is none': { jwk: { kty: 'RSA', n: bytes(2000), e: 'AQ', d: 'AQ', p: bytes(1000), q: bytes(1000) } },
  'a good private key': { jwk: privateKey },
  'a good public key': { jwk: publicKey },
  'a long public key': { jwk: { kty: 'RSA', n: bytes(2048), e: bytes(2048) } },
  'certificates without end': { x5c: Array(100).fill('AQID') },
  'long certificates': { x5c: Array(8).fill(certificate) },
  'certificates in a key': { jwk: { ...publicKey, x5c: Array(8).fill(certificate) } },
}
for (const name of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']) hostile[`a key with ${name}`] = { jwk: { ...publicKey, [name]: 'AQ' } }

describe('hostile tokens', () => {
  beforeEach(() => {
    for (const [name, step] of Object.entries(originals)) Object.assign(crypto, { [name]: counted(step as never) })
    globalThis.BigInt = counted(originalBigInt)
    syncBuiltinESMExports()
    work = 0
  })

  afterEach(() => {
    Object.assign(crypto, originals)
    globalThis.BigInt = originalBigInt
    syncBuiltinESMExports()
  })

  describe('a token that nobody signed makes the gateway import nothing', () => {
    for (const [name, header] of Object.entries(hostile)) {
      test(name, async () => {
        const endpoint = strict()
        work = 0
        const text = token(C0, { ...HEADER, ...(header as object) }, Buffer.from('another secret'))
        assert.ok(text.length <= MAX_TOKEN_LENGTH)
        assert.equal(await endpoint.statusFor(text), 401)
        assert.equal(work, 0)
      })
    }

    test('the same header under a good signature is read: the counting works', async () => {
      const endpoint = strict()
      work = 0
      assert.equal(await endpoint.statusFor(token(C0, { ...HEADER, jwk: publicKey })), 200)
      assert.ok(work > 0)
      assert.equal(await endpoint.statusFor(token(C0, { ...HEADER, jwk: { ...publicKey, x5c: [certificate] } })), 401)
    })
  })

  test('a token of more than 16,384 characters is refused where it is read, and no key is looked for', async () => {
    const { url, state } = await keyServer(symmetricSet(['sim2', Buffer.from('x')]))
    const endpoint = endpointWith({ jwk_url: url })
    const long = token(C0, { ...HEADER, x: 'x'.repeat(MAX_TOKEN_LENGTH) })
    const ways = [{ Authorization: `Bearer ${long}` }, { Authorization: long }, { Cookie: `access_token=${long}` }]
    for (const headers of ways) assert.equal((await endpoint.ask(headers)).statusCode, 401)
    assert.equal(state.requests, 0)
    await endpoint.ask({ Authorization: `Bearer ${token(C0)}` })
    assert.equal(state.requests, 1)
  })

  test('a good token of just that length is good, one more character is not', async () => {
    const bare = token({ ...C0, x: '' }).length
    const good = token({ ...C0, x: 'x'.repeat(Math.floor(((MAX_TOKEN_LENGTH - bare) * 3) / 4) - 3) })
    const padded = good + ' '.repeat(MAX_TOKEN_LENGTH - good.length)
    assert.equal((await strict().ask({ Cookie: `access_token="${padded}"` })).statusCode, 200)
    assert.equal((await strict().ask({ Cookie: `access_token="${padded} "` })).statusCode, 401)
  })

  test('a cookie behind three thousand others is not looked for', async () => {
    const cookie = `access_token=${token(C0)}`
    assert.equal((await strict().ask({ Cookie: `${'a=b; '.repeat(2999)}${cookie}` })).statusCode, 200)
    assert.equal((await strict().ask({ Cookie: `${'a=b; '.repeat(3000)}${cookie}` })).statusCode, 401)
    assert.equal((await strict().ask({ Cookie: ['; '.repeat(3000), cookie] })).statusCode, 401)
  })

  test('an RSA key of more than 16,384 bits is refused before anything is computed', () => {
    const long = bytes(2049)
    for (const name of ['n', 'e', 'd', 'p', 'q']) {
      work = 0
      assert.throws(() => keyOf({ ...privateKey, [name]: long }), /longer than 16384 bits/, name)
      assert.equal(work, 0)
    }
    assert.throws(() => keyOf({ ...publicKey, n: long }), /longer than 16384 bits/)
    const withZero = Buffer.concat([Buffer.from([0]), Buffer.alloc(2048, 0xff)]).toString('base64url')
    assert.equal(keyOf({ ...publicKey, n: withZero }).key.asymmetricKeyDetails?.modulusLength, 16_384)
  })

  test('a remembered token does not keep the header line that it came in', () => {
    setFlagsFromString('--expose-gc')
    const collect = runInNewContext('gc') as () => void
    setFlagsFromString('--no-expose-gc')
    const cache = new TokenCache<number>()
    const heldBytes = (): number => (collect(), process.memoryUsage().heapUsed)
    const before = heldBytes()
    for (let i = 0; i < 100; i++) {
      const line = Buffer.alloc(500_000, `cookie${i}`).toString('latin1')
      cache.set(line.slice(1000, 2000), i)
    }
    assert.equal(cache.size, 100)
    assert.ok(heldBytes() - before < 10_000_000)
  })
})
