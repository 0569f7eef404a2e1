// A backend's body as a stream that holds the backend back. Knows nothing of HTTP.

import { Readable } from 'node:stream'
import { giveChunksAway } from '../release-chunk.ts'

/** Chunks that are pushed into it are for its reader alone. */
export class BackendStream extends Readable {
  readonly #resume: () => void
  readonly #abandon: () => void
  #isComplete = false

  /** `resume` asks for more bytes, `abandon` says that no more are wanted. */
  constructor(resume: () => void, abandon: () => void) {
    super()
    giveChunksAway(this)
    this.#resume = resume
    this.#abandon = abandon
    // It can break before anybody has begun to read; whoever does finds it destroyed.
    this.on('error', ignore)
  }

  /** Everything has come. */
  complete(): void {
    this.#isComplete = true
    this.push(null)
  }

  override _read(): void {
    if (!this.#isComplete) this.#resume()
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (!this.#isComplete) this.#abandon()
    callback(error)
  }
}

function ignore(): void {}
