import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeCertificate } from '../../go/template/sprig/certificates.ts'
import type { SprigHost } from '../../go/template/sprig/host.ts'
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { systemCertificates } from './system-certificates.ts'
import { clientAuthorities } from './client-authorities.ts'
import { PEM } from './test-certificates.ts'

const CA = PEM['ca.pem']

test('each certificate once, from texts that hold several, without what is none', () => {
  const texts = [CA, Buffer.from(`note\n${PEM['a.pem']}${CA.replaceAll('\n', '\r\n')}`), 'no PEM', CA.replace(/MII.*/, 'AAAA')]
  assert.deepEqual(clientAuthorities(texts), [CA, PEM['a.pem']])
})

test('the authorities of the system are listed once', () => {
  const list = systemCertificates()
  assert.equal(new Set(list).size, list.length)
  assert.equal(clientAuthorities(list).length, list.length)
})

test('more than a handshake can name are refused, whatever made them so many', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const host = { now: Date.now, random: randomBytes } as Partial<SprigHost> as SprigHost
  const authority = (name: string): string => makeCertificate({ name, ips: null, dns: null, days: 1 }, privateKey, null, true, host).cert
  const many = Array.from({ length: 16 }, (_, index) => authority(`${index} ${'x'.repeat(4_000)}`))
  assert.equal(clientAuthorities([...many, ...many]).length, 16)
  assert.throws(() => clientAuthorities([...many, authority('x'.repeat(1_500))]), {
    name: 'ConfigError',
    message: /^tls: a handshake cannot name the 17 authorities of client certificates \(\d{5} bytes of 65400\)/,
  })
})
