// sprig's hashes, passwords, keys, certificates and random values.

import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { fn, GoError, type GoFunction } from '../../function.ts'
import { decodeText, encodeText } from '../../text.ts'
import { bcryptHash, MAX_PASSWORD } from './bcrypt.ts'
import { Certificate, makeCertificate, parseCertificate, readIssuer } from './certificates.ts'
import { decodeBase64 } from './encoding.ts'
import { MAX_TEXT, type SprigHost } from './host.ts'
import { decodePem, generatePrivateKey, generateRsaKey, parsePrivateKey } from './keys.ts'
import { derivePassword } from './master-password.ts'

const AES_BLOCK = 16
const ADLER_MODULUS = 65_521

export function cryptoFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const bcrypt = (password: string): string => {
    const bytes = encodeText(password)
    if (bytes.length > MAX_PASSWORD) return 'failed to encrypt string with bcrypt: bcrypt: password length exceeds 72 bytes'
    return bcryptHash(bytes, host.random(16))
  }
  return {
    ...hashes,
    ...certificateFunctions(host),
    bcrypt: fn(['string'], bcrypt),
    htpasswd: fn(['string', 'string'], (user, password) =>
      user.includes(':') ? `invalid username: ${user}` : `${user}:${bcrypt(password)}`,
    ),
    encryptAES: fn(['string', 'string'], (password, text) => encryptAes(password, text, host)),
    decryptAES: fn(['string', 'string'], decryptAes),
    randBytes: fn(['int'], (count) => {
      if (count < 0 || count > MAX_TEXT) throw new GoError('runtime error: makeslice: len out of range')
      return Buffer.from(host.random(count)).toString('base64')
    }),
    uuidv4: fn([], () => uuid(host)),
  }
}

const digest = (algorithm: string): GoFunction => fn(['string'], (text) => createHash(algorithm).update(encodeText(text)).digest('hex'))

const hashes: Readonly<Record<string, GoFunction>> = {
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  adler32sum: fn(['string'], (text) => {
    let [low, high] = [1, 0]
    for (const byte of encodeText(text)) {
      low = (low + byte) % ADLER_MODULUS
      high = (high + low) % ADLER_MODULUS
    }
    return String(high * 65_536 + low)
  }),
  derivePassword: fn(['uint32', 'string', 'string', 'string', 'string'], (counter, type, password, user, site) =>
    derivePassword({ counter, type, password, user, site }),
  ),
  genPrivateKey: fn(['string'], generatePrivateKey),
}

function certificateFunctions(host: SprigHost): Readonly<Record<string, GoFunction>> {
  const issuerOf = (authority: unknown): ReturnType<typeof readIssuer> => {
    const { cert, key } = authority as Certificate
    return readIssuer(cert, parsePrivateKey(key))
  }
  const withKey = (text: string): ReturnType<typeof parsePrivateKey> => {
    try {
      return parsePrivateKey(text)
    } catch (error) {
      if (!(error instanceof GoError)) throw error
      throw new GoError(`parsing private key: ${error.message}`)
    }
  }
  const type = 'sprig.certificate'
  return {
    genCA: fn(['string', 'int'], (name, days) => makeCertificate({ name, ips: null, dns: null, days }, generateRsaKey(), null, true, host)),
    genCAWithKey: fn(['string', 'int', 'string'], (name, days, key) =>
      makeCertificate({ name, ips: null, dns: null, days }, withKey(key), null, true, host),
    ),
    genSelfSignedCert: fn(['string', 'list', 'list', 'int'], (name, ips, dns, days) => {
      return makeCertificate({ name, ips, dns, days }, generateRsaKey(), null, false, host)
    }),
    genSelfSignedCertWithKey: fn(['string', 'list', 'list', 'int', 'string'], (name, ips, dns, days, key) => {
      return makeCertificate({ name, ips, dns, days }, withKey(key), null, false, host)
    }),
    genSignedCert: fn(
      ['string', 'list', 'list', 'int', 'object'],
      (name, ips, dns, days, authority) => makeCertificate({ name, ips, dns, days }, generateRsaKey(), issuerOf(authority), false, host),
      type,
    ),
    genSignedCertWithKey: fn(
      ['string', 'list', 'list', 'int', 'object', 'string'],
      (name, ips, dns, days, authority, key) => makeCertificate({ name, ips, dns, days }, withKey(key), issuerOf(authority), false, host),
      type,
    ),
    buildCustomCert: fn(['string', 'string'], buildCustomCertificate),
  }
}

function buildCustomCertificate(cert64: string, key64: string): Certificate {
  const cert = decoded(cert64, 'certificate')
  const key = decoded(key64, 'private key')
  const block = decodePem(cert)
  if (block === null) throw new GoError('unable to decode certificate')
  parseCertificate(block.bytes)
  try {
    parsePrivateKey(key)
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    throw new GoError(`error parsing private key: ${error.message}`)
  }
  return new Certificate(cert, key)
}

function decoded(text: string, what: string): string {
  try {
    return decodeText(decodeBase64(text))
  } catch (error) {
    if (!(error instanceof GoError)) throw error
    throw new GoError(`unable to decode base64 ${what}`)
  }
}

/** Filled up with zeros, or cut. */
function aesKey(password: string): Buffer {
  const key = Buffer.alloc(32)
  encodeText(password).copy(key)
  return key
}

function encryptAes(password: string, text: string, { random }: SprigHost): string {
  if (text === '') return ''
  const iv = random(AES_BLOCK)
  const cipher = createCipheriv('aes-256-cbc', aesKey(password), iv)
  return Buffer.concat([iv, cipher.update(encodeText(text)), cipher.final()]).toString('base64')
}

function decryptAes(password: string, text: string): string {
  if (text === '') return ''
  const bytes = decodeBase64(text)
  if (bytes.length < AES_BLOCK) {
    throw new GoError(`runtime error: slice bounds out of range [:${AES_BLOCK}] with capacity ${capacityOf(text)}`)
  }
  const encrypted = bytes.subarray(AES_BLOCK)
  if (encrypted.length % AES_BLOCK !== 0) throw new GoError('crypto/cipher: input not full blocks')
  if (encrypted.length === 0) throw new GoError('runtime error: index out of range [-1]')
  const decipher = createDecipheriv('aes-256-cbc', aesKey(password), bytes.subarray(0, AES_BLOCK)).setAutoPadding(false)
  const plain = Buffer.concat([decipher.update(encrypted), decipher.final()])
  const size = plain.length - (plain.at(-1) ?? 0)
  if (size < 0) throw new GoError(`runtime error: slice bounds out of range [:${size}]`)
  return decodeText(plain.subarray(0, size))
}

/** What Go's decoder sets aside for a text. */
function capacityOf(text: string): number {
  return Math.floor(text.replaceAll(/[\r\n]/g, '').length / 4) * 3
}

function uuid({ random }: SprigHost): string {
  const bytes = Buffer.from(random(16))
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')
}
