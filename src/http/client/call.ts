// One request on its way: what is asked, who waits, and what has come back so far. Knows no sockets.

import { Readable } from 'node:stream'
import { asError, CANCELED } from '../../engine/errors.ts'
import type { Scope } from '../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../engine/types.ts'
import type { RequestHead } from './request-head.ts'
import type { ResponseHead } from './response-head.ts'

/** What a connection lets a call do. */
export interface CallConnection {
  pause(): void
  resume(): void
  destroy(): void
}

/** Settles its promise once, whatever happens. */
export class Call {
  readonly request: BackendRequest
  readonly scope: Scope
  readonly head: RequestHead
  readonly #resolve: (response: BackendResponse) => void
  readonly #reject: (error: Error) => void
  #leaveScope: () => void
  #response: ResponseHead | null = null
  #chunks: Buffer[] | null = null
  #firstChunk: Buffer | null = null
  #stream: Readable | null = null
  #connection: CallConnection | null = null
  /** Whether the caller has its answer, or its error. */
  isSettled = false
  /** Whether it was sent before on a connection that turned out dead. */
  isRetry = false

  constructor(
    request: BackendRequest,
    scope: Scope,
    head: RequestHead,
    resolve: (response: BackendResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.request = request
    this.scope = scope
    this.head = head
    this.#resolve = resolve
    this.#reject = reject
    this.#leaveScope = nothing
    this.#leaveScope = scope.onEnd((reason) => this.#abort(reason))
  }

  /** Which connection it runs on; null between two tries. */
  attach(connection: CallConnection | null): void {
    this.#connection = connection
  }

  onHead(head: ResponseHead): void {
    this.#response = head
    if (!this.request.wantsStream) return
    const call = this
    this.#stream = new Readable({
      read: () => call.#connection?.resume(),
      destroy(error, done) {
        call.#connection?.destroy()
        call.#connection = null
        call.#leaveScope()
        done(error)
      },
    })
    this.isSettled = true
    this.#resolve(this.#toResponse(null, this.#stream))
  }

  /** A piece of the body. It must not be changed afterwards. */
  onData(piece: Buffer): void {
    if (this.#stream !== null) {
      if (!this.#stream.push(piece)) this.#connection?.pause()
    } else if (this.#firstChunk === null) this.#firstChunk = piece
    else if (this.#chunks === null) this.#chunks = [this.#firstChunk, piece]
    else this.#chunks.push(piece)
  }

  /** The whole answer is there; the connection is free for others. */
  onEnd(): void {
    this.#connection = null
    this.#leaveScope()
    if (this.#stream !== null) {
      this.#stream.push(null)
      return
    }
    if (this.isSettled) return
    this.isSettled = true
    const bytes = this.#chunks === null ? (this.#firstChunk ?? NO_BYTES) : Buffer.concat(this.#chunks)
    this.#resolve(this.#toResponse(bytes, null))
  }

  /** Nothing more will come. */
  fail(error: Error): void {
    this.#connection = null
    this.#leaveScope()
    if (this.#stream !== null) this.#stream.destroy(error)
    if (this.isSettled) return
    this.isSettled = true
    this.#reject(error)
  }

  #abort(reason: Error): void {
    const connection = this.#connection
    this.fail(asError(reason ?? CANCELED))
    connection?.destroy()
  }

  #toResponse(bytes: Buffer | null, stream: Readable | null): BackendResponse {
    const { statusCode, headers } = this.#response as ResponseHead
    return { statusCode, headers, bytes, stream, url: this.request.origin + this.request.path }
  }
}

const NO_BYTES = Buffer.alloc(0)

function nothing(): void {}
