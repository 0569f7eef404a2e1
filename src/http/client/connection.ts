// One connection to a backend and the calls it carries, one after the other. Knows nothing of pools and retries.

import type { Socket } from 'node:net'
import { asError, SendError } from '../../engine/errors.ts'
import type { BackendRequest } from '../../engine/types.ts'
import { connectionWords } from './backend-errors.ts'
import { BodyWriter } from './body-writer.ts'
import type { RequestHead } from './request-head.ts'
import { type ResponseReceiver, ResponseParser } from './response-parser.ts'

/** What a connection tells the call it carries. */
export interface ConnectionUser extends ResponseReceiver {
  /** Head and body have been written. */
  onSent(): void
  /** The connection is gone before the response was complete. It may be tried again if no byte of that came. */
  onLost(failure: SendError): void
}

/** Up to this size copying a body costs less than a second write. */
const MERGED_BODY_LIMIT = 16 * 1024

export class Connection {
  readonly #onIdle: (connection: Connection) => void
  readonly #onGone: (connection: Connection) => void
  readonly #parser = new ResponseParser()
  #isTunnel = false
  #socket: Socket | null = null
  #user: ConnectionUser | null = null
  #writer: BodyWriter | null = null
  #failure: Error | null = null
  /** Whether the current call's body has not been written yet. */
  #isSending = false
  #isGone = false
  /** Calls it has carried before the current one. */
  served = 0
  /** When it must not be used any more, by `performance.now()`. */
  expiresAt = Infinity

  constructor(onIdle: (connection: Connection) => void, onGone: (connection: Connection) => void) {
    this.#onIdle = onIdle
    this.#onGone = onGone
  }

  get isUsable(): boolean {
    return !this.#isGone && this.#socket !== null && this.#socket.writable
  }

  /** Milliseconds that the backend keeps it open when idle, as it said; 0 unknown. */
  get keepAliveMs(): number {
    return this.#parser.keepAliveMs
  }

  attach(socket: Socket): void {
    this.#socket = socket
    socket.on('error', this.#onError).on('end', this.#onEnd).on('close', this.#onClose)
  }

  /** Sends a request; its response goes to `user`. Only when nothing is under way. */
  send(
    user: ConnectionUser,
    method: string,
    head: RequestHead,
    { body, upgrade, companions }: Pick<BackendRequest, 'body' | 'upgrade' | 'companions'>,
  ): void {
    const socket = this.#socket
    if (socket === null) throw new Error('not connected')
    this.#user = user
    this.#parser.begin(method, (upgrade ?? null) !== null, companions !== undefined)
    this.#isSending = head.bodyLength !== 0
    if (head.bodyLength === 0) {
      socket.write(head.text, 'latin1')
      user.onSent()
      return
    }
    if (body.inMemory !== null) {
      this.#sendWhole(socket, head, body.inMemory)
      return
    }
    const writer = new BodyWriter(socket, body.stream(), head, this.#onBodySent)
    this.#writer = writer
    writer.start()
  }

  /** perf: a body that is in memory needs no stream, and a small one leaves in one write with the head. */
  #sendWhole(socket: Socket, { text, bodyLength }: RequestHead, bytes: Buffer): void {
    const isChunked = bodyLength < 0
    if (!isChunked && bytes.length !== bodyLength) {
      this.#onBodySent(`http: ContentLength=${bodyLength} with Body length ${bytes.length}`)
      return
    }
    const before = isChunked && bytes.length > 0 ? `${text}${bytes.length.toString(16)}\r\n` : text
    const after = isChunked ? `${bytes.length > 0 ? '\r\n' : ''}0\r\n\r\n` : ''
    if (bytes.length <= MERGED_BODY_LIMIT) socket.write(before + bytes.toString('latin1') + after, 'latin1')
    else {
      socket.cork()
      socket.write(before, 'latin1')
      socket.write(bytes)
      if (after !== '') socket.write(after, 'latin1')
      socket.uncork()
    }
    this.#isSending = false
    this.#user?.onSent()
  }

  /** Gives the call up: whatever is under way is cut. */
  destroy(): void {
    this.#user = null
    this.#writer?.stop()
    this.#writer = null
    if (this.#socket === null) this.#leave()
    else this.#socket.destroy()
    this.#leave()
  }

  /** Leaves HTTP behind: what is written to the socket goes out as it is, and either side may end before the other. */
  becomeTunnel(): Socket {
    const socket = this.#socket
    if (socket === null) throw new Error('not connected')
    this.#isTunnel = true
    socket.allowHalfOpen = true
    return socket
  }

  /** More of the response is welcome again. */
  resume(): void {
    this.#socket?.resume()
  }

  readonly onBytes = (length: number, buffer: Buffer): boolean => {
    const user = this.#user
    if (user === null) {
      // security: nobody asked for these; they would be taken for the next response.
      this.destroy()
      return false
    }
    const parser = this.#parser
    try {
      const isWelcome = parser.feed(buffer, length, user)
      if (!parser.isDone) {
        if (parser.isInBody) user.onPause()
        return isWelcome || this.#user === null
      }
    } catch (error) {
      this.#lose(asError(error).message, error)
      return false
    }
    if (this.#user !== null) this.#finishCall()
    return true
  }

  #finishCall(): void {
    this.#user = null
    const isSent = this.#writer === null
    if (!isSent || !this.#parser.keepsAlive || !this.isUsable) {
      this.destroy()
      return
    }
    this.served++
    this.#onIdle(this)
  }

  readonly #onBodySent = (failure: string | null, cause?: unknown): void => {
    this.#writer = null
    if (failure !== null) {
      this.#lose(failure, cause)
      return
    }
    this.#isSending = false
    this.#user?.onSent()
  }

  readonly #onError = (error: Error): void => {
    this.#failure = error
  }

  readonly #onEnd = (): void => {
    const user = this.#user
    if (user === null || !this.#parser.finish(user)) return
    // The other direction goes on until it ends as well.
    if (!this.#isTunnel) this.#finishCall()
  }

  readonly #onClose = (): void => {
    const user = this.#user
    const failure = this.#failure
    // A connection that ends is what delimits such a body, unless it ends with an error.
    if (user !== null && failure === null && this.#parser.finish(user)) this.#finishCall()
    else this.#lose(failure === null ? '' : connectionWords(failure), failure)
  }

  #lose(words: string, cause: unknown): void {
    const user = this.#user
    const parser = this.#parser
    const phase = parser.isInBody ? 'body' : this.#isSending ? 'write' : 'headers'
    const isRetriable = !parser.hasBegun
    const eof = isRetriable ? 'EOF' : 'unexpected EOF'
    this.destroy()
    user?.onLost(new SendError(words === '' ? eof : words, { phase, isRetriable, cause }))
  }

  #leave(): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#onGone(this)
  }
}
