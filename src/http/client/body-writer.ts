// A request body onto a backend's connection, as fast as the backend takes it. Knows nothing of responses.

import type { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { givesChunksAway, isWorthReleasing, releaseChunk } from '../release-chunk.ts'
import type { RequestHead } from './request-head.ts'

/** compat: how long a request that usually has no body waits for the first byte of one, as in Go. */
const FIRST_BYTE_WAIT_MS = 200

/** Sends head and body; `done` hears when all is written, or in words why it cannot be. */
export class BodyWriter {
  readonly #socket: Socket
  readonly #source: Readable
  readonly #head: RequestHead
  /** Null: chunked. */
  readonly #length: number | null
  readonly #ownsChunks: boolean
  readonly #done: (failure: string | null, cause?: unknown) => void
  #hasBegun = false
  #firstByteTimer: NodeJS.Timeout | undefined
  #sent = 0
  #isOver = false

  constructor(socket: Socket, source: Readable, head: RequestHead, done: (failure: string | null, cause?: unknown) => void) {
    this.#socket = socket
    this.#source = source
    this.#head = head
    this.#length = head.bodyLength < 0 ? null : head.bodyLength
    this.#ownsChunks = givesChunksAway(source)
    this.#done = done
  }

  get isOver(): boolean {
    return this.#isOver
  }

  start(): void {
    // Whether there is a body is known when its first byte comes, or its end.
    if (this.#head.bodiless === null) this.#begin()
    else this.#firstByteTimer = setTimeout(this.#begin, FIRST_BYTE_WAIT_MS)
    this.#source.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose)
    this.#socket.on('drain', this.#onDrain)
    if (this.#source.readableEnded) this.#onEnd()
    else if (this.#source.destroyed) this.#onClose()
  }

  readonly #begin = (): void => {
    this.#hasBegun = true
    clearTimeout(this.#firstByteTimer)
    // perf: a small body that is here already leaves together with the head.
    this.#socket.cork()
    this.#socket.write(this.#head.text, 'latin1')
    setImmediate(uncork, this.#socket)
  }

  /** Stops reading; the connection is of no use any more. */
  stop(): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#firstByteTimer)
    this.#source.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    this.#socket.off('drain', this.#onDrain)
    this.#source.pause()
  }

  readonly #onData = (chunk: Buffer): void => {
    if (chunk.length === 0) return
    if (!this.#hasBegun) this.#begin()
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

  #write(chunk: Buffer): void {
    if (this.#ownsChunks && isWorthReleasing(chunk)) this.#socket.write(chunk, () => releaseChunk(chunk))
    else this.#socket.write(chunk)
  }

  readonly #onDrain = (): void => {
    this.#source.resume()
  }

  readonly #onEnd = (): void => {
    if (!this.#hasBegun) this.#socket.write(this.#head.bodiless ?? this.#head.text, 'latin1')
    else if (this.#length === null) this.#socket.write('0\r\n\r\n', 'latin1')
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
