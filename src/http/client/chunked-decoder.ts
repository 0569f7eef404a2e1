// Takes the chunked transfer coding apart. Knows no sockets.

const CR = 0x0d
const LF = 0x0a
const MAX_LINE_BYTES = 4096
const MAX_TRAILER_BYTES = 64 * 1024
const SIZE_LINE = /^([0-9a-f]{1,13})[ \t]*(?:;[\t\u0020-\u007e\u0080-\u00ff]*)?$/i

/** Feed it what arrives; it gives the body's bytes and says when it has seen the end. */
export class ChunkedDecoder {
  /** Bytes of the current chunk that are still to come; -1 while a line is read, -2 when a line break must follow. */
  #left = -1
  #line = ''
  #isInTrailer = false
  #trailerBytes = 0
  isDone = false

  /**
   * Calls `take` with each piece of the body. Returns how many bytes of `input` belong to this body: fewer than its length only when
   * the body has ended before it. Throws an Error for anything that is no chunked body.
   */
  decode(input: Buffer, take: (piece: Buffer) => void): number {
    let at = 0
    while (at < input.length && !this.isDone) {
      if (this.#left > 0) {
        const end = Math.min(input.length, at + this.#left)
        take(input.subarray(at, end))
        this.#left -= end - at
        at = end
        if (this.#left === 0) this.#left = -2
      } else at = this.#readLine(input, at)
    }
    return at
  }

  /** Collects up to a line feed, which must follow a carriage return. */
  #readLine(input: Buffer, start: number): number {
    const feed = input.indexOf(LF, start)
    const end = feed < 0 ? input.length : feed + 1
    this.#line += input.toString('latin1', start, end)
    if (this.#line.length > MAX_LINE_BYTES) throw new Error('chunked line too long')
    if (feed < 0) return end
    const line = this.#line
    this.#line = ''
    if (line.length < 2 || line.charCodeAt(line.length - 2) !== CR) throw new Error('malformed chunked encoding')
    this.#takeLine(line.slice(0, -2))
    return end
  }

  #takeLine(line: string): void {
    if (this.#left === -2) {
      if (line !== '') throw new Error('malformed chunked encoding')
      this.#left = -1
    } else if (this.#isInTrailer) {
      this.#trailerBytes += line.length
      if (this.#trailerBytes > MAX_TRAILER_BYTES) throw new Error('http: trailer header too large')
      if (line === '') this.isDone = true
    } else {
      const size = SIZE_LINE.exec(line)?.[1]
      if (size === undefined) throw new Error('invalid byte in chunk length')
      this.#left = Number.parseInt(size, 16)
      if (this.#left > 0) return
      this.#left = -1
      this.#isInTrailer = true
    }
  }
}
