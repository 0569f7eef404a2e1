// What one request pays for `auth/revoker` beside the verification of its token: a row of `npm run bench`.

import { createHmac } from 'node:crypto'
import type { BenchRow } from '../../../../bench/rows.ts'

const SECRET = 'a key that is long enough for this'

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

const head = `${encode({ alg: 'HS256', kid: 'k' })}.${encode({ jti: 'mnb23vcsrt756yuiomnbvcx98ertyuiop', sub: '1234567890', exp: 4102444800 })}`
const token = `${head}.${createHmac('sha256', SECRET).update(head).digest('base64url')}`

const endpoints = [
  {
    endpoint: '/private',
    backend: [{ url_pattern: '/small.json' }],
    extra_config: { 'auth/validator': { alg: 'HS256', jwk_local_path: './jwks.json', disable_jwk_security: true } },
  },
]
const files = {
  'jwks.json': JSON.stringify({ keys: [{ kty: 'oct', kid: 'k', alg: 'HS256', k: Buffer.from(SECRET).toString('base64url') }] }),
}
const headers = { Authorization: `Bearer ${token}` }

export const rows: readonly BenchRow[] = [
  {
    name: 'one JSON backend + JWT + revoker with two claims',
    path: '/private',
    endpoints,
    files,
    headers,
    service: {
      'auth/revoker': { N: 1_000_000, P: 1e-7, hash_name: 'optimal', TTL: 3600, port: 0, token_keys: ['jti', 'sub'] },
    },
    target: 'the row without revoker + 0.1',
  },
]
