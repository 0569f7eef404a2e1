// One request to a backend: connection, response, cancellation, the one retry. Knows nothing of redirects and of who asks.

import type { Readable } from 'node:stream'
import { asError, GatewayError } from '../../engine/errors.ts'
import { HeaderMap } from '../../engine/headers.ts'
import type { Scope } from '../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../engine/types.ts'
import { backendError, plainError } from './backend-errors.ts'
import { BackendStream } from './backend-stream.ts'
import type { Connection, ConnectionUser, LostPhase } from './connection.ts'
import { gunzipBytes, gunzipStream, isGzip } from './gunzip.ts'
import type { OriginPool } from './origin-pool.ts'
import { readPragma } from '../pragma.ts'
import type { RequestHead } from './request-head.ts'

const NO_BYTES = Buffer.alloc(0)
/** A length a backend announces is believed up to here when memory is taken for it. */
const MAX_TRUSTED_LENGTH = 1024 * 1024
const REPLAYABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

export class Call implements ConnectionUser {
  readonly #pool: OriginPool
  readonly #request: BackendRequest
  readonly #resolve: (response: BackendResponse) => void
  readonly #reject: (error: Error) => void
  readonly #scope: Scope
  #head: RequestHead | null = null
  #connection: Connection | null = null
  #cancelDial: (() => void) | null = null
  #unlisten: (() => void) | null = null
  #headTimer: NodeJS.Timeout | undefined
  #hasRetried = false
  #isOver = false
  #statusCode = 0
  #fields: string[] = []
  #length: number | null = null
  #chunks: Buffer[] | null = null
  #bytes: Buffer = NO_BYTES
  #size = 0
  #stream: BackendStream | null = null
  /** Whether the head has come, but not yet whether the body comes with it. */
  #isUndecided = false

  constructor(
    pool: OriginPool,
    request: BackendRequest,
    scope: Scope,
    resolve: (response: BackendResponse) => void,
    reject: (error: Error) => void,
  ) {
    this.#pool = pool
    this.#request = request
    this.#scope = scope
    this.#resolve = resolve
    this.#reject = reject
  }

  start(): void {
    try {
      this.#head = this.#pool.requestHead(this.#request)
    } catch (error) {
      const thrown = asError(error)
      this.#fail(thrown instanceof GatewayError ? backendError(this.#request, thrown.message) : thrown)
      return
    }
    this.#unlisten = this.#scope.onEnd(this.#onScopeEnd)
    if (this.#isOver) return
    const idle = this.#pool.take()
    if (idle === null) this.#dial()
    else this.#use(idle)
  }

  #dial(): void {
    this.#cancelDial = this.#pool.dial((connection, words, cause) => {
      this.#cancelDial = null
      if (connection === null) this.#fail(backendError(this.#request, words, cause))
      else this.#use(connection)
    })
  }

  #use(connection: Connection): void {
    this.#connection = connection
    try {
      connection.send(this, this.#request.method, this.#head as RequestHead, this.#request.body)
    } catch (error) {
      this.#fail(asError(error))
    }
  }

  onSent(): void {
    const { responseHeaderTimeoutMs } = this.#pool
    if (responseHeaderTimeoutMs === 0 || this.#statusCode !== 0) return
    this.#headTimer = setTimeout(() => {
      this.#fail(backendError(this.#request, 'net/http: timeout awaiting response headers'))
    }, responseHeaderTimeoutMs)
  }

  onHead(statusCode: number, fields: string[], length: number | null): void {
    if (this.#headTimer !== undefined) clearTimeout(this.#headTimer)
    this.#statusCode = statusCode
    this.#fields = fields
    this.#length = length
    this.#isUndecided = this.#request.wantsStream
    if (!this.#isUndecided && length !== null && length <= MAX_TRUSTED_LENGTH)
      this.#bytes = length === 0 ? NO_BYTES : Buffer.allocUnsafe(length)
    else this.#chunks = []
  }

  /** perf: only a body that does not come with its head is worth a stream. */
  onPause(): void {
    if (!this.#isUndecided) return
    this.#isUndecided = false
    const stream = new BackendStream(() => this.#connection?.resume(), this.#abandon)
    this.#stream = stream
    for (const chunk of this.#chunks ?? []) stream.push(chunk)
    this.#chunks = null
    this.#resolve(this.#response(null, this.#needsGunzip(this.#length) ? gunzipStream(stream) : stream))
  }

  onData(buffer: Buffer, start: number, end: number): boolean {
    if (this.#stream === null && this.#chunks === null) {
      buffer.copy(this.#bytes, this.#size, start, end)
      this.#size += end - start
      return true
    }
    // perf: the buffer is shared by all connections.
    const chunk = Buffer.allocUnsafe(end - start)
    buffer.copy(chunk, 0, start, end)
    if (this.#stream !== null) return this.#stream.push(chunk)
    this.#chunks?.push(chunk)
    return true
  }

  onEnd(): void {
    this.#end()
    if (this.#stream !== null) {
      this.#stream.complete()
      return
    }
    const bytes =
      this.#chunks === null ? this.#bytes : this.#chunks.length === 1 ? (this.#chunks[0] as Buffer) : Buffer.concat(this.#chunks)
    if (!this.#needsGunzip(this.#length ?? bytes.length)) this.#resolve(this.#response(bytes, null))
    else
      gunzipBytes(bytes, this.#scope, (error, plain) => {
        if (error === null) this.#resolve(this.#response(plain, null))
        else this.#reject(error)
      })
  }

  onLost(phase: LostPhase, words: string, cause: unknown): void {
    const wasReused = (this.#connection?.served ?? 0) > 0
    this.#connection = null
    if (phase === 'body') {
      this.#fail(plainError(words === '' ? 'unexpected EOF' : words, cause))
      return
    }
    if (phase === 'nothing' && wasReused && !this.#hasRetried && !this.#isOver && this.#isReplayable()) {
      // compat: Go's transport asks again, unseen, when a connection it kept turns out to be closed.
      this.#hasRetried = true
      this.#dial()
      return
    }
    const eof = phase === 'nothing' ? 'EOF' : 'unexpected EOF'
    this.#fail(backendError(this.#request, words === '' ? eof : words, cause))
  }

  #isReplayable(): boolean {
    const { body, headers, method } = this.#request
    if (body.length !== 0) return false
    return REPLAYABLE.has(method) || headers.has('Idempotency-Key') || headers.has('X-Idempotency-Key')
  }

  /** compat: a stream is only unpacked if gzip was asked for here; what will be decoded is unpacked whoever asked. */
  #needsGunzip(length: number | null): boolean {
    return (this.#head?.addedGzip === true || !this.#request.wantsStream) && length !== 0 && isGzip(this.#fields)
  }

  #response(bytes: Buffer | null, stream: Readable | null): BackendResponse {
    const { origin, path } = this.#request
    const headers = readPragma(new HeaderMap(this.#fields))
    if (this.#needsGunzip(this.#length)) {
      headers.delete('Content-Encoding')
      headers.delete('Content-Length')
    }
    return { statusCode: this.#statusCode, headers, bytes, stream, url: origin + path }
  }

  readonly #onScopeEnd = (reason: Error): void => this.#fail(reason)

  /** Whoever reads the stream has had enough. */
  readonly #abandon = (): void => {
    if (!this.#isOver) this.#end()
    this.#connection?.destroy()
    this.#connection = null
  }

  #end(): void {
    this.#isOver = true
    if (this.#headTimer !== undefined) clearTimeout(this.#headTimer)
    this.#unlisten?.()
    if (this.#stream === null) this.#connection = null
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    const connection = this.#connection
    this.#end()
    this.#connection = null
    this.#cancelDial?.()
    connection?.destroy()
    if (this.#stream === null) this.#reject(error)
    else this.#stream.destroy(error)
  }
}
