// Lua strings, which are bytes, as texts of Go's kind and back. Pure.

import { decodeText, encodeText } from '../go/text.ts'

const ASCII_ONLY = /^[\0-\x7f]*$/

/** Bytes that are no UTF-8 stay what they are. */
export function goTextOf(bytes: string): string {
  return ASCII_ONLY.test(bytes) ? bytes : decodeText(Buffer.from(bytes, 'latin1'))
}

export function bytesOfGoText(text: string): string {
  return ASCII_ONLY.test(text) ? text : encodeText(text).toString('latin1')
}
