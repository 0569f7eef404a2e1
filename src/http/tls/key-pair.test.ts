// What is no pair, and which words say so.

import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { checkKeyPair } from './key-pair.ts'
import { PEM } from './test-certificates.ts'

const check = (certificate: string, key: string): string => checkKeyPair(Buffer.from(certificate), Buffer.from(key)).subject

test('a pair, in files of their own or in one', () => {
  assert.equal(check(PEM['a.pem'], PEM['a.key']), 'CN=a.test')
  const both = `${PEM['a.pem']}${PEM['a.key']}`
  assert.equal(check(both, both), 'CN=a.test')
})

test('what is none has Go’s words', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const rsa = privateKey.export({ type: 'pkcs8', format: 'pem' })
  const locked = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-128-cbc', passphrase: 'x' })
  const [pem, key] = [PEM['a.pem'], PEM['a.key']]
  const switched = 'certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched'
  const cases: [certificate: string, key: string, message: string][] = [
    [pem, PEM['b.key'], 'private key does not match public key'],
    [pem, rsa, 'private key type does not match public key type'],
    [pem, locked, 'failed to parse private key'],
    [pem, '', 'failed to find any PEM data in key input'],
    [pem, pem, 'found a certificate rather than a key in the PEM for the private key'],
    ['junk', key, 'failed to find any PEM data in certificate input'],
    [key, key, `failed to find ${switched}`],
    ['-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n', key, 'failed to parse the certificate'],
  ]
  for (const [certificate, own, message] of cases) assert.throws(() => check(certificate, own), { message: `tls: ${message}` })
})
