// NaCl's own example, and everything that must not open.

import assert from 'node:assert/strict'
import { createCipheriv, createHash } from 'node:crypto'
import { test } from 'node:test'
import { openKeeper, decryptKeyFile } from './secret-keeper.ts'
import { openSecretbox } from './secretbox.ts'

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
  const dataKey = await openKeeper(`base64key://${KEY.toString('base64').replaceAll('+', '-').replaceAll('/', '_')}`)(box)
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
      () => openKeeper(url),
      (error: Error) => message.test(error.message) && !error.message.includes(key.slice(4)),
    )
  }
})
