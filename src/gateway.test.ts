// What an opened gateway knows of itself: every file that its configuration names.

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { readConfig } from './config/read-config.ts'
import { knownNamespaces } from './engine/compile/order.ts'
import { openGateway } from './gateway.ts'
import { order } from './order.ts'
import { makeLog, makeSite } from './testing/index.ts'

test('files of keys, queries, certificates and authorities are known, wherever they are read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'krakend-files-'))
  const path = (name: string, text = ''): string => {
    writeFileSync(join(folder, name), text)
    return join(folder, name)
  }
  const keys = path('jwks.json', '{"keys":[]}')
  const query = path('query.graphql', '{ a }')
  const file = {
    version: 3,
    tls: { keys: [{ public_key: path('cert.pem'), private_key: path('key.pem') }], enable_mtls: true, ca_certs: [path('ca.pem')] },
    client_tls: {
      ca_certs: [path('backend-ca.pem')],
      client_certs: [{ certificate: path('client.pem'), private_key: path('client-key.pem') }],
    },
    endpoints: [
      {
        endpoint: '/a',
        extra_config: { 'auth/validator': { alg: 'RS256', jwk_local_path: keys, disable_jwk_security: true } },
        backend: [
          {
            host: ['http://127.0.0.1:8081'],
            url_pattern: '/',
            extra_config: { 'backend/graphql': { type: 'query', query_path: query } },
          },
        ],
      },
    ],
  }
  const { config, failure } = await readConfig('krakend.json', {
    environment: {},
    knownNamespaces: knownNamespaces(order),
    edition: null,
    readFile: () => Promise.resolve(JSON.stringify(file)),
  })
  if (config === null) throw new Error(failure ?? 'refused')
  const { shared } = makeSite()
  const pool = { share: <T>(_key: string, create: () => T): T => create(), release() {} }
  const init = { log: makeLog(), shared, pool, version: 'Version test', environment: {}, writeAccessLine() {}, print() {} }
  const gateway = await openGateway(config, init)
  const names = ['backend-ca.pem', 'ca.pem', 'cert.pem', 'client-key.pem', 'client.pem', 'jwks.json', 'key.pem', 'query.graphql']
  assert.deepEqual([...gateway.files].sort(), names.map((name) => join(folder, name)).sort())
  await gateway.retire()
  rmSync(folder, { recursive: true })
})
