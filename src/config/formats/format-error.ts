// A text that cannot be parsed. Knows no format.

import type { Position } from '../../schema/issue.ts'

export class FormatError extends Error {
  /** Null where the parser does not say. */
  readonly position: Position | null
  readonly hint: string

  constructor(message: string, position: Position | null = null, hint = '') {
    super(message)
    this.name = 'FormatError'
    this.position = position
    this.hint = hint
  }
}
