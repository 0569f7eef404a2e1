// What `krakend check` tells about tokens that could never be verified or signed.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { buildFor, checkOptions, makeSite } from '../../../testing/index.ts'
import { signer, validator } from './index.ts'

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
