// Passwords derived from a master password and a site, as the Master Password algorithm does.

import { createHmac, scryptSync } from 'node:crypto'
import { encodeText } from '../../text.ts'

export interface PasswordRequest {
  readonly counter: number
  /** `maximum`, `long`, `medium`, `short`, `basic`, `pin` */
  readonly type: string
  readonly password: string
  readonly user: string
  readonly site: string
}

const SEED = Buffer.from('com.lyndir.masterpassword')
const SCRYPT = { N: 32_768, r: 8, p: 2, maxmem: 128 * 1024 * 1024 }

/** What the passwords of a type look like: each letter names a set of characters. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  maximum: ['anoxxxxxxxxxxxxxxxxx', 'axxxxxxxxxxxxxxxxxno'],
  long: (
    'CvcvnoCvcvCvcv CvcvCvcvnoCvcv CvcvCvcvCvcvno CvccnoCvcvCvcv CvccCvcvnoCvcv CvccCvcvCvcvno CvcvnoCvccCvcv ' +
    'CvcvCvccnoCvcv CvcvCvccCvcvno CvcvnoCvcvCvcc CvcvCvcvnoCvcc CvcvCvcvCvccno CvccnoCvccCvcv CvccCvccnoCvcv ' +
    'CvccCvccCvcvno CvcvnoCvccCvcc CvcvCvccnoCvcc CvcvCvccCvccno CvccnoCvcvCvcc CvccCvcvnoCvcc CvccCvcvCvccno'
  ).split(' '),
  medium: ['CvcnoCvc', 'CvcCvcno'],
  short: ['Cvcn'],
  basic: ['aaanaaan', 'aannaaan', 'aaannaaa'],
  pin: ['nnnn'],
}
const SETS: Readonly<Record<string, string>> = {
  V: 'AEIOU',
  C: 'BCDFGHJKLMNPQRSTVWXYZ',
  v: 'aeiou',
  c: 'bcdfghjklmnpqrstvwxyz',
  A: 'AEIOUBCDFGHJKLMNPQRSTVWXYZ',
  a: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz',
  n: '0123456789',
  o: "@&%?,=[]_:-+*$#!'^~;()/.",
  x: 'AEIOUaeiouBCDFGHJKLMNPQRSTVWXYZbcdfghjklmnpqrstvwxyz0123456789!@#$%^&*()',
}

/** The password; a text that says so for a type that is none. */
export function derivePassword({ counter, type, password, user, site }: PasswordRequest): string {
  const templates = Object.hasOwn(TEMPLATES, type) ? TEMPLATES[type] : undefined
  if (templates === undefined) return `cannot find password template ${type}`
  const salt = Buffer.concat([SEED, withLength(user)])
  const key = scryptSync(encodeText(password), salt, 64, SCRYPT)
  const number = Buffer.alloc(4)
  number.writeUInt32BE(counter)
  const seed = createHmac('sha256', key)
    .update(Buffer.concat([SEED, withLength(site), number]))
    .digest()
  const template = templates[(seed[0] ?? 0) % templates.length] ?? ''
  return Array.from(template, (letter, index) => {
    const characters = SETS[letter] ?? ''
    return characters.charAt((seed[index + 1] ?? 0) % characters.length)
  }).join('')
}

function withLength(text: string): Buffer {
  const bytes = encodeText(text)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes.length)
  return Buffer.concat([size, bytes])
}
