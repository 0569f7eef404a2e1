// Texts of the file become values of header fields: UTF-8 bytes and no control characters, as Go writes them. Knows nothing of sockets.

import { bytesOfText } from '../go/text.ts'
import { trim } from '../go/trim.ts'

/** What every protocol can carry: one character a byte, without control characters. */
const WRITABLE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/g
const NOT_LATIN1 = /[^\u0000-\u00ff]/

/**
 * The value of a header field for a text of the file, one character a byte: characters beyond ASCII are their UTF-8 bytes,
 * control characters are blanks (Go's net/http, header.go: line ends). Call it when the configuration is compiled.
 */
export function headerValue(text: string): string {
  return withoutControls(bytesOfText(text))
}

/**
 * A value that can be written, for one that is already one character a byte: a value that is none, because it holds characters
 * beyond a byte, is taken for a text.
 */
export function writableValue(value: string): string {
  if (isWritable(value)) return value
  return withoutControls(NOT_LATIN1.test(value) ? bytesOfText(value) : value)
}

export function isWritable(value: string): boolean {
  return WRITABLE.test(value)
}

export function hasControls(value: string): boolean {
  return value.search(CONTROL) >= 0
}

/** security: a line end would begin another field. */
function withoutControls(value: string): string {
  return trim(value.replaceAll(CONTROL, ' '), ' \t')
}
