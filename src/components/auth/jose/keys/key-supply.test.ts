// What the operator hears of a key server that has no keys: without them every client is refused.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readOptions } from '../../../../schema/read-options.ts'
import { startBackend } from '../../../../testing/backend.ts'
import { makeLog, makeSite } from '../../../../testing/index.ts'
import { type ValidatorOptions, validatorOptions } from '../options.ts'
import { supplyKeys } from './key-supply.ts'

const KEY = { kty: 'oct', kid: 'a', alg: 'HS256', k: 'c2VjcmV0' }

test('a key server without keys is told once by all endpoints, without what its URL hides, and once more when it has some', async (t) => {
  let status = 500
  const server = await startBackend((_request, response) => {
    if (status === 200) response.setHeader('Content-Type', 'application/json')
    response.writeHead(status).end(JSON.stringify({ keys: [KEY] }))
  })
  t.after(() => server.close())
  const log = makeLog()
  const site = makeSite({ log }, { endpoint: {} })
  const { host } = new URL(server.url)
  const raw = { alg: 'HS256', jwk_url: `http://user:word@${host}/keys?token=x`, disable_jwk_security: true }
  const { value } = readOptions(validatorOptions, raw, 'struct')
  const sources = [1, 2].map(() => supplyKeys(value as ValidatorOptions, site, (jwk) => jwk.kid, Date.now))
  for (const source of sources) await assert.rejects(async () => source.get('a'), /JSON content type for JWKS endpoint \(status 500\)$/)
  const about = `[SERVICE: JWT] the keys of http://${host}/keys`
  assert.deepEqual(log.lines, [
    `ERROR ${about} cannot be had, tokens that need them are refused: should have a JSON content type for JWKS endpoint (status 500)`,
  ])
  status = 200
  for (const source of sources) assert.equal((await source.get('a')).kid, 'a')
  assert.deepEqual(log.lines.slice(1), [`INFO ${about} are there again`])
})
