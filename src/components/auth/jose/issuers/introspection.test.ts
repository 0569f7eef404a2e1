// Tokens that an authorization server is asked about: who gets in, how often it is asked, and what becomes of it when it is silent.

import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { describe, test } from 'node:test'
import { verifiedClaims } from '../../../../engine/ports.ts'
import { startBackend } from '../../../../testing/backend.ts'
import { configOf, makeBackendResponse, openInMemory } from '../../../../testing/index.ts'
import { endpointWith } from '../test-validator.ts'
import { Introspector, type Word } from './introspector.ts'
import { es256, issuerServer, newKey, setOf, type Asked, type IssuerServer, type Reply } from './test-issuer.ts'

const EXP = 4_102_444_800
const key = newKey('k1')
const NOW = 1_700_000_000

/** A server that knows tokens by their text: others are not active. */
function knowing(tokens: Readonly<Record<string, object>>): (asked: Asked) => Reply {
  return ({ body }) => {
    const token = new URLSearchParams(body).get('token') ?? ''
    return { json: Object.hasOwn(tokens, token) ? { active: true, ...tokens[token] } : { active: false } }
  }
}

function asking(server: IssuerServer, more: object = {}, issuer: object = {}, block: object = {}): ReturnType<typeof endpointWith> {
  const introspection = { url: `${server.url}/ask`, client_id: 'gw', client_secret: 's:3', timeout: '200ms', ...more }
  return endpointWith({ alg: '', ...block }, { issuers: { o: { introspection, disable_jwk_security: true, ...issuer } } })
}

test('is asked with the credentials of the gateway, once for each token, and its answer is the claims', async () => {
  const server = await issuerServer({ '/ask': knowing({ 'a+b': { sub: 'ann', scope: 'read' }, other: { sub: 'bob' } }) })
  const { ask } = asking(server, { token_type_hint: 'access_token' })
  const subjects: unknown[] = []
  for (const token of ['a+b', 'other', 'a+b', 'other']) {
    const { scope, statusCode } = await ask({ Authorization: `Bearer ${token}` })
    subjects.push(statusCode, verifiedClaims.get(scope)?.['sub'])
  }
  assert.deepEqual(subjects, [200, 'ann', 200, 'bob', 200, 'ann', 200, 'bob'])
  const common = { method: 'POST', path: '/ask', authorization: `Basic ${Buffer.from('gw:s%3A3').toString('base64')}` }
  assert.deepEqual(server.asked, [
    { ...common, body: 'token=a%2Bb&token_type_hint=access_token' },
    { ...common, body: 'token=other&token_type_hint=access_token' },
  ])
})

test('scopes and roles of the endpoint are looked for in the answer', async () => {
  const server = await issuerServer({ '/ask': knowing({ t: { scope: 'read write', roles: ['reader'] } }) })
  assert.equal(await asking(server, {}, {}, { scopes: ['read'], scopes_key: 'scope', roles: ['reader'] }).statusFor('t'), 200)
  assert.equal(await asking(server, {}, {}, { scopes: ['admin'], scopes_key: 'scope' }).statusFor('t'), 403)
  assert.equal(await asking(server, {}, { roles_key: 'groups' }, { roles: ['reader'] }).statusFor('t'), 403)
})

test('who is not active, too old, too early, or meant for others is answered 401', async () => {
  const tokens = {
    old: { exp: NOW - 2 },
    early: { nbf: NOW + 60 },
    odd: { exp: 'soon' },
    other: { aud: 'else' },
    foreign: { iss: 'https://x' },
    nobody: {},
  }
  const server = await issuerServer({
    '/ask': knowing({ ...tokens, good: { aud: ['shop', 'x'], iss: 'https://o', exp: NOW + 60, nbf: NOW } }),
  })
  const { statusFor } = asking(server, {}, { issuer: 'https://o', audience: ['shop'] })
  assert.equal(await statusFor('good'), 200)
  for (const token of [...Object.keys(tokens), 'unknown']) assert.equal(await statusFor(token), 401, token)
})

test('an answer counts no longer than its time, that of the token, or ten seconds for a refusal', async () => {
  const tokens: Record<string, object> = { long: {}, short: { exp: NOW + 5 } }
  const server = await issuerServer({ '/ask': (asked) => knowing(tokens)(asked) })
  const { statusFor, clock } = asking(server)
  const all = async (): Promise<number[]> => [await statusFor('long'), await statusFor('short'), await statusFor('later')]
  assert.deepEqual(await all(), [200, 200, 401])
  assert.deepEqual(await all(), [200, 200, 401])
  assert.equal(server.asked.length, 3)
  tokens['later'] = {}
  clock.nowMs += 9_999
  // Seen again after its end it is asked about again, and is too old.
  assert.deepEqual([await statusFor('later'), await statusFor('short'), server.asked.length], [401, 401, 4])
  clock.nowMs += 1
  assert.deepEqual([await statusFor('later'), server.asked.length], [200, 5])
  clock.nowMs += 20_000
  delete tokens['long']
  assert.deepEqual([await statusFor('long'), server.asked.length], [401, 6])
})

test('with cache_ttl 0 a revocation counts at once', async () => {
  const tokens: Record<string, object> = { t: {} }
  const server = await issuerServer({ '/ask': (asked) => knowing(tokens)(asked) })
  const { statusFor } = asking(server, { cache_ttl: '0s' })
  assert.equal(await statusFor('t'), 200)
  delete tokens['t']
  assert.equal(await statusFor('t'), 401)
})

describe('is nobody let in with 503', () => {
  const silent: Record<string, Reply> = {
    'a dead server': null,
    'a failing one': { status: 500, json: { active: true } },
    'one that does not know the gateway': { status: 401, json: { active: true } },
    'a redirect': { status: 307, headers: { Location: '/yes' } },
    'no JSON': { text: 'active' },
    'a list': { json: [{ active: true }] },
    'no word about it': { json: { sub: 'ann' } },
    'a text for a truth': { json: { active: 'true' } },
    'two words about it': { text: '{"active":false,"active":true}' },
    'a flood': { json: { active: true, pad: 'x'.repeat(2 ** 20) } },
  }
  for (const [what, reply] of Object.entries(silent)) {
    test(what, async () => {
      const server = await issuerServer({ '/ask': reply, '/yes': { json: { active: true } } })
      const { statusFor, site } = asking(server)
      assert.deepEqual([await statusFor('t'), await statusFor('t')], [503, 503])
      // Nothing of it is remembered, and the log says it once.
      server.replies['/ask'] = { json: { active: true } }
      assert.equal(await statusFor('t'), 200)
      assert.equal(site.log.lines.filter((line) => line.includes('introspection fails')).length, 1)
    })
  }

  test('a slow server', async () => {
    const server = await issuerServer({
      '/ask': () => new Promise((resolve) => setTimeout(resolve, 5000, { json: { active: true } }).unref()),
    })
    assert.equal(await asking(server, { timeout: '50ms' }).statusFor('t'), 503)
  })
})

test('many with one token wait for one answer; with too many tokens some are answered 503 without a call', async () => {
  const held = Promise.withResolvers<void>()
  const server = await issuerServer({ '/ask': (asked) => held.promise.then(() => knowing({ t: {} })(asked)) })
  const { statusFor } = asking(server, { timeout: '30s' })
  const same = Array.from({ length: 50 }, () => statusFor('t'))
  const others = Array.from({ length: 300 }, (_none, id) => statusFor(`made-up-${id}`))
  held.resolve()
  assert.deepEqual(new Set(await Promise.all(same)), new Set([200]))
  const statuses = await Promise.all(others)
  assert.deepEqual([statuses.filter((status) => status === 401).length, statuses.filter((status) => status === 503).length], [255, 45])
  assert.equal(server.asked.length, 256)
})

test('what can be no token is no call, and neither is one that is too long', async () => {
  const server = await issuerServer({ '/ask': { json: { active: true } } })
  const { statusFor, ask } = asking(server)
  for (const token of ['a b', 'é', 'a\u0001', '\t', 'x'.repeat(16_385)]) assert.equal(await statusFor(token), 401)
  assert.equal((await ask()).statusCode, 401)
  assert.deepEqual(server.asked, [])
})

test('a signed token of an issuer that is asked as well must pass both, and is asked about last', async () => {
  const issuer = 'https://o'
  const good = es256({ iss: issuer, exp: EXP, sub: 'ann' }, key)
  const revoked = es256({ iss: issuer, exp: EXP, sub: 'bob' }, key)
  const forged = es256({ iss: issuer, exp: EXP, sub: 'eve' }, newKey('k1'))
  const server = await issuerServer({ '/keys': setOf(key), '/ask': knowing({ [good]: { sub: 'nobody' }, [forged]: {}, opaque: {} }) })
  const { ask, statusFor } = asking(server, {}, { issuer, jwk_url: `${server.url}/keys` })
  for (let i = 0; i < 2; i++) {
    const { scope, statusCode } = await ask({ Authorization: `Bearer ${good}` })
    assert.deepEqual([statusCode, verifiedClaims.get(scope)?.['sub']], [200, 'ann'])
    assert.equal(await statusFor(revoked), 401)
    assert.equal(await statusFor(forged), 401)
    assert.equal(await statusFor('opaque'), 401)
  }
  assert.deepEqual(
    server.asked.map(({ path }) => path),
    ['/keys', '/ask', '/ask'],
  )
  assert.equal(await asking(server, { url: `${server.url}/gone` }, { issuer, jwk_url: `${server.url}/keys` }).statusFor(good), 503)
})

test('the call has the id of the request whose token it is about', async (context) => {
  const ids: (string | undefined)[] = []
  const server = await startBackend((request, response) => {
    ids.push(request.headers['x-call'] as string | undefined)
    response.end('{"active":true}')
  })
  context.after(() => server.close())
  const backend = () => Promise.resolve(makeBackendResponse('{}'))
  const introspection = { url: `${server.url}/ask`, client_id: 'gw', client_secret: 's' }
  const service = { '_gw/request-id': { header: 'X-Call' }, '_gw/issuers': { o: { introspection, disable_jwk_security: true } } }
  const endpoint = { endpoint: '/a', backend: [{ url_pattern: '/' }], extra_config: { '_gw/issuers': ['o'] } }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [endpoint], extra_config: service }), { backend })
  const answer = await gateway.ask({ target: '/a', headers: { Authorization: 'Bearer t', 'X-Call': 'mine-1' } })
  assert.deepEqual([answer.statusCode, ids], [200, ['mine-1']])
})

/** Asks a server in memory, which says that all but strangers are active. */
function introspector(pad = ''): { ask: (token: string) => Promise<Word>; calls: () => number } {
  let calls = 0
  async function request(_url: URL, { form = '' }: { form?: string }): Promise<IncomingMessage> {
    calls++
    const json = JSON.stringify({ active: !form.includes('stranger'), form, pad })
    return Object.assign(Readable.from([Buffer.from(json)]), { statusCode: 200, headers: {} }) as unknown as IncomingMessage
  }
  const log = { info() {}, warning() {} }
  const fixed = { url: 'https://o', clientId: '', clientSecret: '', tokenTypeHint: '', timeoutMs: 1000, cacheMs: 1e6, label: '' }
  const asked = new Introspector({ client: { request }, clock: () => 1, countWorkers: () => 1, callFields: new Map(), log, ...fixed })
  return { ask: async (token) => asked.ask(token), calls: () => calls }
}

test('strangers who make tokens up do not push good ones out', async () => {
  const { ask, calls } = introspector()
  await ask('good')
  for (let id = 0; id < 12_000; id++) await ask(`stranger${id}`)
  assert.equal(calls(), 12_001)
  assert.equal((await ask('good')).claims?.['form'], 'token=good')
  assert.equal(calls(), 12_001)
  // Of those that are not active two thousand are remembered at most.
  for (let id = 0; id < 9000; id++) await ask(`stranger${id}`)
  assert.equal(calls(), 21_001)
})

test('what is remembered is bounded in number and in length', async () => {
  const small = introspector()
  for (let id = 0; id < 9000; id++) await small.ask(`t${id}`)
  await small.ask('t0')
  assert.equal(small.calls(), 9001)
  const large = introspector('x'.repeat(2 ** 19))
  for (let id = 0; id < 40; id++) await large.ask(`t${id}`)
  await large.ask('t39')
  assert.equal(large.calls(), 40)
  await large.ask('t0')
  assert.equal(large.calls(), 41)
})
