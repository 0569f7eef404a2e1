// What a token costs: run it with `node src/components/auth/jose/auth-jose.bench.ts`. A small proxied answer costs 15 to 20 µs in all.

import { generateKeyPairSync } from 'node:crypto'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CompactSign } from 'jose'
import { makeExchange, makeSite } from '../../../testing/index.ts'
import { readOptions } from '../../../schema/read-options.ts'
import { validatorOptions } from './options.ts'
import { buildValidator } from './validator.ts'

const TOKENS = 3000
const ROUNDS = 200_000

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const file = join(mkdtempSync(join(tmpdir(), 'auth-jose-')), 'jwks.json')
writeFileSync(file, JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'r1' }] }))

const block = {
  alg: 'RS256',
  jwk_local_path: file,
  disable_jwk_security: true,
  issuer: 'https://issuer.example.com',
  audience: ['api'],
  roles: ['reader'],
  propagate_claims: [['sub', 'x-user']],
}

function makeToken(id: number): Promise<string> {
  const claims = {
    iss: block.issuer,
    aud: ['api'],
    sub: `user-${id}`,
    roles: ['reader', 'writer'],
    exp: 4_000_000_000,
    email: 'someone@example.com',
  }
  return new CompactSign(Buffer.from(JSON.stringify(claims))).setProtectedHeader({ alg: 'RS256', kid: 'r1', typ: 'JWT' }).sign(privateKey)
}

const options = readOptions(validatorOptions, block, 'struct').value
if (options === null) throw new Error('the block does not decode')
const handle = buildValidator(options, [], makeSite())(() => {})

/** Microseconds of CPU for one request; a new string each time, as a socket gives it. */
function measure(tokens: readonly string[], rounds: number): number {
  const exchange = makeExchange({ headers: { Authorization: '' } })
  const values = tokens.map((token) => Buffer.from(`Bearer ${token}`))
  const before = process.cpuUsage()
  for (let i = 0; i < rounds; i++) {
    exchange.headers.set('Authorization', (values[i % values.length] as Buffer).toString('latin1'))
    void handle(exchange)
  }
  const used = process.cpuUsage(before)
  return (used.user + used.system) / rounds
}

if (import.meta.main) {
  const tokens = await Promise.all(Array.from({ length: TOKENS }, (_, id) => makeToken(id)))
  measure(tokens.slice(0, 100), 10_000)
  const repeated = measure(tokens.slice(100, 101), ROUNDS)
  const several = measure(tokens.slice(200, 700), ROUNDS)
  const fresh = measure(tokens.slice(1000), TOKENS - 1000)
  process.stdout.write(`RS256, the same token again   ${repeated.toFixed(2)} µs\n`)
  process.stdout.write(`RS256, one of 500 tokens      ${several.toFixed(2)} µs\n`)
  process.stdout.write(`RS256, always a new token     ${fresh.toFixed(2)} µs\n`)
}
