// The body of an HTTP/2 request, which fails where the client breaks it off: Node ends its own stream then as if all of it had come.

import { Readable } from 'node:stream'
import type { ServerHttp2Stream } from 'node:http2'
import { CANCELED } from '../../engine/errors.ts'

export class Http2Body extends Readable {
  readonly #stream: ServerHttp2Stream
  readonly #onBroken: () => void
  #hasBegun = false
  #isWhole = false

  /** `onBroken` hears before whoever reads the body that the client has left. */
  constructor(stream: ServerHttp2Stream, onBroken: () => void) {
    super({ highWaterMark: stream.readableHighWaterMark })
    this.#stream = stream
    this.#onBroken = onBroken
    // Whoever reads it hears of an error as well; when nobody does, it is none.
    this.on('error', ignore)
  }

  override _read(): void {
    const stream = this.#stream
    if (this.#hasBegun) {
      stream.resume()
      return
    }
    this.#hasBegun = true
    if (stream.aborted || stream.destroyed) {
      this.#break()
      return
    }
    stream.on('data', this.#onData).on('end', this.#onEnd)
    for (const event of ['aborted', 'error', 'close']) stream.on(event, this.#break)
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    const stream = this.#stream
    stream.off('data', this.#onData).off('end', this.#onEnd)
    for (const event of ['aborted', 'error', 'close']) stream.off(event, this.#break)
    callback(error)
  }

  readonly #onData = (chunk: Buffer): void => {
    if (!this.push(chunk)) this.#stream.pause()
  }

  /** security: what was cut off must not pass for a whole body. Only a stream that its client has ended has come to its end. */
  readonly #onEnd = (): void => {
    const { aborted, closed, state } = this.#stream
    if (aborted || (closed && state.remoteClose !== 1)) this.#break()
    else {
      this.#isWhole = true
      this.push(null)
    }
  }

  readonly #break = (): void => {
    // All of it is here: that the stream closes afterwards says nothing.
    if (this.destroyed || this.#isWhole) return
    this.#onBroken()
    this.destroy(CANCELED)
  }
}

function ignore(): void {}
