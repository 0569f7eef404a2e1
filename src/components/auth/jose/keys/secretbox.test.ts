// NaCl's own example, and everything that must not open.

import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfigError } from '../../../../engine/compile/component.ts'
import { openKeeper, decryptKeyFile } from './secret-keeper.ts'
import { openSecretbox } from './secretbox.ts'
import { C0, endpointWith, folder, KEY_FILE, token } from '../test-validator.ts'

const KEY = Buffer.from('1b27556473e985d462cd51197a9a46c76009549eac6474f206c4ee0844f68389', 'hex')
const NONCE = Buffer.from('69696ee955b62b73cd62bda875fc73d68219e0036b7a0b37', 'hex')
const PLAIN =
  'be075fc53c81f2d5cf141316ebeb0c7b5228c52a4c62cbd44b66849b64244ffce5ecbaaf33bd751a1ac728d45e6c61296cdc3c01233561f41db66cce314adb310e3be8250c46f06dceea3a7fa1348057e2f6556ad6b1318a024a838f21af1fde048977eb48f59ffd4924ca1c60902e52f0a089bc76897040e082f937763848645e0705'
const SEALED =
  'f3ffc7703f9400e52a7dfb4b3d3305d98e993b9f48681273c29650ba32fc76ce48332ea7164d96a4476fb8c531a1186ac0dfc17c98dce87b4da7f011ec48c97271d2c20f9b928fe2270d6fb863d51738b48eeee314a7cc8ab932164548e526ae90224368517acfeabd6bb3732bc0e9da99832b61ca01b6de56244a9e88d5f9b37973f622a43d14a6599b1f654cb45a74e355a5'
const box = Buffer.concat([NONCE, Buffer.from(SEALED, 'hex')])

test("NaCl's example opens", () => {
  assert.equal(openSecretbox(box, KEY).toString('hex'), PLAIN)
})

test('a changed bit anywhere, another key and a short box do not', () => {
  for (const at of [0, 23, 24, 39, 40, box.length - 1]) {
    const changed = Buffer.from(box)
    changed[at] = (changed[at] as number) ^ 1
    assert.throws(() => openSecretbox(changed, KEY))
  }
  assert.throws(() => openSecretbox(box, Buffer.alloc(32)))
  assert.throws(() => openSecretbox(box.subarray(0, 39), KEY))
})

test('base64key keeps the data key, which decrypts the file', async () => {
  const dataKey = await openKeeper(`base64key://${KEY.toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`, {})(box)
  assert.equal(dataKey.toString('hex'), PLAIN)
  const nonce = Buffer.alloc(12, 3)
  const cipher = createCipheriv('aes-256-gcm', createHash('md5').update(dataKey).digest('hex'), nonce)
  const file = Buffer.concat([nonce, cipher.update('{"keys":[]}'), cipher.final(), cipher.getAuthTag()])
  assert.equal(decryptKeyFile(file, dataKey).toString(), '{"keys":[]}')
  file[20] = (file[20] as number) ^ 1
  assert.throws(() => decryptKeyFile(file, dataKey))
})

test('keepers that are not there say so, and no message shows a key', () => {
  const key = KEY.toString('base64url')
  for (const [url, message] of [
    ['awskms:///arn:aws:kms:x', /awskms:\/\/ is not available in this build/],
    ['gcpkms://projects/p', /gcpkms:\/\/ is not available/],
    ['azurekeyvault://v', /azurekeyvault:\/\/ is not available/],
    [`base64key://${key}=?x=1`, /takes no parameters/],
    ['base64key://', /32 bytes/],
    [`base64key://${key.slice(4)}=`, /32 bytes/],
    [`other://${key}`, /unknown keeper/],
    ['', /unknown keeper/],
  ] as const) {
    assert.throws(
      () => openKeeper(url, {}),
      (error: Error) => message.test(error.message) && !error.message.includes(key.slice(4)),
    )
  }
})

test('a vault is asked for the data key, and its failures are errors without its token', async () => {
  const seen: unknown[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen.push([request.method, request.url, request.headers['x-vault-token'], JSON.parse(Buffer.concat(chunks).toString())])
      if (seen.length === 1) response.end(JSON.stringify({ data: { plaintext: Buffer.from('data key').toString('base64') } }))
      else response.writeHead(403).end('{}')
    })
  })
  after(() => server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  assert.throws(() => openKeeper('hashivault://my-key', {}), /needs VAULT_SERVER_URL and VAULT_SERVER_TOKEN/)
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const keeper = openKeeper('hashivault://my-key', { VAULT_SERVER_URL: url, VAULT_SERVER_TOKEN: 'vault-token' })
  assert.equal(String(await keeper(Buffer.from('vault:v1:abc'))), 'data key')
  assert.deepEqual(seen, [['POST', '/v1/transit/decrypt/my-key', 'vault-token', { ciphertext: 'vault:v1:abc' }]])
  await assert.rejects(async () => keeper(Buffer.from('x')), /the vault answered 403/)
  server.closeAllConnections()
})

test('a validator opens an encrypted key file', async () => {
  const dataKey = openSecretbox(box, KEY)
  const cipher = createCipheriv('aes-256-gcm', createHash('md5').update(dataKey).digest('hex'), Buffer.alloc(12))
  const file = join(folder, 'encrypted.json')
  writeFileSync(file, Buffer.concat([Buffer.alloc(12), cipher.update(readFileSync(KEY_FILE)), cipher.final(), cipher.getAuthTag()]))
  const url = `base64key://${KEY.toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`
  const block = { jwk_local_path: file, secret_url: url, cypher_key: box.toString('base64') }
  assert.equal(await endpointWith(block).statusFor(token(C0)), 200)
  assert.throws(() => endpointWith({ ...block, cypher_key: Buffer.alloc(60).toString('base64') }), ConfigError)
})
