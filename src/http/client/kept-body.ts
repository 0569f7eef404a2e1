// The body of a response that is kept in memory while it comes. Knows nothing of HTTP.

const NO_BYTES = Buffer.alloc(0)
/** A length a backend announces is believed up to here when memory is taken for it. */
const MAX_TRUSTED_LENGTH = 1024 * 1024

export class KeptBody {
  readonly #maxBytes: number
  /** perf: one piece of memory where the length is known; null for a list of pieces. */
  readonly #whole: Buffer | null
  #chunks: Buffer[] = []
  #size = 0

  /** `length` as announced; null unknown. */
  constructor(length: number | null, maxBytes: number) {
    this.#maxBytes = maxBytes
    this.#whole = length === null || length > MAX_TRUSTED_LENGTH ? null : length === 0 ? NO_BYTES : Buffer.allocUnsafe(length)
  }

  /** Copies a piece of a buffer; false when that would be more than may be kept, and nothing of it is. */
  add(buffer: Buffer, start: number, end: number): boolean {
    const size = this.#size + end - start
    if (size > this.#maxBytes) return false
    if (this.#whole !== null) buffer.copy(this.#whole, this.#size, start, end)
    else this.#chunks.push(copyOf(buffer, start, end))
    this.#size = size
    return true
  }

  /** What has come so far. */
  get bytes(): Buffer {
    if (this.#whole !== null) return this.#size === this.#whole.length ? this.#whole : this.#whole.subarray(0, this.#size)
    return this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
  }

  /** The pieces for a stream that takes over. */
  get chunks(): readonly Buffer[] {
    return this.#chunks
  }
}

/** perf: a buffer that sockets read into is shared by all connections. */
export function copyOf(buffer: Buffer, start: number, end: number): Buffer {
  const chunk = Buffer.allocUnsafe(end - start)
  buffer.copy(chunk, 0, start, end)
  return chunk
}
