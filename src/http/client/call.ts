// One request to a backend: connection, response, cancellation, the one retry. Knows nothing of redirects and of who asks.

import type { Readable } from 'node:stream'
import { asError, GatewayError, SendError } from '../../engine/errors.ts'
import { HeaderMap } from '../../engine/headers.ts'
import type { Scope } from '../../engine/scope.ts'
import type { BackendRequest, BackendResponse } from '../../engine/types.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { readPragma } from '../pragma.ts'
import { backendError, sendError, tooLarge } from './backend-errors.ts'
import { BackendStream } from './backend-stream.ts'
import type { Connection, ConnectionUser } from './connection.ts'
import { gunzipBytes, gunzipStream, isGzip } from './gunzip.ts'
import { copyOf, KeptBody } from './kept-body.ts'
import type { OriginPool } from './origin-pool.ts'
import type { RequestHead } from './request-head.ts'
import { TunnelStream } from './tunnel-stream.ts'

const REPLAYABLE = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/**
 * `new` → `dialing` → `asking` (the request is on its way, no head has come) → `reading` (the body is kept in memory) or
 * `streaming` → `over`. A kept connection leaves `dialing` out; one that turns out to be closed leads from `asking` back to it.
 */
type State = 'new' | 'dialing' | 'asking' | 'reading' | 'streaming' | 'over'

export class Call implements ConnectionUser {
  readonly #pool: OriginPool
  readonly #request: BackendRequest
  readonly #resolve: (response: BackendResponse) => void
  readonly #reject: (error: Error) => void
  readonly #scope: Scope
  #state: State = 'new'
  #unlisten: (() => void) | null = null
  #hasRetried = false
  #head: RequestHead | null = null
  /** While dialing. */
  #cancelDial: (() => void) | null = null
  /** From `asking` on, until it is handed back or lost. */
  #connection: Connection | null = null
  /** While asking. */
  #headTimer: NodeJS.Timeout | undefined
  /** From `reading` on. */
  #statusCode = 0
  #fields: string[] = []
  #length: number | null = null
  /** While reading. */
  #body: KeptBody | null = null
  /** While streaming. */
  #stream: BackendStream | TunnelStream | null = null

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
    if (this.#isOver()) return
    const idle = this.#pool.take()
    if (idle === null) this.#dial()
    else this.#use(idle)
  }

  #dial(): void {
    this.#state = 'dialing'
    this.#cancelDial = this.#pool.dial((connection, failure) => {
      this.#cancelDial = null
      if (connection === null) this.#fail(sendError(this.#request, failure as SendError, true))
      else this.#use(connection)
    }, this.#request.course)
  }

  #use(connection: Connection): void {
    this.#state = 'asking'
    this.#connection = connection
    const { course } = this.#request
    if (course !== undefined) course.connectedMs = performance.now()
    try {
      connection.send(this, this.#request.method, this.#head as RequestHead, this.#request)
    } catch (error) {
      this.#fail(asError(error))
    }
  }

  onSent(): void {
    const { responseHeaderTimeoutMs } = this.#pool
    if (responseHeaderTimeoutMs === Infinity || this.#state !== 'asking') return
    this.#headTimer = setTimeout(() => {
      const failure = new SendError('net/http: timeout awaiting response headers', { phase: 'headers', code: 'ERR_BACKEND_SILENT' })
      this.#fail(sendError(this.#request, failure, this.#isReplayable()))
    }, timerMs(responseHeaderTimeoutMs))
  }

  onHead(statusCode: number, fields: string[], length: number | null): void {
    if (this.#state !== 'asking') return
    if (this.#headTimer !== undefined) clearTimeout(this.#headTimer)
    this.#state = 'reading'
    const { course } = this.#request
    if (course !== undefined) course.headMs = performance.now()
    this.#statusCode = statusCode
    this.#fields = fields
    this.#length = length
    // What may become a stream is kept in pieces.
    this.#body = this.#request.wantsStream ? new KeptBody(null, Infinity) : new KeptBody(length, this.#maxBodyBytes)
  }

  /** perf: only a body that does not come with its head is worth a stream. */
  onPause(): void {
    if (this.#state !== 'reading' || !this.#request.wantsStream) return
    this.#state = 'streaming'
    const connection = this.#connection as Connection
    const isTunnel = this.#statusCode === 101
    const stream = isTunnel ? new TunnelStream(connection) : new BackendStream(() => this.#connection?.resume(), this.#abandon)
    this.#stream = stream
    for (const chunk of this.#body?.chunks ?? []) stream.push(chunk)
    this.#body = null
    this.#resolve(this.#response(this.#needsGunzip(this.#length) ? gunzipStream(stream) : stream, null))
  }

  onData(buffer: Buffer, start: number, end: number): boolean {
    const { course } = this.#request
    if (course !== undefined) course.bodyBytes += end - start
    if (this.#stream !== null && this.#state === 'streaming') return this.#stream.push(copyOf(buffer, start, end))
    if (this.#body !== null && !this.#body.add(buffer, start, end)) this.#breakBody(tooLarge(this.#maxBodyBytes))
    return true
  }

  onInterim(statusCode: number, fields: string[]): void {
    if (this.#state === 'asking') this.#request.companions?.interim(statusCode, fields)
  }

  onTrailers(fields: string[]): void {
    if (this.#state === 'reading' || this.#state === 'streaming') this.#request.companions?.trailers(fields)
  }

  onEnd(): void {
    if (this.#state === 'streaming') {
      this.#end()
      this.#stream?.complete()
    } else if (this.#state === 'reading') this.#finish(null)
  }

  onLost(failure: SendError): void {
    const wasReused = (this.#connection?.served ?? 0) > 0
    this.#connection = null
    if (failure.phase === 'body') {
      this.#breakBody(failure)
      return
    }
    const mayRepeat = failure.isRetriable && this.#isReplayable()
    if (mayRepeat && wasReused && !this.#hasRetried && this.#state === 'asking') {
      // compat: Go's transport asks again, unseen, when a connection it kept turns out to be closed.
      this.#hasRetried = true
      this.#dial()
    } else this.#fail(sendError(this.#request, failure, mayRepeat))
  }

  #isReplayable(): boolean {
    if (this.#head?.bodyLength !== 0) return false
    const { headers, method } = this.#request
    return REPLAYABLE.has(method) || headers.has('Idempotency-Key') || headers.has('X-Idempotency-Key')
  }

  get #maxBodyBytes(): number {
    return this.#request.maxBodyBytes ?? Infinity
  }

  /** The body ends before its end, or is too large. */
  #breakBody(failure: SendError): void {
    const connection = this.#connection
    if (this.#state === 'reading' && this.#request.keepsBrokenBody === true) this.#finish(failure)
    else this.#fail(failure)
    connection?.destroy()
  }

  /** Answers with the body that was kept. */
  #finish(failure: SendError | null): void {
    const bytes = (this.#body as KeptBody).bytes
    this.#end()
    if (!this.#needsGunzip(this.#length ?? bytes.length)) {
      this.#settle(bytes, failure)
      return
    }
    const options = { scope: this.#scope, maxBytes: this.#maxBodyBytes }
    gunzipBytes(bytes, options, (plain, broken, isWhole) => {
      // compat: what goes to the client as it is, is not judged by what stands behind it.
      const isFine = isWhole && this.#request.wantsStream
      this.#settle(plain, failure ?? (isFine ? null : broken))
    })
  }

  #settle(bytes: Buffer, failure: Error | null): void {
    if (failure === null) this.#resolve(this.#response(bytes, null))
    else if (failure instanceof SendError && this.#request.keepsBrokenBody === true) this.#resolve(this.#response(bytes, failure))
    else this.#reject(failure)
  }

  /** compat: a stream is only unpacked if gzip was asked for here; what will be decoded is unpacked whoever asked. */
  #needsGunzip(length: number | null): boolean {
    const isAskedForHere = this.#head?.addedGzip === true
    return (isAskedForHere || !this.#request.wantsStream) && length !== 0 && isGzip(this.#fields, isAskedForHere)
  }

  #response(body: Readable | Buffer, bodyFailure: SendError | null): BackendResponse {
    const { origin, path } = this.#request
    const headers = readPragma(new HeaderMap(this.#fields))
    if (this.#needsGunzip(this.#length)) {
      headers.delete('Content-Encoding')
      headers.delete('Content-Length')
    }
    return { statusCode: this.#statusCode, headers, body, bodyFailure, url: origin + path }
  }

  readonly #onScopeEnd = (reason: Error): void => this.#fail(reason)

  /** Whoever reads the stream has had enough. */
  readonly #abandon = (): void => {
    const connection = this.#connection
    if (!this.#isOver()) this.#end()
    connection?.destroy()
  }

  #isOver(): boolean {
    return this.#state === 'over'
  }

  /** Nothing that comes later is of this call. */
  #end(): void {
    this.#state = 'over'
    this.#connection = null
    this.#body = null
    if (this.#headTimer !== undefined) clearTimeout(this.#headTimer)
    this.#unlisten?.()
  }

  #fail(error: Error): void {
    if (this.#isOver()) return
    const connection = this.#connection
    this.#end()
    this.#cancelDial?.()
    connection?.destroy()
    if (this.#stream === null) this.#reject(error)
    else this.#stream.destroy(error)
  }
}
