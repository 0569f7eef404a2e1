// What one request pays for `auth/validator`: rows of `npm run bench`.

import { createSign, generateKeyPairSync } from 'node:crypto'
import type { BenchRow } from '../../../../bench/rows.ts'

/** More than the validator remembers, so that a token is forgotten before it comes again. */
const NEW_TOKENS = 4000

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const keys = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'r1', alg: 'RS256', use: 'sig' }] })

const validated = {
  path: '/validated',
  files: { 'jwks.json': keys },
  endpoints: [
    {
      endpoint: '/validated',
      backend: [{ url_pattern: '/small.json' }],
      extra_config: {
        'auth/validator': { alg: 'RS256', jwk_local_path: 'jwks.json', disable_jwk_security: true, audience: ['api'], roles: ['reader'] },
      },
    },
  ],
}

const issuer = 'https://id.example.com'

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + JWT of a named issuer, the same token again',
    path: '/issued',
    files: { 'jwks.json': keys },
    service: {
      '_gw/issuers': { a: { issuer, jwk_local_path: 'jwks.json' }, b: { issuer: `${issuer}/b`, jwk_local_path: 'jwks.json' } },
    },
    endpoints: [
      {
        endpoint: '/issued',
        backend: [{ url_pattern: '/small.json' }],
        extra_config: { '_gw/issuers': ['a', 'b'], 'auth/validator': { audience: ['api'], roles: ['reader'] } },
      },
    ],
    headers: { Authorization: `Bearer ${makeToken(0, issuer)}` },
    target: 'row 1 + 0.6',
  },
  {
    ...validated,
    name: 'one JSON backend + JWT RS256, the same token again',
    headers: { Authorization: `Bearer ${makeToken(0)}` },
    target: 'row 1 + 0.5',
  },
  {
    ...validated,
    name: 'one JSON backend + JWT RS256, always a new token',
    cycle: { header: 'Authorization', values: () => Array.from({ length: NEW_TOKENS }, (_none, id) => `Bearer ${makeToken(id)}`) },
    target: 'row 1 + 4',
  },
]

function makeToken(id: number, iss?: string): string {
  const claims = { iss, aud: ['api'], sub: `user-${id}`, roles: ['reader'], exp: 4_000_000_000, email: 'someone@example.com' }
  const signed = `${encode({ alg: 'RS256', kid: 'r1', typ: 'JWT' })}.${encode(claims)}`
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(privateKey, 'base64url')}`
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
