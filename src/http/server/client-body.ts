// The body of a client's request: untouched until somebody reads it. Knows nothing of HTTP versions.

import { Readable } from 'node:stream'
import { CANCELED } from '../../engine/errors.ts'
import type { Body } from '../../engine/types.ts'

const NO_BYTES = Buffer.alloc(0)

export class ClientBody implements Body {
  readonly length: number | null
  inMemory: Buffer | null = null
  readonly #source: Readable
  /** Tells a client that waits for it to go on (`100 Continue`); null when it does not wait. */
  #invite: (() => void) | null
  #bytes: Promise<Buffer> | null = null
  /** Bytes that were read so far. */
  bytesRead = 0

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

  stream(): Readable {
    if (this.length === 0) return Readable.from([])
    if (this.#bytes !== null) return Readable.from(this.#chunks(this.#bytes))
    this.#open()
    return this.#source
  }

  bytes(): Promise<Buffer> {
    if (this.length === 0) return Promise.resolve(NO_BYTES)
    if (this.#bytes === null) {
      this.#open()
      this.#bytes = collect(this.#source).then((bytes) => {
        this.bytesRead = bytes.length
        return (this.inMemory = bytes)
      })
    }
    return this.#bytes
  }

  async *#chunks(bytes: Promise<Buffer>): AsyncGenerator<Buffer> {
    const all = await bytes
    if (all.length > 0) yield all
  }

  #open(): void {
    this.#invite?.()
    this.#invite = null
  }
}

function collect(source: Readable): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    source.on('data', (chunk: Buffer) => chunks.push(chunk))
    source.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)))
    source.on('error', () => reject(CANCELED))
    source.on('close', () => reject(CANCELED))
  })
}
