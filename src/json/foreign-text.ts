// A text of a backend in bytes that are no UTF-8, which may go on to the client as they are. Knows nothing of charsets.

import { repairUtf8 } from './repair.ts'

/** Everything that reads it as a text sees U+FFFD for each foreign byte, as Go's encoders write it. */
export class ForeignText {
  readonly bytes: Buffer
  #text: string | null = null

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  get text(): string {
    this.#text ??= repairUtf8(this.bytes).toString('utf8')
    return this.#text
  }
}
