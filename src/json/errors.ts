// The texts of Go's JSON decoder. Knows nothing of where they are thrown.

import { GatewayError } from '../engine/errors.ts'

const ESCAPES = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '"'],
  [0x27, "\\'"],
  [0x5c, '\\\\'],
])

/** An error of the decoder, as the client may see it. */
export function decodeError(message: string): GatewayError {
  return new GatewayError(message, { code: 'ERR_DECODE', source: 'backend' })
}

/** `invalid character '<' looking for beginning of value`. */
export function unexpectedByte(byte: number, context: string): GatewayError {
  return decodeError(`invalid character '${quoteByte(byte)}' ${context}`)
}

/** As Go's quoteChar does: the byte as a Latin-1 character, escaped where it does not print. */
function quoteByte(byte: number): string {
  const escape = ESCAPES.get(byte)
  if (escape !== undefined) return escape
  if (byte < 0x20 || byte === 0x7f) return `\\x${byte.toString(16).padStart(2, '0')}`
  if ((byte > 0x7f && byte <= 0xa0) || byte === 0xad) return `\\u00${byte.toString(16)}`
  return String.fromCharCode(byte)
}
