// What `check` and the start say about definitions that contradict themselves and names that nobody has.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkBlock, checkBlocks } from '../../../../engine/compile/check-blocks.ts'
import { loadDeclarations } from '../../../../engine/compile/order.ts'
import { order } from '../../../../order.ts'
import { checkOptions, configOf, makeSite, openInMemory } from '../../../../testing/index.ts'
import { issuers } from '../index.ts'

const keys = { issuer: 'https://a', jwk_url: 'https://a/keys' }
const introspection = { url: 'https://a/ask' }

function told(definition: object): string[] {
  return checkOptions(issuers, { a: definition })
}

test('good definitions', () => {
  const all = { alg: ['HS256'], audience: ['x'], cache_duration: 60, failed_jwk_key_cooldown: '1s', key_identify_strategy: 'x5t' }
  for (const definition of [
    keys,
    { ...keys, ...all, introspection: { ...introspection, client_id: 'a', client_secret: 'b', cache_ttl: '0s' } },
    { introspection },
    { issuer: 'https://a', discovery: true },
    { issuer: 'a', discovery: 'http://b', disable_jwk_security: true },
    { issuer: 'a', jwk_local_path: './keys.json' },
  ])
    assert.deepEqual(told(definition), [])
})

test('definitions that say nothing, too much, or the wrong thing', () => {
  const cases: [object, string][] = [
    [{}, 'error a: nothing says'],
    [{ issuer: 'x' }, 'error a: nothing says'],
    [{ jwk_url: 'https://a/keys' }, 'error a.issuer: must be set'],
    [{ ...keys, discovery: true }, 'error a.jwk_url: keys come from one place'],
    [{ ...keys, jwk_local_path: 'x' }, 'error a.jwk_local_path: keys come from one place'],
    [{ issuer: 'x', discovery: '' }, 'error a.discovery: is no URL'],
    [{ issuer: 'x', discovery: true }, 'error a.issuer: "x/.well-known/openid-configuration" is no URL'],
    [{ ...keys, jwk_url: 'http://a/keys' }, 'error a.jwk_url: "http://a/keys" is not https'],
    [{ issuer: 'http://a', discovery: true }, 'error a.issuer: "http://a/.well-known/openid-configuration" is not https'],
    [{ introspection: { url: 'http://a' } }, 'error a.introspection.url: "http://a" is not https'],
    [{ introspection: { url: 'ftp://a' } }, 'error a.introspection.url: "ftp://a" is no URL'],
    [{ introspection: { client_id: 'x' } }, 'error a.introspection.url: "url" is missing'],
    [{ introspection: { ...introspection, client_secret: 'x' } }, 'error a.introspection.client_secret: proves nothing'],
    [{ introspection: { ...introspection, timeout: '0s' } }, 'error a.introspection.timeout: must be'],
    [{ introspection: { ...introspection, cache_ttl: 30 } }, 'error a.introspection.cache_ttl: must be a text'],
    [{ ...keys, alg: [] }, 'error a.alg: no algorithm'],
    [{ ...keys, alg: ['none'] }, 'error a.alg[0]: unknown algorithm "none"'],
    [{ ...keys, alg: 'RS256' }, 'error a.alg: must be a list'],
    [{ ...keys, key_identify_strategy: 'x' }, 'error a.key_identify_strategy: must be'],
    [{ ...keys, jwk_fingerprints: ['!'] }, 'error a.jwk_fingerprints[0]: is no padded'],
    [{ ...keys, cache: true }, 'error a.cache: unknown option'],
    [{ ...keys, cipher_suites: [99_999] }, 'error a.cipher_suites[0]: is no IANA number'],
  ]
  for (const [definition, start] of cases) {
    const found = told(definition)
    assert.ok(
      found.some((line) => line.startsWith(start)),
      `${JSON.stringify(definition)}: ${found.join(' | ')}`,
    )
  }
})

test('a file of keys that is none', () => {
  const definition = { issuer: 'a', jwk_local_path: 'keys.json' }
  const toldWith = (text: string): string[] => {
    const context = { dialect: 3, once: makeSite().once, contentOf: () => Buffer.from(text) } as const
    return checkBlock(issuers, { a: definition }, context).map(({ path, message }) => `${path.join('.')}: ${message}`)
  }
  assert.deepEqual(toldWith('[]'), ['a.jwk_local_path: the file "keys.json" gives no keys: not a JSON object'])
  assert.deepEqual(toldWith('{"keys":[{"kty":"x"}]}'), [])
})

const file = (names: unknown, definitions: object | null, validator: object | null = { alg: 'ES256', jwk_url: 'https://x' }): object => ({
  ...(definitions === null ? null : { extra_config: { '_gw/issuers': definitions } }),
  endpoints: [
    {
      endpoint: '/e',
      backend: [{ url_pattern: '/', host: ['http://b:80'] }],
      extra_config: { '_gw/issuers': names, ...(validator === null ? null : { 'auth/validator': validator }) },
    },
  ],
})

async function issuesOf(...given: Parameters<typeof file>): Promise<string[]> {
  const config = configOf(file(...given))
  const found = checkBlocks(config, await loadDeclarations(order, config), { isStrict: false })
  return found
    .filter(({ path }) => path.includes('_gw/issuers') || path.includes('auth/validator'))
    .map(({ severity, code, message }) => `${severity} ${code}: ${message}`)
}

test('names of an endpoint', async () => {
  const two = { anna: keys, ben: { ...keys, issuer: 'https://b' }, same: keys, one: { introspection }, other: { introspection } }
  assert.deepEqual(await issuesOf(['anna', 'ben', 'one'], two), [])
  const cases: [unknown, string][] = [
    [[], 'error invalid-option: names nobody'],
    [['nobody'], 'error unknown-value: no issuer is called "nobody"'],
    [['toString'], 'error unknown-value: no issuer is called "toString"'],
    [['anna', 'anna'], 'error invalid-option: "anna" is named twice'],
    [['anna', 'same'], 'error invalid-option: "same" has the same "issuer" as "anna"'],
    [['one', 'other'], 'error invalid-option: "one" and "other" both have "introspection"'],
    [{ anna: keys }, 'error wrong-type: must be a list'],
  ]
  for (const [names, start] of cases) {
    const [first = ''] = await issuesOf(names, two)
    assert.ok(first.startsWith(start), `${JSON.stringify(names)}: ${first}`)
    await assert.rejects(async () => openInMemory(configOf(file(names, two))), /_gw\/issuers|must be a list/, JSON.stringify(names))
  }
  assert.match((await issuesOf(['anna'], null))[0] ?? '', /no issuer is called "anna"/)
  await assert.rejects(openInMemory(configOf(file(['anna'], null))), /no issuer is called "anna"/)
  await assert.rejects(openInMemory(configOf(file(['anna'], { anna: { issuer: 'x' } }))), /nothing says/)
})

test('without a validator KrakenD would let everybody in; one without keys is none of its own', async () => {
  assert.deepEqual(await issuesOf(['a'], { a: keys }, null), [
    'warning protects-here-only: "_gw/issuers" stands without "auth/validator": KrakenD would serve this endpoint unprotected',
  ])
  assert.deepEqual(await issuesOf(['a'], { a: keys }, { roles: ['x'] }), [])
})
