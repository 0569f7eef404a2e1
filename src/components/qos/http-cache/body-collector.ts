// Lets a stream through and keeps what went by, unless it is too much. Knows nothing of caches.

import { Transform, type TransformCallback } from 'node:stream'

export interface Collecting {
  /** Whether so many bytes more may be kept. */
  reserve(bytes: number): boolean
  unreserve(bytes: number): void
  /** The whole body, when it has been read to its end. */
  onComplete(body: Buffer): void
}

export class BodyCollector extends Transform {
  readonly #collecting: Collecting
  #chunks: Buffer[] | null = []
  #reserved = 0

  constructor(collecting: Collecting) {
    super()
    this.#collecting = collecting
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    if (this.#chunks !== null) {
      if (this.#collecting.reserve(chunk.length)) {
        this.#reserved += chunk.length
        this.#chunks.push(chunk)
      } else this.#drop()
    }
    callback(null, chunk)
  }

  override _flush(callback: TransformCallback): void {
    if (this.#chunks !== null) this.#collecting.onComplete(Buffer.concat(this.#chunks))
    this.#drop()
    callback()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#drop()
    callback(error)
  }

  #drop(): void {
    this.#chunks = null
    this.#collecting.unreserve(this.#reserved)
    this.#reserved = 0
  }
}
