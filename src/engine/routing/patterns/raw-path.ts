// Paths as clients send them, without decoding: what is equal in them, and what of them may go into another path as it is.

import { encodeText } from '../../../go/text.ts'

/** Needs no second look: nothing encoded, nothing that would have to be. */
const PLAIN = /^[A-Za-z0-9\-._~!$&'()*+,;=:@[\]]*$/
const ESCAPE = /%([0-9A-Fa-f]{2})/g
const UNRESERVED = /[A-Za-z0-9\-._~]/
/** What has no place in an encoded path. */
const UNSAFE = /[^A-Za-z0-9\-._~!$&'()*+,;=:@/[\]%]+/g

/** The path of a request target as it was sent, without its query and without the authority of an absolute target. */
export function rawPathOf(target: string): string {
  const mark = target.indexOf('?')
  const whole = mark < 0 ? target : target.slice(0, mark)
  if (whole.startsWith('/')) return whole
  const slash = whole.indexOf('/', whole.indexOf('://') + 3)
  return slash < 0 ? '/' : whole.slice(slash)
}

/** A segment as literals are compared: `%7E` is `~`, `%2f` is `%2F`. */
export function normalizeSegment(sent: string): string {
  if (PLAIN.test(sent)) return sent
  return escapeUnsafe(sent).replaceAll(ESCAPE, (_all, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16))
    return UNRESERVED.test(character) ? character : `%${hex.toUpperCase()}`
  })
}

/** A literal of a raw pattern, which may be written encoded or not. */
export function encodeLiteral(text: string): string {
  return normalizeSegment(text.replaceAll(/%(?![0-9A-Fa-f]{2})/g, '%25'))
}

/** security: a value goes into another path byte for byte; a `#`, a blank or a quotation mark there would have it cut or encoded anew. */
export function escapeUnsafe(sent: string): string {
  return sent.replaceAll(UNSAFE, (text) => {
    let escaped = ''
    for (const byte of encodeText(text)) escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    return escaped
  })
}
