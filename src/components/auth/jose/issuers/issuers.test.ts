// Tokens of named issuers at one endpoint: whose keys decide, what each demands, and that nobody speaks for another.

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { verifiedClaims } from '../../../../engine/ports.ts'
import { configOf, openInMemory } from '../../../../testing/index.ts'
import { C0, endpointWith, folder, strict, token } from '../test-validator.ts'
import { es256, issuerServer, newKey, setOf, type IssuerServer } from './test-issuer.ts'

const EXP = 4_102_444_800
const [A, B] = ['https://a.test', 'https://b.test/']
const [keyA, keyB] = [newKey('k1'), newKey('k1')]
const claimsOf = (iss: string | undefined, more: object = {}): object => ({ iss, exp: EXP, sub: 'ann', ...more })

async function twoIssuers(): Promise<IssuerServer> {
  const server = await issuerServer({ '/a': setOf(keyA), '/b': setOf(keyB) })
  server.replies['/.well-known/openid-configuration'] = { json: { issuer: B, jwks_uri: `${server.url}/b` } }
  return server
}

function definitions({ url }: IssuerServer, a: object = {}, b: object = {}): Record<string, unknown> {
  return {
    a: { issuer: A, jwk_url: `${url}/a`, disable_jwk_security: true, ...a },
    b: { issuer: B, discovery: `${url}/.well-known/openid-configuration`, disable_jwk_security: true, ...b },
  }
}

test('two issuers may call their keys the same, and each speaks for itself alone', async () => {
  const server = await twoIssuers()
  const { statusFor } = strict(
    {},
    { issuers: definitions(server, { audience: [], roles_key: 'groups' }, { audience: [], roles_key: 'groups' }) },
  )
  const groups = { groups: ['role_a'] }
  for (let i = 0; i < 2; i++) {
    assert.equal(await statusFor(es256(claimsOf(A, groups), keyA)), 200)
    assert.equal(await statusFor(es256(claimsOf(B, groups), keyB)), 200)
    assert.equal(await statusFor(token(C0)), 200)
  }
  assert.equal(await statusFor(es256(claimsOf(A, groups), keyB)), 401)
  assert.equal(await statusFor(es256(claimsOf(B, groups), keyA)), 401)
  assert.equal(await statusFor(token({ ...C0, iss: A })), 401)
  assert.equal(await statusFor(es256({ ...C0, ...groups }, keyA)), 401)
  assert.deepEqual(server.asked.map(({ path }) => path).toSorted(), ['/.well-known/openid-configuration', '/a', '/b'])
})

describe('nobody is asked about a token', () => {
  const hs = (claims: object): string => {
    const input = [{ alg: 'HS256', kid: 'k1' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return `${input}.${createHmac('sha256', JSON.stringify(keyA.jwk)).update(input).digest('base64url')}`
  }
  const refused: Record<string, string> = {
    'of an unknown issuer': es256(claimsOf('https://c.test'), keyA),
    'whose issuer differs in a slash': es256(claimsOf(`${A}/`), keyA),
    'without an issuer': es256(claimsOf(undefined), keyA),
    'whose issuer is a list': es256({ ...claimsOf(undefined), iss: [A] }, keyA),
    'whose issuer is a name of every object': es256(claimsOf('__proto__'), keyA),
    'signed with the public key': hs(claimsOf(A)),
    'that is not signed': `${es256(claimsOf(A), keyA, { alg: 'none' }).split('.', 2).join('.')}.`,
    'of an algorithm that is not allowed': es256(claimsOf(A), keyA, { alg: 'ES384' }),
    'in two parts': 'not.a',
    'that says nothing': 'opaque',
  }
  for (const [what, text] of Object.entries(refused)) {
    test(what, async () => {
      const server = await twoIssuers()
      const { statusFor } = endpointWith({ issuer: 'https://own.test', jwk_url: `${server.url}/own` }, { issuers: definitions(server) })
      assert.equal(await statusFor(text), 401)
      assert.deepEqual(server.asked, [])
    })
  }
})

test('what an issuer says of audience, roles and scopes counts for its tokens; the rest is as the validator has it', async () => {
  const server = await twoIssuers()
  const block = {
    alg: '',
    audience: ['shop'],
    roles: ['reader'],
    roles_key: 'roles',
    scopes: ['read'],
    scopes_key: 'scope',
    propagate_claims: [['sub', 'x-user']],
  }
  const { statusFor, ask } = endpointWith(block, {
    issuers: definitions(server, {}, { audience: ['b'], roles_key: 'realm.groups', roles_key_is_nested: true, scopes_key: 'scp' }),
  })
  const ofA = { aud: ['shop'], roles: ['reader'], scope: 'read' }
  const ofB = { aud: 'b', realm: { groups: ['reader'] }, scp: ['read'] }
  assert.equal(await statusFor(es256(claimsOf(A, ofA), keyA)), 200)
  assert.equal(await statusFor(es256(claimsOf(B, ofB), keyB)), 200)
  assert.equal(await statusFor(es256(claimsOf(A, { ...ofA, aud: 'b' }), keyA)), 401)
  assert.equal(await statusFor(es256(claimsOf(A, ofB), keyA)), 401)
  assert.equal(await statusFor(es256(claimsOf(B, { ...ofB, realm: {} }), keyB)), 403)
  assert.equal(await statusFor(es256(claimsOf(B, { ...ofB, scp: [] }), keyB)), 403)
  const exchange = await ask({ Authorization: `Bearer ${es256(claimsOf(B, ofB), keyB)}`, 'X-User': 'forged' })
  assert.deepEqual(exchange.headers.values('X-User'), ['ann'])
  assert.equal(verifiedClaims.get(exchange.scope)?.['iss'], B)
})

test('a validator that takes any issuer still does, and tokens without one are its own', async () => {
  const server = await twoIssuers()
  const { statusFor } = endpointWith({ jwk_local_path: join(folder, 'jwks.json') }, { issuers: definitions(server) })
  const { iss: _iss, ...nameless } = C0
  assert.deepEqual(
    [await statusFor(token(C0)), await statusFor(token(nameless)), await statusFor(token({ ...C0, iss: B }))],
    [200, 200, 401],
  )
})

test('a document of another issuer brings no keys in, nor does one without any', async () => {
  for (const json of [{ issuer: A }, { issuer: B }, { issuer: B, jwks_uri: 7 }, [], { issuer: [B] }]) {
    const server = await twoIssuers()
    server.replies['/.well-known/openid-configuration'] = {
      json: Array.isArray(json) ? json : { jwks_uri: json.issuer === B ? undefined : `${server.url}/b`, ...json },
    }
    const { statusFor } = endpointWith({ alg: '' }, { issuers: definitions(server) })
    assert.equal(await statusFor(es256(claimsOf(B), keyB)), 401)
    assert.deepEqual(
      server.asked.map(({ path }) => path),
      ['/.well-known/openid-configuration'],
    )
  }
})

test('the document of an issuer is where the issuer is', async () => {
  const server = await twoIssuers()
  const issuer = `${server.url}/`
  server.replies['/.well-known/openid-configuration'] = { json: { issuer, jwks_uri: `${server.url}/a` } }
  const { statusFor } = endpointWith({ alg: '' }, { issuers: { own: { issuer, discovery: true, disable_jwk_security: true } } })
  assert.equal(await statusFor(es256(claimsOf(issuer), keyA)), 200)
})

test('a key that cannot be used spoils no set; what is meant for something else checks nothing', async () => {
  const other = newKey('enc', { use: 'enc' })
  const rs = newKey('rs', { alg: 'RS256' })
  const json = { keys: [{ kty: 'EC', crv: 'P-999', kid: 'x' }, 7, keyA.jwk, other.jwk, rs.jwk] }
  const server = await issuerServer({ '/a': { json } })
  const { statusFor } = endpointWith({ alg: '' }, { issuers: { a: definitions(server, { alg: ['ES256'] })['a'] } })
  assert.equal(await statusFor(es256(claimsOf(A), keyA)), 200)
  assert.equal(await statusFor(es256(claimsOf(A), other)), 401)
  assert.equal(await statusFor(es256(claimsOf(A), rs)), 401)
})

test('keys of a file', async () => {
  const path = join(folder, 'issuer.json')
  writeFileSync(path, JSON.stringify({ keys: [keyA.jwk, { kty: '?' }] }))
  const { statusFor } = endpointWith({ alg: '' }, { issuers: { a: { issuer: A, jwk_local_path: path } } })
  assert.deepEqual([await statusFor(es256(claimsOf(A), keyA)), await statusFor(es256(claimsOf(A), keyB))], [200, 401])
})

test('only what was answered 200 counts, and no more than a mebibyte of it', async () => {
  const keys = [keyA.jwk]
  for (const reply of [
    { status: 500, json: { keys } },
    { status: 302, headers: { Location: '/x' } },
    { json: { keys, pad: 'x'.repeat(2 ** 20) } },
    { text: '{' },
    null,
  ]) {
    const server = await issuerServer({ '/a': reply })
    const { statusFor } = endpointWith({ alg: '' }, { issuers: { a: definitions(server)['a'] } })
    assert.equal(await statusFor(es256(claimsOf(A), keyA)), 401)
  }
})

test('issuers alone protect an endpoint, and share what they fetched with others', async () => {
  const server = await twoIssuers()
  const extra_config = { '_gw/issuers': definitions(server) }
  const endpoint = (path: string): object => ({
    endpoint: path,
    backend: [{ url_pattern: '/x', host: ['http://b:80'] }],
    extra_config: { '_gw/issuers': ['a'] },
  })
  const gateway = await openInMemory(configOf({ extra_config, endpoints: [endpoint('/one'), endpoint('/two')] }))
  for (const path of ['/one', '/two']) {
    assert.equal((await gateway.ask({ target: path })).statusCode, 401)
    assert.equal((await gateway.ask({ target: path, headers: { Authorization: `Bearer ${es256(claimsOf(A), keyA)}` } })).statusCode, 200)
    assert.equal((await gateway.ask({ target: path, headers: { Authorization: `Bearer ${es256(claimsOf(B), keyB)}` } })).statusCode, 401)
  }
  assert.deepEqual(
    server.asked.map(({ path }) => path),
    ['/a'],
  )
})
