// Puts JSON together from pieces of bytes and text. Knows nothing of what the pieces mean.

const NOT_ASCII = /[^\0-\x7f]/

/** Collects pieces in order; text is one character per byte. */
export class Pieces {
  readonly #pieces: (string | Uint8Array)[] = []

  /** Text whose characters are bytes. */
  add(piece: string | Uint8Array): void {
    this.#pieces.push(piece)
  }

  /** Text with any characters. */
  addText(text: string): void {
    this.#pieces.push(NOT_ASCII.test(text) ? Buffer.from(text, 'utf8') : text)
  }

  toBytes(): Buffer {
    let length = 0
    for (const piece of this.#pieces) length += piece.length
    const bytes = Buffer.allocUnsafe(length)
    let at = 0
    let pending = ''
    for (const piece of this.#pieces) {
      if (typeof piece === 'string') {
        // perf: strings are joined first: one copy of a long one costs less than many of short ones
        pending += piece
        continue
      }
      if (pending !== '') at += bytes.write(pending, at, 'latin1')
      pending = ''
      bytes.set(piece, at)
      at += piece.length
    }
    if (pending !== '') bytes.write(pending, at, 'latin1')
    return bytes
  }
}
