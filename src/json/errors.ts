// The errors of Go's JSON decoder: what it says, and where.

import { ExpectedError } from '../go/expected-error.ts'
import { quoteRune } from '../go/quote.ts'

/** A text that is no JSON. */
export class JsonError extends ExpectedError {
  /** Of the byte in question; the length where the input ends too early. */
  readonly offset: number
  /** What the decoder was at: `looking for beginning of value`; null where the input ends too early. */
  readonly context: string | null

  constructor(message: string, offset: number, context: string | null = null) {
    super(message)
    this.name = 'JsonError'
    this.offset = offset
    this.context = context
  }
}

/** `invalid character '<' looking for beginning of value`. compat: Go shows the byte as a character of Latin-1. */
export function unexpectedByte(byte: number, context: string, offset: number): JsonError {
  return new JsonError(`invalid character ${quoteRune(byte)} ${context}`, offset, context)
}
