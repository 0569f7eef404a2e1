// Hostile tokens, remembered tokens and failing key servers: refused with 401, without a request to anybody, and never for longer than needed.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { describe, test } from 'node:test'
import { CompactSign } from 'jose'
import { tokenRejecters, verifiedClaims } from '../../../engine/ports.ts'
import { makeSite } from '../../../testing/index.ts'

import { C0, endpointWith, HEADER, keyServer, rsa, RSA_FILE, SECRET, strict, symmetricSet, token } from './test-validator.ts'

describe('attacks are refused without a request to anybody', () => {
  const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' })
  const attacker = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const unsigned = (header: unknown): string => `${token(C0, header).split('.').slice(0, 2).join('.')}.`
  const attacks: Record<string, () => string | Promise<string>> = {
    none: () => unsigned({ alg: 'none', kid: 'r1' }),
    nOnE: () => unsigned({ alg: 'nOnE', kid: 'r1' }),
    'no algorithm': () => unsigned({ kid: 'r1' }),
    'HMAC with the public key as PEM': () => token(C0, { alg: 'HS256', kid: 'r1' }, Buffer.from(pem)),
    'HMAC with the public key as DER': () => token(C0, { alg: 'HS256', kid: 'r1' }, rsa.publicKey.export({ type: 'spki', format: 'der' })),
    'critical header': () => token(C0, { alg: 'RS256', kid: 'r1', crit: ['exp'] }),
    'unencoded payload': () => token(C0, { alg: 'RS256', kid: 'r1', crit: ['b64'], b64: false }),
    'another algorithm of the family': () => token(C0, { alg: 'RS512', kid: 'r1' }),
    'payload that is no JSON': () => token('{"sub":', { alg: 'RS256', kid: 'r1' }),
    'payload with a duplicate': () => token('{"sub":"a","sub":"b"}', { alg: 'RS256', kid: 'r1' }),
    oversized: () => token({ ...C0, x: 'x'.repeat(70_000) }, { alg: 'RS256', kid: 'r1' }),
    malformed: () => 'a.bad.token',
    null: () => 'null',
  }
  for (const [name, create] of Object.entries(attacks)) {
    test(name, async () => {
      const { url, state } = await keyServer({ keys: [{ ...rsa.publicKey.export({ format: 'jwk' }), kid: 'r1' }] })
      assert.equal(await endpointWith({ alg: 'RS256', jwk_url: url }).statusFor(await create()), 401)
      assert.equal(state.requests, 0)
    })
  }

  test('embedded keys are not used, and nobody asks the servers that a token names', async () => {
    const { url, state } = await keyServer({ keys: [{ ...attacker.publicKey.export({ format: 'jwk' }), kid: 'evil' }] })
    const endpoint = endpointWith({ alg: 'RS256', jwk_local_path: RSA_FILE })
    const jwk = attacker.publicKey.export({ format: 'jwk' })
    const headers: Record<string, unknown>[] = [
      { jwk, kid: 'r1' },
      { jwk },
      { jku: url, kid: 'evil' },
      { x5u: url, kid: 'r1' },
      { kid: url },
    ]
    for (const header of headers) {
      const signer = new CompactSign(Buffer.from(JSON.stringify(C0))).setProtectedHeader({ alg: 'RS256', ...header })
      assert.equal(await endpoint.statusFor(await signer.sign(attacker.privateKey)), 401, JSON.stringify(header))
    }
    assert.equal(state.requests, 0)
    const good = new CompactSign(Buffer.from(JSON.stringify(C0))).setProtectedHeader({ alg: 'RS256', kid: 'r1', jku: url, jwk })
    assert.equal(await endpoint.statusFor(await good.sign(rsa.privateKey)), 200)
  })

  test('an RSA key never becomes an HMAC secret', async () => {
    const endpoint = endpointWith({ alg: 'HS256', jwk_local_path: RSA_FILE })
    for (const secret of [Buffer.from(pem), rsa.publicKey.export({ type: 'spki', format: 'der' }), Buffer.alloc(0)]) {
      assert.equal(await endpoint.statusFor(token(C0, { alg: 'HS256', kid: 'r1' }, secret)), 401)
    }
  })
})

describe('a remembered token', () => {
  test('does not outlive exp', async () => {
    const endpoint = strict()
    const text = token({ ...C0, exp: endpoint.clock.nowMs / 1000 + 10 })
    assert.equal(await endpoint.statusFor(text), 200)
    endpoint.clock.nowMs += 11_000
    assert.equal(await endpoint.statusFor(text), 200)
    endpoint.clock.nowMs += 1
    assert.equal(await endpoint.statusFor(text), 401)
  })

  test('does not come back when the clock goes back before nbf', async () => {
    const endpoint = strict()
    const text = token({ ...C0, nbf: endpoint.clock.nowMs / 1000 })
    assert.equal(await endpoint.statusFor(text), 200)
    endpoint.clock.nowMs -= 2000
    assert.equal(await endpoint.statusFor(text), 401)
  })

  test('does not outlive its key, without cache', async () => {
    const { url, state } = await keyServer(symmetricSet(['sim2', SECRET]))
    const endpoint = endpointWith({ jwk_url: url })
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    state.set = symmetricSet(['sim2', Buffer.from('another secret')])
    assert.equal(await endpoint.statusFor(token(C0)), 401)
    state.set = symmetricSet(['other', SECRET])
    assert.equal(await endpoint.statusFor(token(C0)), 401)
    assert.equal(state.requests, 4)
  })

  test('does not outlive its key, with cache', async () => {
    const { url, state } = await keyServer(symmetricSet(['sim2', SECRET]))
    const endpoint = endpointWith({ jwk_url: url, cache: true, cache_duration: 2 })
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    state.set = symmetricSet(['sim2', Buffer.from('another secret')])
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    assert.equal(state.requests, 1)
    endpoint.clock.nowMs += 2000
    assert.equal(await endpoint.statusFor(token(C0)), 401)
    assert.equal(await endpoint.statusFor(token(C0, HEADER, Buffer.from('another secret'))), 200)
    assert.equal(state.requests, 2)
  })

  test('does not outlive its revocation', async () => {
    const site = makeSite()
    let revoked = ''
    site.provide(tokenRejecters, () => (claims) => claims['jti'] === revoked)
    site.provide(tokenRejecters, () => null)
    const endpoint = strict({}, { site: { ask: site.ask.bind(site) } })
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    revoked = C0.jti
    assert.equal(await endpoint.statusFor(token(C0)), 401)
  })

  test('is shared by requests, so nobody can change its claims', async () => {
    const exchange = await strict().ask({ Authorization: token({ ...C0, o: { a: [1] } }) })
    const claims = verifiedClaims.get(exchange.scope) as { o: { a: number[] } }
    assert.throws(() => claims.o.a.push(2), TypeError)
  })

  test('needs no lookup of a changed text: one character more is another token', async () => {
    const endpoint = strict()
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    assert.equal(await endpoint.statusFor(`${token(C0)}A`), 401)
  })
})

describe('the key server', () => {
  test('down, slow to recover or lying costs this endpoint a 401, and nothing after it recovers', async () => {
    const { url, state } = await keyServer({ keys: [{ kty: 'oct', k: 'AQID' }, { kty: 'nonsense' }] })
    const [endpoint, other] = [endpointWith({ jwk_url: url, cache: true }), strict()]
    assert.equal(await endpoint.statusFor(token(C0)), 401)
    state.status = 'down'
    assert.equal(await endpoint.statusFor(token(C0)), 401)
    assert.equal(await other.statusFor(token(C0)), 200)
    state.status = 'up'
    state.set = symmetricSet(['sim2', SECRET])
    assert.equal(await endpoint.statusFor(token(C0)), 200)
    state.status = 'down'
    assert.equal(await endpoint.statusFor(token(C0)), 200)
  })

  test('is asked once for many requests at the same time', async () => {
    const { url, state } = await keyServer(symmetricSet(['sim2', SECRET]))
    const endpoint = endpointWith({ jwk_url: url })
    const statuses = await Promise.all(Array.from({ length: 40 }, (_, i) => endpoint.statusFor(token({ ...C0, i }))))
    assert.deepEqual(new Set(statuses), new Set([200]))
    assert.equal(state.requests, 1)
  })

  test('is not asked when there is no token', async () => {
    const { url, state } = await keyServer(symmetricSet())
    assert.equal((await endpointWith({ jwk_url: url }).ask()).statusCode, 401)
    assert.equal(state.requests, 0)
  })
})
