// What `krakend check` tells about tokens that could never be verified or signed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { EndpointConfig, GatewayConfig } from '../../../config/types.ts'
import type { AnyBlock } from '../../../engine/compile/component.ts'
import { checkBlock } from '../../../engine/compile/check-blocks.ts'
import type { Issue } from '../../../schema/issue.ts'
import { buildFor, checkOptions, makeSite } from '../../../testing/index.ts'
import { sharedKeyCache, signer, validator } from './index.ts'

const KEYS = { alg: 'RS256', jwk_url: 'https://id.example.com/keys' }

const SIGNED = { keys_to_sign: ['token'] }

test('good options are no news', () => {
  assert.deepEqual(checkOptions(validator, { ...KEYS, leeway: '2s', cache: true }), [])
  assert.deepEqual(checkOptions(signer, { ...KEYS, kid: 'a', keys_to_sign: ['token'] }), [])
})

test('what stops the start or closes the endpoint is an error', () => {
  const insecure = 'error jwk_url: JWK client is using an insecure connection to the JWK service: every request is refused'
  assert.deepEqual(checkOptions(validator, { ...KEYS, alg: 'RS255' }), ['error alg: unknown algorithm "RS255": the gateway does not start'])
  assert.deepEqual(checkOptions(signer, { ...KEYS, ...SIGNED, alg: 'none' }), [
    'error alg: unknown algorithm "none": every request is refused',
  ])
  for (const declaration of [validator, signer]) {
    assert.deepEqual(
      checkOptions(declaration, { ...KEYS, ...(declaration === signer ? SIGNED : {}), jwk_url: 'http://id.example.com/keys' }),
      [insecure],
    )
  }
  assert.deepEqual(checkOptions(validator, { alg: 'RS256', jwk_local_path: 'x', disable_jwk_security: true, cache: true }), [
    'error cache: cannot be used with jwk_local_path: the gateway does not start',
  ])
})

test('an unreadable time is a warning', () => {
  assert.deepEqual(checkOptions(validator, { ...KEYS, leeway: '2' }), ['warning leeway: "2" is no duration such as "2s", ignored'])
})

test('who does not say where the keys are refuses every request, and hears it', () => {
  const line = 'error jwk_url: neither jwk_url nor jwk_local_path: every request is refused'
  for (const declaration of [validator, signer]) {
    const more = declaration === signer ? SIGNED : {}
    assert.deepEqual(checkOptions(declaration, { ...more, alg: 'RS256', disable_jwk_security: true }), [line])
    assert.deepEqual(checkOptions(declaration, { ...more, alg: 'RS256' }), [line])
  }
})

test('an option that is ignored is not told as a configuration that cannot be parsed', () => {
  const site = makeSite({ label: '[ENDPOINT: /a]' }, { endpoint: {} })
  buildFor(validator, { alg: 'HS256', jwk_local_path: '/none', kid: 'x', disable_jwk_security: 'no' }, site)
  assert.ok(
    site.lines.includes('ERROR [ENDPOINT: /a][JWTValidator] Unable to parse the configuration: must be true or false, not the text "no"'),
  )
  const other = makeSite({ label: '[ENDPOINT: /a]' }, { endpoint: {} })
  assert.throws(() => buildFor(validator, { alg: 'HS256', jwk_local_path: '/none', kid: 'x', disable_jwk_security: true }, other))
  assert.equal(other.lines[0], 'WARNING [ENDPOINT: /a][auth/validator] unknown option "kid", ignored')
})

/** Findings at an endpoint that lets these headers in, of a configuration whose files are not there. */
function toldAt(inputHeaders: readonly string[], options: object, files: readonly string[] = []): string[] {
  return issuesAt(validator, options, inputHeaders, files).map(({ code, path }) => [code, ...path].join(' '))
}

/** `files` are names, or names with what is in them. */
function issuesAt(
  declaration: AnyBlock,
  options: object,
  inputHeaders: readonly string[] = [],
  files: readonly string[] | Readonly<Record<string, Buffer>> = [],
): Issue[] {
  const place = { config: {} as GatewayConfig, endpoint: { inputHeaders } as unknown as EndpointConfig, backend: null }
  const contents: Readonly<Record<string, Buffer | null>> = Array.isArray(files)
    ? Object.fromEntries(files.map((name) => [name, null]))
    : files
  const readable = (path: string): boolean => Object.hasOwn(contents, path)
  const contentOf = (path: string): Buffer | null => contents[path] ?? null
  return checkBlock(declaration, options, { dialect: 3, once: makeSite().once, place, readable, contentOf })
}

test('claims are propagated into headers that the endpoint lets in', () => {
  const claims = { ...KEYS, propagate_claims: [['sub', 'X-User']] }
  assert.deepEqual(toldAt(['x-user'], claims), [])
  assert.deepEqual(toldAt(['*'], claims), [])
  assert.deepEqual(toldAt(['X-Other'], claims), ['claim-not-let-in propagate_claims 0'])
  assert.deepEqual(toldAt([], { ...KEYS, propagate_claims: [['sub']] }), ['invalid-option propagate_claims 0'])
})

test('demands that nobody checks, and names that mean nothing', () => {
  assert.deepEqual(toldAt([], { ...KEYS, scopes: ['a'] }), ['scopes-without-key scopes'])
  assert.deepEqual(toldAt([], { ...KEYS, scopes: ['a'], scopes_key: 's', scopes_matcher: 'every' }), ['unknown-value scopes_matcher'])
  assert.deepEqual(toldAt([], { ...KEYS, scopes: ['a'], scopes_key: 'https://x.y/scopes' }), ['nested-scopes scopes_key'])
  assert.deepEqual(toldAt([], { ...KEYS, scopes: ['a'], scopes_key: 'realm.scopes' }), [])
  assert.deepEqual(toldAt([], { ...KEYS, roles: ['a'], roles_key: 'realm.roles' }), ['nested-roles roles_key'])
  assert.deepEqual(toldAt([], { ...KEYS, key_identify_strategy: 'kdi' }), ['unknown-value key_identify_strategy'])
})

test('files of keys are looked for', () => {
  const local = { alg: 'RS256', jwk_local_path: 'keys.json', disable_jwk_security: true }
  assert.deepEqual(toldAt([], local), ['unreadable-file jwk_local_path'])
  assert.deepEqual(toldAt([], local, ['keys.json']), [])
})

test('what stops the start of a validator, or closes a signer, fails for certain', () => {
  const local = { alg: 'RS256', jwk_local_path: 'keys.json', disable_jwk_security: true }
  const wrong: readonly (readonly [options: object, file: string, line: string])[] = [
    [{ jwk_fingerprints: ['AAAA', '***'] }, '{"keys":[]}', 'jwk_fingerprints 1: illegal base64 data at input byte 0'],
    [{ jwk_local_ca: 'none.pem' }, '{"keys":[]}', 'jwk_local_ca: the file "none.pem" cannot be read'],
    [{}, '{', 'jwk_local_path: the file "keys.json" gives no keys: not valid JSON'],
    [{}, '[]', 'jwk_local_path: the file "keys.json" gives no keys: not a JSON object'],
    [{}, '{"keys":[{"kty":"x"}]}', 'jwk_local_path: the file "keys.json" gives no keys: unknown type of a JWK'],
    [
      { secret_url: 'awskms://x', cypher_key: 'AAAA' },
      '',
      'jwk_local_path: the file "keys.json" gives no keys: secret_url: the keeper awskms:// is not available in this build; base64key:// and hashivault:// are',
    ],
  ]
  const kinds = [
    [validator, {}, 'start', 'the gateway does not start'],
    [signer, SIGNED, 'requests', 'every request is refused'],
  ] as const
  for (const [declaration, more, fails, consequence] of kinds) {
    const told = (options: object, file: string): string[] =>
      issuesAt(declaration, { ...local, ...more, ...options }, [], { 'keys.json': Buffer.from(file) }).map(
        (issue) => `${issue.fails} ${issue.path.join(' ')}: ${issue.message}`,
      )
    for (const [options, file, line] of wrong) assert.deepEqual(told(options, file), [`${fails} ${line}: ${consequence}`])
    assert.deepEqual(told({ secret_url: 'hashivault://key', cypher_key: 'AAAA' }, ''), [])
    assert.deepEqual(told({}, '{"keys":[]}'), [])
  }
  const closed = (options: object): (string | undefined)[] => issuesAt(validator, { ...KEYS, ...options }).map(({ fails }) => fails)
  for (const options of [{ cipher_suites: [70_000] }, { cache_duration: 2 ** 33 }, { cypher_key: '?' }])
    assert.deepEqual(closed(options), ['requests'])
  assert.deepEqual(closed({ jwk_url: 'http://a/b' }), [undefined])
})

test('options of a validator at the service protect nothing', () => {
  const context = { dialect: 3, once: makeSite().once } as const
  const told = (block: object): string[] => checkBlock(sharedKeyCache, block, context).map(({ code, path }) => [code, ...path].join(' '))
  assert.deepEqual(told({ shared_cache_duration: 60 }), [])
  assert.deepEqual(told({ alg: 'RS256', jwk_url: 'https://a/b' }), ['validator-at-service alg', 'validator-at-service jwk_url'])
})
