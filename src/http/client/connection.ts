// One HTTP/1.1 connection to a backend: one call at a time, reused as long as both sides behave. Knows nothing of other connections.

import type { Socket } from 'node:net'
import { GatewayError } from '../../engine/errors.ts'
import type { Call, CallConnection } from './call.ts'
import { ChunkedDecoder } from './chunked-decoder.ts'
import { describeSocketError } from './describe-error.ts'
import { sendBody } from './send-body.ts'
import { parseResponseHead, type ResponseHead } from './response-head.ts'

/** Go's limit for the head of a response. */
const MAX_HEAD_BYTES = 10 * 1024 * 1024
const HEAD_END = Buffer.from('\r\n\r\n')
/** Requests that may be sent twice. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])

/** What the pool wants to know. */
export interface ConnectionOwner {
  /** May serve another call. */
  onFree(connection: Connection): void
  onGone(connection: Connection): void
  /** A call that met a dead connection, to be sent on a new one. */
  onRetry(call: Call): void
}

export class Connection implements CallConnection {
  readonly #socket: Socket
  readonly #owner: ConnectionOwner
  readonly #headerTimeoutMs: number
  #call: Call | null = null
  #head: ResponseHead | null = null
  /** Bytes of a head that has not come in full. */
  #partial: Buffer | null = null
  /** Bytes of the body that are still to come. */
  #left = 0
  #chunked: ChunkedDecoder | null = null
  #headerTimer: NodeJS.Timeout | null = null
  #isSending = false
  #isReused = false
  #isGone = false
  #heardSomething = false
  /** When it became idle, in milliseconds of performance.now. */
  idleSinceMs = 0

  constructor(socket: Socket, owner: ConnectionOwner, headerTimeoutMs: number) {
    this.#socket = socket
    this.#owner = owner
    this.#headerTimeoutMs = headerTimeoutMs
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => this.#onEnd())
    socket.on('error', (error: NodeJS.ErrnoException) => this.#onBroken(describeSocketError(error, socket)))
    socket.on('close', () => this.#onBroken('EOF'))
  }

  get isUsable(): boolean {
    return !this.#isGone && this.#call === null && this.#socket.writable
  }

  /** Sends a call; it hears of everything else itself. */
  start(call: Call): void {
    this.#call = call
    this.#heardSomething = false
    call.attach(this)
    this.#socket.write(call.head.text, 'latin1')
    if (call.head.body === 'none') this.#waitForHead()
    else this.#send(call)
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  /** Drops the connection without telling the call. */
  destroy(): void {
    this.#call = null
    this.#leave()
    this.#socket.destroy()
  }

  #send(call: Call): void {
    this.#isSending = true
    sendBody(call.request.body, this.#socket, call.head.body === 'chunked').then(
      () => {
        this.#isSending = false
        if (this.#call === call && this.#head === null) this.#waitForHead()
      },
      (error: Error) => {
        if (this.#call === call) this.#fail(error)
      },
    )
  }

  #waitForHead(): void {
    if (this.#headerTimeoutMs === 0) return
    this.#headerTimer = setTimeout(
      () => this.#fail(failure(this.#call, 'net/http: timeout awaiting response headers')),
      this.#headerTimeoutMs,
    )
  }

  #onData(chunk: Buffer): void {
    const call = this.#call
    if (call === null) {
      // security: bytes that nobody asked for would become the answer to the next request.
      this.destroy()
      return
    }
    this.#heardSomething = true
    try {
      this.#take(call, chunk)
    } catch (error) {
      this.#fail(failure(call, (error as Error).message))
    }
  }

  #take(call: Call, chunk: Buffer): void {
    let rest: Buffer | null = chunk
    while (rest !== null && this.#head === null) rest = this.#takeHead(call, rest)
    if (rest === null || this.#call !== call) return
    const { framing } = this.#head as ResponseHead
    if (this.#chunked !== null) {
      const used = this.#chunked.decode(rest, (piece) => call.onData(piece))
      if (this.#chunked.isDone) this.#finish(call, rest.length > used)
    } else if (framing === 'close') {
      if (rest.length > 0) call.onData(rest)
    } else {
      const isTooMuch = rest.length > this.#left
      const piece = isTooMuch ? rest.subarray(0, this.#left) : rest
      this.#left -= piece.length
      if (piece.length > 0) call.onData(piece)
      if (this.#left === 0) this.#finish(call, isTooMuch)
    }
  }

  /** Reads a head; gives the bytes behind it, null when it has not come in full. */
  #takeHead(call: Call, chunk: Buffer): Buffer | null {
    const all = this.#partial === null ? chunk : Buffer.concat([this.#partial, chunk])
    const searchFrom = this.#partial === null ? 0 : Math.max(0, this.#partial.length - 3)
    const end = all.indexOf(HEAD_END, searchFrom)
    if (end < 0) {
      if (all.length > MAX_HEAD_BYTES) throw new Error(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`)
      this.#partial = all
      return null
    }
    this.#partial = null
    const head = parseResponseHead(all.toString('latin1', 0, end), call.request.method === 'HEAD')
    if (head.statusCode === 101) throw new Error('unsolicited protocol switch')
    if (head.statusCode >= 200) {
      this.#stopHeaderTimer()
      this.#head = head
      this.#chunked = head.framing === 'chunked' ? new ChunkedDecoder() : null
      this.#left = typeof head.framing === 'number' ? head.framing : 0
      call.onHead(head)
    }
    return all.subarray(end + HEAD_END.length)
  }

  /** The answer is complete. `hasMore`: the backend said more than it announced, so it is not trusted again. */
  #finish(call: Call, hasMore: boolean): void {
    const canStay = (this.#head as ResponseHead).keepsAlive && !hasMore && !this.#isSending && this.#socket.writable
    this.#call = null
    this.#head = null
    this.#chunked = null
    if (canStay) {
      this.#isReused = true
      this.#socket.resume()
      this.#owner.onFree(this)
    } else {
      this.#leave()
      this.#socket.destroy()
    }
    call.onEnd()
  }

  #onEnd(): void {
    const call = this.#call
    if (call !== null && this.#head?.framing === 'close') this.#finish(call, false)
    else this.#onBroken(this.#head === null ? 'EOF' : 'unexpected EOF')
  }

  /** The connection is dead; a call that may be sent again is. */
  #onBroken(detail: string): void {
    const call = this.#call
    if (call === null) {
      this.destroy()
      return
    }
    if (this.#isReused && !this.#heardSomething && !call.isRetry && call.head.body === 'none' && IDEMPOTENT.has(call.request.method)) {
      this.destroy()
      call.attach(null)
      call.isRetry = true
      this.#owner.onRetry(call)
      return
    }
    this.#fail(failure(call, this.#head === null || detail !== 'EOF' ? detail : 'unexpected EOF'))
  }

  #fail(error: Error): void {
    const call = this.#call
    this.destroy()
    call?.fail(error)
  }

  #leave(): void {
    this.#stopHeaderTimer()
    if (this.#isGone) return
    this.#isGone = true
    this.#owner.onGone(this)
  }

  #stopHeaderTimer(): void {
    if (this.#headerTimer === null) return
    clearTimeout(this.#headerTimer)
    this.#headerTimer = null
  }
}

/** An error in Go's words: `Get "http://h/x": EOF`. */
export function failure(call: Call | null, detail: string): GatewayError {
  const method = call?.request.method ?? ''
  const verb = method.slice(0, 1) + method.slice(1).toLowerCase()
  const url = call === null ? '' : call.request.origin + call.request.path
  return new GatewayError(`${verb} "${url}": ${detail}`, { code: 'ERR_BACKEND', source: 'backend' })
}
