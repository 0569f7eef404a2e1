// The body of a client's request: untouched until somebody reads it. Knows nothing of HTTP versions.

import { Readable } from 'node:stream'
import { BODY_TOO_LARGE, CANCELED } from '../../engine/errors.ts'
import { IncomingMessage } from '../../node-http.ts'
import type { Body } from '../../engine/types.ts'

const NO_BYTES = Buffer.alloc(0)

export class ClientBody implements Body {
  readonly length: number | null
  inMemory: Buffer | null = null
  readonly #source: Readable
  /** Tells a client that waits for it to go on (`100 Continue`); null when it does not wait. */
  #invite: (() => void) | null
  #bytes: Promise<Buffer> | null = null
  /** By `performance.now()`; 0 before the first read. */
  #openedAt = 0
  /** Of a body that is whole; 0 before. */
  #tookMs = 0
  #reject: ((reason: Error) => void) | null = null

  constructor(source: Readable, length: number | null, invite: (() => void) | null) {
    this.#source = source
    this.length = length
    this.#invite = invite
  }

  /** Whether the client still waits to be told to go on. */
  get isAwaited(): boolean {
    return this.#invite !== null
  }

  /** Whether everything the client has to say is here. */
  get isComplete(): boolean {
    return this.length === 0 || this.#source.readableEnded
  }

  /** Whether its reader has destroyed it before its end: nobody can read the rest. */
  get isBrokenOff(): boolean {
    return this.#source.destroyed && !this.isComplete
  }

  /** Bytes that were read; of a body that passes as a stream, its announced length once it is whole. */
  get bytesRead(): number {
    if (this.inMemory !== null) return this.inMemory.length
    return this.#tookMs > 0 ? (this.length ?? 0) : 0
  }

  get clientMs(): number {
    if (this.#openedAt === 0 || this.#tookMs > 0) return this.#tookMs
    // A backend that takes no more leaves bytes behind here; then it is not the client who is slow.
    return this.#source.readableLength === 0 && !hasSentAll(this.#source) ? Infinity : 0
  }

  stream(): Readable {
    if (this.length === 0) return Readable.from([])
    if (this.#bytes !== null) return Readable.from(this.#chunks(this.#bytes))
    this.#open()
    return this.#source
  }

  bytes(maxBytes = Infinity): Promise<Buffer> {
    if (this.length === 0) return Promise.resolve(NO_BYTES)
    if (this.#bytes === null) {
      this.#open()
      this.#bytes = new Promise<Buffer>((resolve, reject) => {
        this.#reject = reject
        collect(this.#source, maxBytes, resolve, reject)
      }).then((bytes) => (this.inMemory = bytes))
    }
    return this.#bytes
  }

  abandon(reason: Error): void {
    if (this.#bytes === null) {
      this.#bytes = Promise.reject(reason)
      this.#bytes.catch(ignore)
    } else this.#reject?.(reason)
  }

  /** The answer has left: what is left of a body whose reading was given up makes room for the next request. */
  discard(): void {
    if (this.#openedAt === 0 || this.isComplete) return
    // An iterator that nobody asks any more would hold it back.
    this.#source.removeAllListeners('readable').resume()
  }

  async *#chunks(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
    const all = await bytes
    if (all.length > 0) yield all
  }

  #open(): void {
    if (this.#openedAt === 0) {
      this.#openedAt = performance.now()
      this.#source.on('end', () => (this.#tookMs = performance.now() - this.#openedAt))
    }
    this.#invite?.()
    this.#invite = null
  }
}

/** Whether the last byte is here, whoever has read it. */
function hasSentAll(source: Readable): boolean {
  return source.readableEnded || (source instanceof IncomingMessage && source.complete)
}

function collect(source: Readable, maxBytes: number, resolve: (bytes: Buffer) => void, reject: (reason: Error) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  const keep = (chunk: Buffer): void => {
    length += chunk.length
    if (length <= maxBytes) {
      chunks.push(chunk)
      return
    }
    // security: what comes after is not kept; nothing more is read than the server swallows of any body.
    source.off('data', keep).pause()
    chunks.length = 0
    reject(BODY_TOO_LARGE)
  }
  source.on('data', keep)
  source.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
  source.on('error', () => reject(CANCELED))
  source.on('close', () => reject(CANCELED))
}

function ignore(): void {}
