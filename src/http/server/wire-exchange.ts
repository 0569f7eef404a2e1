// One client request over a connection, and its answer. What HTTP/1.1 and HTTP/2 share; knows nothing of routes and backends.

import { type Duplex, Readable, type Writable } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { BODY_LATE, CANCELED } from '../../engine/errors.ts'
import { HeaderMap } from '../../engine/headers.ts'
import { Scope } from '../../engine/scope.ts'
import type { Answer, Body, Companions, Exchange, Route, SentRequest, TlsSession } from '../../engine/types.ts'
import type { ClientBody } from './client-body.ts'
import { readPragma } from '../pragma.ts'
import { pump } from './pump.ts'
import type { Target } from './target.ts'

export interface ExchangeInit {
  readonly method: string
  readonly sentTarget: string
  readonly target: Target
  readonly host: string
  readonly rawHeaders: readonly string[]
  readonly body: ClientBody
  readonly peerAddress: string
  /** Its connection, which is a TLSSocket or is not. */
  readonly socket: Partial<TLSSocket>
  readonly protocol: string
}

/** A client that leaves is given up this long after those who work for it have been told. */
const LEAVING_MS = 1000
/** compat: the status in KrakenD's log for a client that left before its answer. */
const ABANDONED = 500
const NOT_MODIFIED = 304
/** The answer for a status that the client's protocol does not know. */
const UNSPEAKABLE = 502
/** Memory up to this size is copied into the text of the head, so that one write carries both. */
const MERGED_BODY_LIMIT = 16 * 1024

export abstract class WireExchange implements Exchange, Companions {
  method: string
  target: string
  path: string
  rawQuery: string
  host: string
  readonly peerAddress: string
  clientIp = ''
  readonly isSecure: boolean
  readonly protocol: string
  readonly startMs = performance.now()
  route: Route | null = null
  params = new Map<string, string>()
  body: Body
  /** What comes from the wire, whatever stands in `body` by now. */
  protected readonly clientBody: ClientBody
  readonly scope = Scope.root()
  readonly responseHeaders = new HeaderMap()
  statusCode = 0
  bytesOut = 0
  failure: Error | null = null
  readonly upgrade: string | null = null
  /** Whether fields may follow a streamed body. */
  protected mayHaveTrailers = false
  readonly #init: ExchangeInit
  #headers: HeaderMap | null = null
  #listeners: (() => void)[] | null = null
  #hooks: ((answer: Answer) => void)[] | null = null
  #hasBegun = false
  #isClosed = false
  #isFinished = false
  /** By the method on the wire. */
  readonly #isHead: boolean

  constructor(init: ExchangeInit) {
    this.method = init.method
    this.target = init.sentTarget
    this.path = init.target.path
    this.rawQuery = init.target.rawQuery
    this.host = init.host
    this.peerAddress = init.peerAddress
    this.isSecure = init.socket.encrypted === true
    this.protocol = init.protocol
    this.body = init.body
    this.clientBody = init.body
    this.#isHead = init.method === 'HEAD'
    this.#init = init
  }

  /** perf: canonical names cost; a request that nothing reads headers of pays nothing. */
  get headers(): HeaderMap {
    this.#headers ??= readPragma(HeaderMap.fromClient(this.#init.rawHeaders))
    return this.#headers
  }

  get sent(): SentRequest {
    const { method, sentTarget, target, rawHeaders } = this.#init
    return { method, target: sentTarget, path: target.path, rawQuery: target.rawQuery, headers: HeaderMap.fromRaw(rawHeaders) }
  }

  get tls(): TlsSession | null {
    if (!this.isSecure) return null
    const { socket } = this.#init
    return { version: socket.getProtocol?.() ?? '', cipher: socket.getCipher?.()?.standardName ?? '' }
  }

  get companions(): Companions {
    this.mayHaveTrailers = true
    return this
  }

  get bytesIn(): number {
    return this.clientBody.bytesRead
  }

  answer(statusCode: number, body: string | Uint8Array | null = null): void {
    if (this.#hooks === null) this.#writeAnswer(statusCode, body)
    else void this.#answerThroughHooks(statusCode, body)?.catch(() => this.cut())
  }

  answerStream(statusCode: number, body: Readable, isLive = false): Promise<void> {
    if (this.#hooks === null) return this.#writeStream(statusCode, body, isLive)
    return this.#answerThroughHooks(statusCode, body, isLive) ?? Promise.resolve()
  }

  tunnel(_peer: Duplex, _onBytes: () => void): Promise<void> {
    return Promise.reject(new Error('this request cannot switch to another protocol'))
  }

  onAnswer(hook: (answer: Answer) => void): void {
    if (this.#hooks === null) this.#hooks = [hook]
    else this.#hooks.push(hook)
  }

  #answerThroughHooks(statusCode: number, body: Answer['body'], isLive = false): Promise<void> | undefined {
    const answer: Answer = { statusCode, headers: this.responseHeaders, body }
    this.askHooks(answer)
    if (answer.body instanceof Readable) return this.#writeStream(answer.statusCode, answer.body, isLive)
    this.#writeAnswer(answer.statusCode, answer.body)
    return undefined
  }

  /** Layers register on the way in, the outermost first; answers leave from the inside out. */
  protected askHooks(answer: Answer): void {
    const hooks = this.#hooks ?? []
    this.#hooks = null
    for (let i = hooks.length - 1; i >= 0; i--) hooks[i]?.(answer)
  }

  #writeAnswer(statusCode: number, body: string | Uint8Array | null): void {
    this.begin(statusCode)
    const { responseHeaders } = this
    // compat: Go names no length for the empty answer to HEAD; what its backend says of the body that is left out stays.
    const isUntold = body === null && this.#isHead
    if (responseHeaders.has('Content-Length') && (!isUntold || this.forbidsBody())) responseHeaders.delete('Content-Length')
    if (this.forbidsBody()) {
      this.writeWhole(null, 'latin1')
      return
    }
    if (body === null) {
      if (!isUntold) responseHeaders.add('Content-Length', '0')
      this.writeWhole(null, 'latin1')
      return
    }
    const length = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
    responseHeaders.add('Content-Length', String(length))
    if (this.#isHead) {
      this.writeWhole(null, 'latin1')
      return
    }
    this.bytesOut = length
    this.writeWhole(asSingleWrite(body, length), 'latin1')
  }

  #writeStream(statusCode: number, body: Readable, isLive: boolean): Promise<void> {
    this.begin(statusCode)
    if (this.forbidsBody() || this.#isHead) {
      // compat: the answer to HEAD names the length of what it leaves out; a 204 has none.
      if (!this.#isHead) this.responseHeaders.delete('Content-Length')
      body.on('error', ignore)
      body.destroy()
      this.writeWhole(null, 'latin1')
      return Promise.resolve()
    }
    let target: Writable
    try {
      target = this.startStream(isLive)
    } catch (error) {
      body.on('error', ignore)
      body.destroy()
      throw error
    }
    return pump(body, target, { cut: () => this.cut(), onBytes: (bytes) => (this.bytesOut += bytes) })
  }

  onFinish(listener: () => void): void {
    if (this.#isFinished) listener()
    else if (this.#listeners === null) this.#listeners = [listener]
    else this.#listeners.push(listener)
  }

  /** The connection says that the answer has left, or that it never will. */
  closed(isComplete: boolean): void {
    if (this.#isClosed) return
    this.#isClosed = true
    if (isComplete) this.scope.close()
    else this.scope.end(CANCELED)
    // Whoever works for a client that has left answers now, if at all: what the answer would have been stands in the log.
    if (this.statusCode === 0) setImmediate(() => this.#finish())
    else this.#finish()
  }

  /** `read_timeout` is over and the body is not whole: whoever reads it is told. compat: what they make of it is the answer. */
  bodyIsLate(): void {
    if (this.statusCode !== 0) {
      this.cut()
      return
    }
    this.clientBody.abandon(BODY_LATE)
    this.leave(BODY_LATE)
  }

  /** The client has left, but can still be written to: whoever works for it is told; without an answer the connection is cut soon. */
  leave(reason: Error = CANCELED): void {
    this.scope.end(reason)
    const timer = setTimeout(() => this.cut(), LEAVING_MS).unref()
    this.onFinish(() => clearTimeout(timer))
  }

  #finish(): void {
    this.#isFinished = true
    if (this.statusCode === 0) this.statusCode = ABANDONED
    if (this.#listeners !== null) for (const listener of this.#listeners) listener()
  }

  /** Breaks the connection off, so that the client sees that something is missing. */
  abstract cut(): void

  abstract interim(statusCode: number, fields: readonly string[]): void

  abstract trailers(fields: readonly string[]): void

  /** Writes status, `responseHeaders` and a body of known length. */
  protected abstract writeWhole(body: string | Uint8Array | null, encoding: 'latin1'): void

  /** Writes status and `responseHeaders`, at once where the answer is live; gives where the body goes. */
  protected abstract startStream(isLive: boolean): Writable

  /** Whether an answer of this status can be written. */
  protected abstract knowsStatus(statusCode: number): boolean

  /** Whether an answer of this status has no body: interim ones, 204, 304. */
  protected forbidsBody(): boolean {
    const { statusCode } = this
    return statusCode < 200 || statusCode === 204 || statusCode === NOT_MODIFIED
  }

  protected begin(statusCode: number): void {
    if (this.#hasBegun) throw new Error(`answered twice: ${this.statusCode}, then ${statusCode}`)
    this.#hasBegun = true
    // compat: in Go an interim status ends nothing; the answer behind it is a 200. Sent as the answer it would leave the client waiting.
    if (statusCode >= 100 && statusCode < 200 && statusCode !== 101) this.statusCode = 200
    else this.statusCode = this.knowsStatus(statusCode) ? statusCode : UNSPEAKABLE
    // compat: Go's server says nothing of the body that a 304 leaves out.
    if (this.statusCode === NOT_MODIFIED) {
      this.responseHeaders.delete('Content-Type')
      this.responseHeaders.delete('Content-Length')
    }
  }
}

/**
 * perf: Node sends head and body as one text when the body is one; latin1 keeps every byte of both as it is.
 * Two buffers would be a gathering write, which costs more than copying a few kilobytes.
 */
function asSingleWrite(body: string | Uint8Array, length: number): string | Uint8Array {
  if (typeof body === 'string' && body.length === length) return body
  const bytes = typeof body === 'string' ? Buffer.from(body, 'utf8') : body
  if (length > MERGED_BODY_LIMIT) return bytes
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function ignore(): void {}
