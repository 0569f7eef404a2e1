// What calls are built of and decided by tells entries of caches apart, forwarded or not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Claims, verifiedClaims } from '../../../engine/ports.ts'
import { configOf, type ExchangeInit, makeBackendResponse, makeExchange, openInMemory } from '../../../testing/index.ts'

interface Setup {
  readonly cache?: object
  readonly endpoint?: object
  readonly blocks?: Readonly<Record<string, unknown>>
}

/** How many calls these requests make when the cache stands there. */
async function callsFor(
  level: 'endpoint' | 'backend',
  { endpoint = {}, blocks = {}, cache = {} }: Setup,
  asked: readonly (ExchangeInit & { readonly claims?: Claims })[],
): Promise<number> {
  let calls = 0
  const block = { '_gw/cache': { ttl: '60s', ...cache } }
  const backend = { url_pattern: '/b', extra_config: level === 'backend' ? { ...blocks, ...block } : blocks }
  const file = { endpoint: '/e/{id}', backend: [backend], extra_config: level === 'endpoint' ? block : {}, ...endpoint }
  const gateway = await openInMemory(configOf({ host: ['http://b:80'], endpoints: [file] }), {
    backend: () => Promise.resolve(makeBackendResponse(`{"n":${++calls}}`)),
  })
  for (const { claims, ...init } of asked) {
    const exchange = makeExchange({ target: '/e/1', ...init })
    if (claims !== undefined) verifiedClaims.set(exchange.scope, claims)
    await gateway.handle(exchange)
    exchange.finish()
  }
  return calls
}

for (const level of ['endpoint', 'backend'] as const) {
  const differ = (name: string, setup: Setup, one: ExchangeInit & { claims?: Claims }, other: typeof one): void =>
    void test(`at the ${level}: ${name}`, async () => {
      assert.equal(await callsFor(level, setup, [one, one, other, one, other]), 2)
    })
  const request = (template: object): Setup => ({ blocks: { '_gw/request': template } })
  const header = (name: string, value: string): ExchangeInit => ({ headers: { [name]: value } })
  const as = (sub: string): { claims: Claims } => ({ claims: { sub } })

  differ('a header', request({ headers: { 'X-As': '{input_headers.X-User}' } }), header('X-User', 'ann'), header('X-User', 'bob'))
  differ('a query string', request({ body: { u: '{input_query_strings.u:-}' } }), { target: '/e/1?u=1' }, { target: '/e/1?u=2' })
  const odd = request({ query: { q: '{input_query_strings.a:b?}' } })
  differ('a name with a colon', odd, { target: '/e/1?a:b=1' }, { target: '/e/1?a:b=2' })
  differ('a claim', request({ path: '/u/{JWT.sub}' }), as('ann'), as('bob'))
  differ('claims where expressions may look at them', { blocks: { 'validation/cel': [{ check_expr: 'true' }] } }, as('ann'), as('bob'))
  const graphql = { blocks: { 'backend/graphql': { type: 'query', query: '{a}', variables: { id: '{id}' } } } }
  differ('a parameter that is in no path', graphql, { target: '/e/1' }, { target: '/e/2' })
  differ('a body, whatever the method', {}, { body: 'a' }, { body: 'b' })
  const key = ['{JWT.realm.user}', 'public']
  const member = (user: string): { claims: Claims } => ({ claims: { realm: { user } } })
  differ('a member of a claim in a key of the file', { cache: { key } }, member('ann'), member('bob'))
  const user = 'X-Forwarded-User'
  differ('whom a proxy says it is', { endpoint: { input_headers: [user] } }, header(user, 'ann'), header(user, 'bob'))

  test(`at the ${level}: the way that a request took, and claims that nobody uses, change nothing`, async () => {
    const setup = { endpoint: { input_headers: ['*'] }, ...request({ headers: { 'X-Id': '{id}' } }) }
    const of = (via: string) => ({ headers: { 'X-Forwarded-Proto': via, 'X-Forwarded-For': via, 'User-Agent': via }, claims: { iat: via } })
    assert.equal(await callsFor(level, setup, [of('a'), of('b')]), 1)
  })
}

test('at the endpoint: what its fallbacks are built of', async () => {
  const backend = { url_pattern: '/f', extra_config: { '_gw/request': { headers: { 'X-As': '{JWT.sub}' } } } }
  const claims = [{ claims: { sub: 'ann' } }, { claims: { sub: 'bob' } }]
  assert.equal(await callsFor('endpoint', { blocks: { '_gw/fallback': { backend } } }, claims), 2)
})
