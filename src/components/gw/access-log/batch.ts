// Collects lines, so that one write takes many; none waits longer than a tenth of a second.

/** What a pipe takes in one piece, so that lines of several threads do not mix. */
const MAX_BYTES = 4096
const MAX_WAIT_MS = 100

export class Batch {
  readonly #write: (lines: string) => void
  #lines = ''
  #bytes = 0
  #timer: NodeJS.Timeout | null = null

  constructor(write: (lines: string) => void) {
    this.#write = write
  }

  /** Takes one line, with its line feed. */
  add(line: string): void {
    const bytes = Buffer.byteLength(line)
    if (this.#bytes + bytes > MAX_BYTES) this.flush()
    this.#lines += line
    this.#bytes += bytes
    this.#timer ??= setTimeout(this.flush, MAX_WAIT_MS).unref()
  }

  readonly flush = (): void => {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const lines = this.#lines
    this.#lines = ''
    this.#bytes = 0
    if (lines !== '') this.#write(lines)
  }
}
