// The errors of Go's JSON decoder: what it says, and where.

import { quote } from '../go/quote.ts'

/** A text that is no JSON. No stack: it is expected, and costs little. */
export class JsonError extends Error {
  /** Of the byte in question; the length where the input ends too early. */
  readonly offset: number
  /** What the decoder was at: `looking for beginning of value`; null where the input ends too early. */
  readonly context: string | null

  constructor(message: string, offset: number, context: string | null = null) {
    const limit = Error.stackTraceLimit
    Error.stackTraceLimit = 0
    super(message)
    Error.stackTraceLimit = limit
    this.name = 'JsonError'
    this.offset = offset
    this.context = context
  }
}

/** `invalid character '<' looking for beginning of value`. */
export function unexpectedByte(byte: number, context: string, offset: number): JsonError {
  return new JsonError(`invalid character ${quoteByte(byte)} ${context}`, offset, context)
}

/** As Go's quoteChar does: the byte as a Latin-1 character in single quotes, escaped where it does not print. */
function quoteByte(byte: number): string {
  if (byte === 0x27) return String.raw`'\''`
  if (byte === 0x22) return `'"'`
  return `'${quote(String.fromCharCode(byte)).slice(1, -1)}'`
}
