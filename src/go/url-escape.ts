// Percent-encoding by the rules of Go's net/url: what stays as it is in which part of an address.

import { ExpectedError } from './expected-error.ts'
import { quote } from './quote.ts'
import { decodeText, encodeText, sliceBytes } from './text.ts'

/** An address that Go would not parse. Clients can cause it. */
export class UrlError extends ExpectedError {
  constructor(message: string) {
    super(message)
    this.name = 'UrlError'
  }
}

const VALID_ENCODED_PATH = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]|%[0-9A-Fa-f]{2})*$/

/** What each byte becomes in a part. */
const TABLES = {
  path: tableOf(/[A-Za-z0-9\-_.~$&+,/:;=@]/),
  user: tableOf(/[A-Za-z0-9\-_.~$&+,;=]/),
  fragment: tableOf(/[A-Za-z0-9\-_.~$&+,/:;=?@!()*]/),
  host: tableOf(/[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"]/),
  /** One name or value of a query. */
  query: tableOf(/[A-Za-z0-9\-_.~]/),
} as const

export type UrlPart = keyof typeof TABLES

const CONTROL = /[\u0000-\u001f\u007f]/
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2}).{0,4}/s
const ESCAPE_BYTES = 3

/** `kept` stays as it is. */
function tableOf(kept: RegExp): readonly string[] {
  return Array.from({ length: 256 }, (_, byte) => {
    const character = String.fromCharCode(byte)
    return byte < 0x80 && kept.test(character) ? character : percent(byte)
  })
}

/** `%0A` */
export function percent(byte: number): string {
  return `%${byte < 16 ? '0' : ''}${byte.toString(16).toUpperCase()}`
}

export function escapeText(text: string, part: UrlPart): string {
  return escapeBytes(encodeText(text), part)
}

export function escapeBytes(bytes: Uint8Array, part: UrlPart): string {
  const table = TABLES[part]
  let escaped = ''
  for (const byte of bytes) escaped += table[byte] as string
  return escaped
}

/** Decodes escapes, all of which are good. Bytes that are no UTF-8 stay what they are (`encodeText`). */
export function unescapeText(text: string): string {
  return text.includes('%') ? decodeText(unescapeBytes(encodeText(text))) : text
}

/** The same in place; gives the part of the bytes that is left. */
export function unescapeBytes(bytes: Buffer): Buffer {
  let length = 0
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i] === 0x25) {
      bytes[length++] = Number.parseInt(bytes.toString('latin1', i + 1, i + 3), 16)
      i += 2
    } else bytes[length++] = bytes[i] as number
  }
  return bytes.subarray(0, length)
}

/** A malformed escape in a text with what follows it, as Go shows it; null when there is none. */
export function findBadEscape(text: string): string | null {
  const [found] = BAD_ESCAPE.exec(text) ?? []
  return found === undefined ? null : sliceBytes(found, 0, ESCAPE_BYTES)
}

export function checkEscapes(text: string): void {
  const bad = findBadEscape(text)
  if (bad !== null) throw badEscape(bad)
}

/** `invalid URL escape "%zz"` */
export function badEscape(escape: string): UrlError {
  return new UrlError(`invalid URL escape ${quote(escape)}`)
}

export function checkControls(text: string): void {
  if (CONTROL.test(text)) throw new UrlError('net/url: invalid control character in URL')
}

/** Whether a path may stand as it is written. */
export function isEncodedPath(path: string): boolean {
  return VALID_ENCODED_PATH.test(path)
}
