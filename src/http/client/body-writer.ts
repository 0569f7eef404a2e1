// A request body onto a backend's connection, as fast as the backend takes it. Knows nothing of responses.

import { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { MIN_RELEASED_BYTES, releaseChunk } from '../release-chunk.ts'

/** Sends head and body; `done` hears when all is written, or in words why it cannot be. */
export class BodyWriter {
  readonly #socket: Socket
  readonly #source: Readable
  /** Null: chunked. */
  readonly #length: number | null
  readonly #done: (failure: string | null, cause?: unknown) => void
  #sent = 0
  #isOver = false

  constructor(socket: Socket, source: Readable, length: number | null, done: (failure: string | null, cause?: unknown) => void) {
    this.#socket = socket
    this.#source = source
    this.#length = length
    this.#done = done
  }

  get isOver(): boolean {
    return this.#isOver
  }

  start(head: string): void {
    const socket = this.#socket
    // perf: a small body that is here already leaves together with the head.
    socket.cork()
    socket.write(head, 'latin1')
    this.#source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
    socket.on('drain', this.#onDrain)
    setImmediate(uncork, socket)
    if (this.#source.readableEnded) this.#onEnd()
    else if (this.#source.destroyed) this.#onClose()
  }

  /** Stops reading; the connection is of no use any more. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#source.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    this.#socket.off('drain', this.#onDrain)
    this.#source.pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (chunk.length === 0) return
    const socket = this.#socket
    this.#sent += chunk.length
    if (this.#length === null) {
      socket.cork()
      socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
      this.#write(chunk)
      socket.write('\r\n', 'latin1')
      socket.uncork()
    } else if (this.#sent > this.#length) {
      // security: what goes beyond the announced length would be the backend's next request.
      this.#finish(`http: ContentLength=${this.#length} with Body length ${this.#sent}`)
      return
    } else this.#write(chunk)
    if (socket.writableNeedDrain) this.#source.pause()
  }

  /** Chunks that a client sent are of no use to anybody else; those of a body in memory may be sent again. */
  #write(chunk: Buffer): void {
    const isOurs = this.#source instanceof IncomingMessage && chunk.length >= MIN_RELEASED_BYTES && this.#source.listenerCount('data') === 1
    if (isOurs) this.#socket.write(chunk, () => releaseChunk(chunk))
    else this.#socket.write(chunk)
  }

  readonly #onDrain = (): void => {
    this.#source.resume()
  }

  readonly #onEnd = (): void => {
    if (this.#length === null) this.#socket.write('0\r\n\r\n', 'latin1')
    else if (this.#sent < this.#length) {
      this.#finish(`http: ContentLength=${this.#length} with Body length ${this.#sent}`)
      return
    }
    this.#finish(null)
  }

  readonly #onError = (error: Error): void => {
    this.#finish(error.message, error)
  }

  readonly #onClose = (): void => {
    if (!this.#source.readableEnded) this.#finish('unexpected EOF')
  }

  #finish(failure: string | null, cause?: unknown): void {
    if (this.#isOver) return
    this.stop()
    this.#done(failure, cause)
  }
}

function uncork(socket: Socket): void {
  socket.uncork()
}
