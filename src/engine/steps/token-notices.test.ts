import assert from 'node:assert/strict'
import { test } from 'node:test'
import { configOf, openInMemory } from '../../testing/index.ts'

test('of each endpoint the log says whether tokens are asked for and given, in KrakenD’s words', async () => {
  const backend = [{ url_pattern: '/', host: ['http://b:80'] }]
  const tokens = { 'auth/validator': { alg: 'RS256', jwk_url: 'https://k/' } }
  const { lines } = await openInMemory(
    configOf({
      endpoints: [
        { endpoint: '/open', backend },
        { endpoint: '/closed', backend, extra_config: tokens },
      ],
    }),
  )
  const told = lines.filter((line) => line.includes('[JWT') && !line.includes('scope'))
  assert.deepEqual(told, [
    'DEBUG [ENDPOINT: /open][JWTSigner] Signer disabled',
    'INFO [ENDPOINT: /open][JWTValidator] Validator disabled for this endpoint',
    'DEBUG [ENDPOINT: /closed][JWTSigner] Signer disabled',
    "DEBUG [ENDPOINT: /closed][JWTValidator] Roles will be matched against the key: 'roles'",
    'DEBUG [ENDPOINT: /closed][JWTValidator] Validator enabled for this endpoint',
  ])
})
