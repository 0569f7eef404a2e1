// Lets a stream through and keeps what went by, unless it is too much. Knows nothing of caches.

import { Transform, type TransformCallback } from 'node:stream'

export interface Collecting {
  /** A body of that size or more is not kept. */
  readonly maxBytes: number
  /** Whether so many bytes more may be taken. */
  reserve(bytes: number): boolean
  unreserve(bytes: number): void
  /** The whole body, when it has been read to its end. */
  onComplete(body: Buffer): void
}

const NO_BYTES = Buffer.alloc(0)

/**
 * The copy stands in blocks, each as large as all before it: what is reserved is what is taken, at most twice the body, however small the
 * chunks are. security: to keep the chunks would cost a hundred bytes and more for each byte that a backend sends alone.
 */
export class BodyCollector extends Transform {
  readonly #collecting: Collecting
  #blocks: Buffer[] | null = []
  /** The last block, and how much of it is filled. */
  #block = NO_BYTES
  #filled = 0
  #size = 0
  #reserved = 0

  constructor(collecting: Collecting) {
    super()
    this.#collecting = collecting
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#blocks !== null && !this.#keep(chunk, this.#blocks)) this.#drop()
    callback(null, chunk)
  }

  override _flush(callback: TransformCallback): void {
    // The blocks but the last are full, and the body ends in the last.
    if (this.#blocks !== null) this.#collecting.onComplete(Buffer.concat(this.#blocks, this.#size))
    this.#drop()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#drop()
    callback(error)
  }

  #keep(chunk: Buffer, blocks: Buffer[]): boolean {
    const { maxBytes } = this.#collecting
    if (this.#size + chunk.length >= maxBytes) return false
    const copied = chunk.copy(this.#block, this.#filled)
    this.#filled += copied
    this.#size += chunk.length
    const rest = chunk.length - copied
    if (rest === 0) return true
    const length = Math.min(Math.max(rest, this.#reserved), maxBytes - this.#reserved)
    if (!this.#collecting.reserve(length)) return false
    this.#reserved += length
    this.#block = Buffer.allocUnsafeSlow(length)
    this.#filled = chunk.copy(this.#block, 0, copied)
    blocks.push(this.#block)
    return true
  }

  #drop(): void {
    this.#blocks = null
    this.#block = NO_BYTES
    this.#collecting.unreserve(this.#reserved)
    this.#reserved = 0
  }
}
