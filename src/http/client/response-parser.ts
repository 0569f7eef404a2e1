// Bytes of an HTTP/1.1 response become head, body and end, with the rules of Go's net/http. Knows nothing of sockets.

import { GrowingBuffer } from './growing-buffer.ts'
import { chunkSize, findHeadEnd, withoutLength } from './response-bytes.ts'
import { broken, Framing, MalformedResponse, readField, withoutOwn } from './response-fields.ts'
import { quote } from '../../go/quote.ts'

/** What a response is told to. */
export interface ResponseReceiver {
  /** The final head; `fields` are canonical names and values in turn, without those of a single connection. */
  onHead(statusCode: number, fields: string[], length: number | null): void
  /** A piece of the body, from `start` to `end` of a buffer that is overwritten after the call. Says whether more is welcome now. */
  onData(buffer: Buffer, start: number, end: number): boolean
  onEnd(): void
  /** An answer before the final one (1xx). */
  onInterim(statusCode: number, fields: string[]): void
  /** Fields behind the body, only where they were asked for. */
  onTrailers(fields: string[]): void
  /** The bytes at hand are used up, and the response is not complete. */
  onPause(): void
}

const MAX_HEAD_BYTES = 10 * 1024 * 1024
const MAX_INTERIM_RESPONSES = 5
const MAX_CHUNK_LINE_BYTES = 4096
/** security: what is kept of the fields behind a body. */
const MAX_TRAILER_BYTES = 64 * 1024
const FORBIDDEN_CHARACTER = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]|\r(?!\n)/
/** compat: blanks before the status and other versions 1.x are read as Go reads them. */
const STATUS_LINE = /^HTTP\/1\.(\d) +([1-9]\d{2})(?: |$)/

/** Longer heads are not remembered. */
const MAX_REMEMBERED_BYTES = 1024

interface ParsedHead {
  readonly bytes: Buffer
  readonly statusCode: number
  readonly fields: readonly string[]
  readonly framing: Framing
}

const HEAD = 0
const LENGTH = 1
const UNTIL_CLOSE = 2
const CHUNK_LINE = 3
const CHUNK_DATA = 4
const CHUNK_END = 5
const TRAILER = 6
const DONE = 7

/** One response after the other of one connection. */
export class ResponseParser {
  #state = DONE
  #isHead = false
  /** Whether 101 begins a protocol of which nothing is known here. */
  #mayUpgrade = false
  #interim = 0
  /** Bytes of a head or a chunk line that is not complete. */
  readonly #pending = new GrowingBuffer()
  #remaining = 0
  /** The fields behind the body so far; null where nobody wants them. */
  #trailers: string[] | null = null
  #trailerBytes = 0
  #closes = false
  #lastHead: ParsedHead | null = null
  /** Whether any byte of the current response has come. */
  hasBegun = false
  /** Milliseconds after which the backend closes an idle connection, as it says; 0 when it says nothing. */
  keepAliveMs = 0

  /** Expects the response to a request. */
  begin(method: string, mayUpgrade = false, wantsTrailers = false): void {
    this.#state = HEAD
    this.#isHead = method === 'HEAD'
    this.#mayUpgrade = mayUpgrade
    this.#interim = 0
    this.#trailers = wantsTrailers ? [] : null
    this.#trailerBytes = 0
    this.#closes = false
    this.#pending.release()
    this.hasBegun = false
  }

  get isDone(): boolean {
    return this.#state === DONE
  }

  /** Whether the head has come. */
  get isInBody(): boolean {
    return this.#state !== HEAD && this.#state !== DONE
  }

  /** Whether the connection can carry another request after this response. */
  get keepsAlive(): boolean {
    return !this.#closes
  }

  /** Takes the first `length` bytes of a buffer; says whether more are welcome now. Throws a MalformedResponse. */
  feed(buffer: Buffer, length: number, receiver: ResponseReceiver): boolean {
    // perf: no views on the buffer are made; each would be an object on the heap.
    let bytes = buffer
    let limit = length
    if (!this.#pending.isEmpty) {
      bytes = this.#pending.takeWith(buffer, length)
      limit = bytes.length
    }
    this.hasBegun = true
    let at = 0
    let isWelcome = true
    while (at < limit) {
      switch (this.#state) {
        case HEAD: {
          const next = this.#readHead(bytes, at, limit, length, receiver)
          if (next < 0) return isWelcome
          at = next
          break
        }
        case LENGTH:
        case CHUNK_DATA: {
          const end = Math.min(limit, at + this.#remaining)
          this.#remaining -= end - at
          const isLast = this.#remaining === 0
          isWelcome = receiver.onData(bytes, at, end)
          at = end
          if (isLast) this.#endPiece(receiver)
          break
        }
        case UNTIL_CLOSE:
          return receiver.onData(bytes, at, limit)
        case DONE:
          // security: bytes that nobody asked for would be taken for the next response.
          this.#closes = true
          return isWelcome
        default: {
          const next = this.#readLine(bytes, at, limit, receiver)
          if (next < 0) return isWelcome
          at = next
        }
      }
    }
    return isWelcome
  }

  /** The backend has closed the connection. Says whether that completes the response. */
  finish(receiver: ResponseReceiver): boolean {
    if (this.#state !== UNTIL_CLOSE) return false
    this.#end(receiver)
    return true
  }

  #endPiece(receiver: ResponseReceiver): void {
    if (this.#state === LENGTH) this.#end(receiver)
    else this.#state = CHUNK_END
  }

  #end(receiver: ResponseReceiver): void {
    this.#state = DONE
    receiver.onEnd()
  }

  /** The index after the head; -1 when it is incomplete. */
  #readHead(bytes: Buffer, start: number, limit: number, freshLength: number, receiver: ResponseReceiver): number {
    const end = findHeadEnd(bytes, start, Math.max(start, limit - freshLength - 3), limit)
    if (end < 0) {
      if (limit - start > MAX_HEAD_BYTES) {
        throw new MalformedResponse(`net/http: server response headers exceeded ${MAX_HEAD_BYTES} bytes; aborted`)
      }
      this.#pending.keep(bytes, start, limit)
      return -1
    }
    // perf: a backend's heads differ once a second, by their date.
    const last = this.#lastHead
    if (last !== null && last.bytes.length === end - start && last.bytes.compare(bytes, start, end) === 0) {
      this.#beginBody(last.statusCode, last.fields.slice(), last.framing, receiver)
      return end
    }
    return start + this.#readFields(bytes, start, end, receiver)
  }

  /** Takes the head apart; gives its length. */
  #readFields(bytes: Buffer, start: number, end: number, receiver: ResponseReceiver): number {
    const text = bytes.toString('latin1', start, end)
    let lineEnd = text.indexOf('\n')
    const firstLine = text.slice(0, text.charCodeAt(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd)
    const status = STATUS_LINE.exec(firstLine)
    if (status === null) throw broken(`malformed HTTP response ${quote(firstLine)}`)
    if (FORBIDDEN_CHARACTER.test(text)) throw broken('malformed MIME header line')
    const statusCode = Number(status[2])
    const framing = new Framing(status[1] === '0')
    const all: string[] = []
    let at = lineEnd + 1
    for (;;) {
      lineEnd = text.indexOf('\n', at)
      const stop = text.charCodeAt(lineEnd - 1) === 0x0d ? lineEnd - 1 : lineEnd
      if (stop <= at) break
      readField(text, at, stop, all, framing)
      at = lineEnd + 1
    }
    const fields = withoutOwn(all, framing)
    if (statusCode < 200 && statusCode !== 101) {
      if (++this.#interim > MAX_INTERIM_RESPONSES) throw new MalformedResponse('net/http: too many 1xx informational responses')
      receiver.onInterim(statusCode, fields)
      return lineEnd + 1
    }
    if (end - start <= MAX_REMEMBERED_BYTES) {
      this.#lastHead = { bytes: Buffer.from(bytes.subarray(start, end)), statusCode, fields: fields.slice(), framing }
    }
    this.#beginBody(statusCode, fields, framing, receiver)
    return lineEnd + 1
  }

  #beginBody(statusCode: number, fields: string[], framing: Framing, receiver: ResponseReceiver): void {
    this.keepAliveMs = framing.keepAliveMs
    this.#closes = framing.closes || statusCode === 101
    if (statusCode === 101 && this.#mayUpgrade) {
      this.#state = UNTIL_CLOSE
      receiver.onHead(statusCode, fields, null)
      return
    }
    const hasNone = this.#isHead || statusCode === 204 || statusCode === 304 || statusCode === 101
    if (hasNone || (framing.length === 0 && !framing.isChunked)) {
      receiver.onHead(statusCode, fields, 0)
      this.#end(receiver)
    } else if (framing.isChunked) {
      // security: with both, the length is a lie.
      if (framing.length !== null) this.#closes = true
      this.#state = CHUNK_LINE
      receiver.onHead(statusCode, framing.length === null ? fields : withoutLength(fields), null)
    } else if (framing.length === null) {
      this.#closes = true
      this.#state = UNTIL_CLOSE
      receiver.onHead(statusCode, fields, null)
    } else {
      this.#remaining = framing.length
      this.#state = LENGTH
      receiver.onHead(statusCode, fields, framing.length)
    }
  }

  /** A line around chunks; the index after it, -1 when it is incomplete. */
  #readLine(bytes: Buffer, start: number, limit: number, receiver: ResponseReceiver): number {
    const found = bytes.indexOf(0x0a, start)
    const lineFeed = found < limit ? found : -1
    if ((lineFeed < 0 ? limit : lineFeed) - start > MAX_CHUNK_LINE_BYTES) throw new MalformedResponse('http: chunk header too long')
    if (lineFeed < 0) {
      this.#pending.keep(bytes, start, limit)
      return -1
    }
    if (bytes[lineFeed - 1] !== 0x0d || lineFeed === start) throw new MalformedResponse('malformed chunked encoding')
    const isEmpty = lineFeed - 1 === start
    if (this.#state === CHUNK_END) {
      if (!isEmpty) throw new MalformedResponse('malformed chunked encoding')
      this.#state = CHUNK_LINE
    } else if (this.#state === TRAILER) {
      if (isEmpty) this.#endTrailers(receiver)
      else if (this.#trailers !== null) this.#keepTrailer(bytes.toString('latin1', start, lineFeed - 1), this.#trailers)
    } else {
      const line = bytes.toString('latin1', start, lineFeed - 1)
      this.#remaining = chunkSize(line)
      this.#state = this.#remaining === 0 ? TRAILER : CHUNK_DATA
    }
    return lineFeed + 1
  }

  #keepTrailer(line: string, trailers: string[]): void {
    this.#trailerBytes += line.length
    if (this.#trailerBytes > MAX_TRAILER_BYTES) throw new MalformedResponse('http: suspiciously long trailer after chunked body')
    if (FORBIDDEN_CHARACTER.test(line)) throw broken('malformed MIME header line')
    readField(line, 0, line.length, trailers, new Framing(false))
  }

  #endTrailers(receiver: ResponseReceiver): void {
    if (this.#trailers !== null && this.#trailers.length > 0) receiver.onTrailers(this.#trailers)
    this.#end(receiver)
  }
}
