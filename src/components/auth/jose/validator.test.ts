// The validator as an endpoint sees it: where tokens come from, what claims lead to, and what wrong blocks do.

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { StartGivenUp } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { CANCELED } from '../../../engine/errors.ts'
import { verifiedClaims } from '../../../engine/ports.ts'
import { makeExchange } from '../../../testing/index.ts'
import { C0, endpointWith, folder, KEY_FILE, keyServer, SECRET, strict, token } from './test-validator.ts'

test("KrakenD's own example token", async () => {
  const T0 = token(JSON.stringify(C0), '{"alg":"HS256","kid":"sim2"}')
  assert.equal(T0.split('.')[2], 'BSHRvJ9_QdIT3F2pVhIhyzFv0vQ43Ltz32ehrtLhlIw')
  const endpoint = strict()
  const exchange = await endpoint.ask({ Authorization: `bearer ${T0}` })
  assert.equal(exchange.statusCode, 200)
  assert.deepEqual(verifiedClaims.get(exchange.scope), C0)
})

describe('where the token is', () => {
  const T0 = token(C0)
  const cases: readonly [string, Record<string, unknown>, Record<string, string | string[]>, number][] = [
    ['any case of Bearer', {}, { Authorization: `BEARER ${T0}` }, 200],
    ['no scheme', {}, { Authorization: T0 }, 200],
    ['nothing', {}, {}, 401],
    ['the scheme alone', {}, { Authorization: 'Bearer' }, 401],
    ['another scheme', {}, { Authorization: `Token ${T0}` }, 401],
    ['the implicit cookie', {}, { Cookie: `a=b; access_token=${T0}; c=d` }, 200],
    ['a cookie with blanks around its parts', {}, { Cookie: `a; \taccess_token = ${T0} ;` }, 200],
    ['a cookie behind one whose value is none', {}, { Cookie: `access_token=a\\b; access_token="${T0}; access_token=${T0}` }, 200],
    ['a cookie behind one without value', {}, { Cookie: `access_token; access_token=${T0}` }, 401],
    ['a quoted cookie', {}, { Cookie: `access_token="${T0}"` }, 200],
    ['the cookie behind an empty header', {}, { Authorization: '', Cookie: `access_token=${T0}` }, 200],
    ['a bad header blocks the cookie', {}, { Authorization: 'Basic dXNlcjpwYXNz', Cookie: `access_token=${T0}` }, 401],
    ['another case of the cookie', {}, { Cookie: `Access_Token=${T0}` }, 401],
    ['cookie_key', { cookie_key: 'TOK' }, { Cookie: [`x=1`, `TOK=${T0}`] }, 200],
    ['cookie_key replaces the default', { cookie_key: 'TOK' }, { Cookie: `access_token=${T0}` }, 401],
    ['auth_header_name', { auth_header_name: 'x-jwt' }, { 'X-Jwt': T0 }, 200],
    ['auth_header_name replaces Authorization', { auth_header_name: 'x-jwt' }, { Authorization: `Bearer ${T0}` }, 401],
    ['the first of two headers', {}, { Authorization: ['x', T0] }, 401],
  ]
  for (const [name, block, headers, status] of cases) {
    test(name, async () => assert.equal((await strict(block).ask(headers)).statusCode, status))
  }
  test('in a version-2 file only with its scheme', async () => {
    const endpoint = strict({}, { site: { config: { dialect: 2 } as Site['config'] } })
    assert.equal((await endpoint.ask({ Authorization: T0 })).statusCode, 401)
    assert.equal((await endpoint.ask({ Authorization: 'x', Cookie: `access_token=${T0}` })).statusCode, 200)
    assert.equal(await endpoint.statusFor(T0), 200)
  })
})

test('statuses of claims, roles and scopes', async () => {
  const endpoint = strict({ scopes: ['read'], scopes_key: 'data.scope' })
  const good = { ...C0, data: { scope: 'read write' } }
  assert.equal(await endpoint.statusFor(token(good)), 200)
  for (const [claims, status] of [
    [{ ...good, iss: 'x' }, 401],
    [{ ...good, aud: 'x' }, 401],
    [{ ...good, sub: 1 }, 401],
    [{ ...good, exp: 1_600_000_000 }, 401],
    [{ ...good, roles: ['x'] }, 403],
    [{ ...good, roles: [1, 'role_a'] }, 403],
    [C0, 403],
    [{ ...good, data: { scope: 'x' } }, 403],
  ] as const) {
    assert.equal(await endpoint.statusFor(token(claims)), status, JSON.stringify(claims))
  }
})

describe('claims that go on', () => {
  test('as headers, replacing what the client sent', async () => {
    const pairs = [['sub', 'x-user'], ['roles', 'X-ROLES'], ['nope', 'x-none'], ['o.a', 'x-nested'], ['name', 'x-name'], ['odd']]
    const endpoint = strict({ propagate_claims: pairs })
    const exchange = await endpoint.ask({
      Authorization: token({ ...C0, o: { a: 1.5 }, name: 'é' }),
      'X-User': ['root', 'admin'],
      'X-None': 'admin',
    })
    const { headers } = exchange
    assert.deepEqual(headers.values('X-User'), [C0.sub])
    assert.deepEqual(headers.values('X-Roles'), ['role_a,role_b'])
    assert.deepEqual(headers.values('X-None'), [''])
    assert.deepEqual(headers.values('X-Nested'), ['1.500000'])
    assert.deepEqual(headers.values('X-Name'), ['\u00c3\u00a9'])
    assert.deepEqual(
      endpoint.site.log.lines.filter((line) => line.includes('PropagateHeaders')),
      ['WARNING [ENDPOINT: /private][PropagateHeaders] invalid number of claims to propagate: [odd]'],
    )
  })

  test('as several lines', async () => {
    const pairs = [
      ['roles', 'x-roles'],
      ['empty', 'x-empty'],
      ['sub', 'x-user'],
      ['none', 'x-none'],
    ]
    const endpoint = strict({ propagate_claims: pairs, propagate_claims_preserve_array: true })
    const { headers } = await endpoint.ask({ Authorization: token({ ...C0, empty: [] }), 'X-Empty': 'root', 'X-Roles': ['a', 'b', 'c'] })
    assert.deepEqual(
      ['X-Roles', 'X-Empty', 'X-User', 'X-None'].map((name) => headers.values(name)),
      [C0.roles, [], [C0.sub], ['']],
    )
  })

  test('control characters end the request where the header would reach a backend', async () => {
    const block = { propagate_claims: [['sub', 'x-user']] }
    const text = token({ ...C0, sub: 'x\r\nX-Admin: 1' })
    for (const [inputHeaders, status] of [
      [['X-User'], 500],
      [['*'], 500],
      [[], 200],
    ] as const) {
      assert.equal(await strict(block, { inputHeaders }).statusFor(text), status)
    }
  })

  test('as URL parameters that backends name, and no others', async () => {
    const urlPatterns = ['/u/{{.JWT.sub}}/{{.Id}}', '/v?q={{.JWT.a}}&x={{.JWT.nope}}', '/w/{{.JWT.http://x.y/z}}']
    const claims = { ...C0, sub: '../admin?x=1', a: 'b&c=d', b: 1, 'http://x.y/z': [1, 'k'] }
    const { params } = await strict({}, { urlPatterns, fallbackPattern: '/f/{{.JWT.b}}' }).ask({ Authorization: token(claims) })
    assert.deepEqual(
      [...params],
      [
        ['JWT.sub', '..%2Fadmin%3Fx%3D1'],
        ['JWT.b', '1'],
        ['JWT.a', 'b%26c%3Dd'],
        ['JWT.http://x.y/z', '1,k'],
      ],
    )
    assert.equal(await strict({}, { urlPatterns }).statusFor(token({ ...C0, sub: '..' })), 500)
  })
})

describe('wrong blocks', () => {
  test('without https, from a URL or a file, everything is 401', async () => {
    for (const block of [{ jwk_url: 'http://127.0.0.1:1/jwk' }, { jwk_url: 'HTTPS://127.0.0.1:1/jwk' }, { jwk_local_path: KEY_FILE }]) {
      const endpoint = endpointWith({ ...block, disable_jwk_security: false, alg: 'nonsense' })
      assert.equal(await endpoint.statusFor(token(C0)), 401)
      assert.match(
        endpoint.site.log.lines[0] ?? '',
        /^WARNING \[ENDPOINT: \/private\]\[JWTValidator\] Unable to parse the configuration: JWK client is/,
      )
    }
    assert.equal(await strict({ cache_duration: -1 }).statusFor(token(C0)), 401)
    assert.equal(await strict({ cypher_key: '?' }).statusFor(token(C0)), 401)
  })

  test('a validator that does not say where keys are refuses everything, and says so at the start', async () => {
    const endpoint = endpointWith({})
    const text = 'ERROR [ENDPOINT: /private][JWTValidator] neither jwk_url nor jwk_local_path: every request is refused'
    assert.ok(endpoint.site.log.lines.includes(text))
    assert.equal(await endpoint.statusFor(token(C0)), 401)
  })

  test('stop the start', () => {
    const broken = join(folder, 'broken.json')
    writeFileSync(broken, '{"keys":[{"kty":"x"}]}')
    const url = { jwk_url: 'https://127.0.0.1:1/jwk' }
    for (const [block, message] of [
      [{ alg: 'HS257', ...url }, /Unable to create the validator: JOSE: unknown algorithm HS257$/],
      [{ alg: '', ...url }, /JOSE: unknown algorithm $/],
      [{ alg: 'none', ...url }, /JOSE: unknown algorithm none$/],
      [{ ...url, jwk_fingerprints: ['!!!'] }, /decoding fingerprint #0: illegal base64 data at input byte 0$/],
      [
        { ...url, jwk_local_ca: '/nope/ca.pem' },
        /failed to append "\/nope\/ca.pem" to RootCAs: open \/nope\/ca.pem: no such file or directory$/,
      ],
      [{ jwk_local_path: '/nope/jwks.json' }, /Unable to create the validator: open \/nope\/jwks.json: no such file or directory$/],
      [{ jwk_local_path: broken }, /unknown type of a JWK$/],
      [{ jwk_local_path: KEY_FILE, cache: true }, /cache could not be used with jwk_local_path$/],
      [{ jwk_local_path: KEY_FILE, secret_url: 'awskms:///arn', cypher_key: 'AQID' }, /awskms:\/\/ is not available in this build/],
    ] as const) {
      assert.throws(
        () => endpointWith(block),
        (error: Error) =>
          error instanceof StartGivenUp && message.test(error.message) && error.message.startsWith('[ENDPOINT: /private][JWTValidator] '),
        String(message),
      )
    }
  })
})

test('operation_debug says why, and never shows the token or a key', async () => {
  const endpoint = strict({ operation_debug: true, scopes: ['read'], scopes_key: 'scope' })
  const texts = [
    token(C0),
    token({ ...C0, roles: [] }),
    token({ ...C0, exp: 1 }),
    token({ ...C0, iss: 'x' }),
    `${token(C0).slice(0, -4)}AAAA`,
  ]
  await endpoint.ask()
  for (const text of [...texts, token(C0, { alg: 'HS512', kid: 'sim2' }), token(C0, { alg: 'HS256', kid: 'no\nne' })])
    await endpoint.statusFor(text)
  const lines = endpoint.site.log.lines.filter((line) => line.startsWith('ERROR'))
  assert.deepEqual(
    lines.map((line) => line.replace('ERROR [ENDPOINT: /private][JWTValidator] ', '')),
    [
      'Unable to validate the token: Token not found',
      'Token sent by client does not have the required scopes',
      'Token sent by client does not have sufficient roles',
      'Unable to validate the token: go-jose/go-jose/jwt: validation failed, token is expired (exp)',
      'Unable to validate the token: go-jose/go-jose/jwt: validation failed, invalid issuer claim (iss)',
      'Unable to validate the token: go-jose/go-jose: error in cryptographic primitive',
      'Unable to validate the token: algorithm is invalid',
      'Unable to validate the token: key "no\\nne" not found in the key set',
    ],
  )
  const everything = endpoint.site.log.lines.join('\n')
  for (const text of texts) for (const part of text.split('.').slice(1)) assert.ok(!everything.includes(part.slice(0, 20)))
  assert.ok(!everything.includes(SECRET.toString('base64url').slice(0, 10)))
})

test('without operation_debug refusals leave no line', async () => {
  const endpoint = strict()
  await endpoint.ask()
  await endpoint.statusFor(token({ ...C0, roles: [] }))
  assert.deepEqual(
    endpoint.site.log.lines.filter((line) => !line.startsWith('DEBUG')),
    [],
  )
})

test('who leaves does not wait for keys any longer', async () => {
  const { url, state } = await keyServer(null)
  state.status = 'silent'
  const exchange = makeExchange({ headers: { Authorization: `Bearer ${token(C0)}` } })
  const asking = endpointWith({ jwk_url: url }).handle(exchange)
  exchange.scope.end()
  await assert.rejects(Promise.resolve(asking), (error) => error === CANCELED)
})
