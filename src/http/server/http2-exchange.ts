// An exchange over a stream of node:http2. Knows nothing of HTTP/1.1.

import { constants, type ServerHttp2Stream } from 'node:http2'
import type { Writable } from 'node:stream'
import { setKey } from '../../json/types.ts'
import { writableValue } from '../../engine/header-values.ts'
import { type ExchangeInit, WireExchange } from './wire-exchange.ts'
import { repairFields } from './writable-fields.ts'

const { NGHTTP2_NO_ERROR } = constants
const BROKEN_OFF = new Error('the answer broke off')
/** Fields of a single connection: HTTP/2 forbids them. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings', 'te'])
/** Fields of answers that Node writes once only (and everybody reads one value of). */
const SINGLE_VALUES = new Set([
  'access-control-allow-credentials',
  'access-control-max-age',
  'access-control-request-method',
  'age',
  'authorization',
  'content-encoding',
  'content-language',
  'content-length',
  'content-location',
  'content-md5',
  'content-range',
  'content-type',
  'date',
  'dnt',
  'etag',
  'expires',
  'from',
  'host',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'last-modified',
  'location',
  'max-forwards',
  'proxy-authorization',
  'range',
  'referer',
  'retry-after',
  'tk',
  'upgrade-insecure-requests',
  'user-agent',
  'x-content-type-options',
])

export class Http2Exchange extends WireExchange {
  readonly #stream: ServerHttp2Stream
  #trailers: readonly string[] = []

  constructor(init: ExchangeInit, stream: ServerHttp2Stream) {
    super(init)
    this.#stream = stream
    stream.on('close', () => this.closed(stream.writableFinished && !stream.aborted))
    // A client that goes on sending would hold the stream: it is told that nobody listens (RFC 9113, 8.1).
    stream.on('finish', () => {
      if (!stream.endAfterHeaders && !stream.readableEnded) stream.close(NGHTTP2_NO_ERROR)
    })
  }

  /**
   * security: without a code clients take what they have for the whole answer (RFC 9113, 7). An error makes it INTERNAL_ERROR;
   * `close` with a code would end the body in order first.
   */
  override cut(): void {
    this.#stream.destroy(BROKEN_OFF)
  }

  override interim(statusCode: number, fields: readonly string[]): void {
    const stream = this.#stream
    if (!stream.headersSent && !stream.destroyed && !stream.closed)
      stream.additionalHeaders(toRecord([':status', String(statusCode), ...http2Fields(fields)]))
  }

  override trailers(fields: readonly string[]): void {
    this.#trailers = http2Fields(fields)
  }

  protected override knowsStatus(statusCode: number): boolean {
    return statusCode >= 200 && statusCode <= 599
  }

  /** Node ends the stream of a 205 with its head. */
  protected override forbidsBody(): boolean {
    return super.forbidsBody() || this.statusCode === 205
  }

  protected override writeWhole(body: string | Uint8Array | null, encoding: 'latin1'): void {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return
    this.#respond(body === null)
    if (body === null) stream.end()
    else if (typeof body === 'string') stream.end(body, encoding)
    else stream.end(body)
    if (!stream.readableEnded) stream.resume()
  }

  protected override startStream(): Writable {
    const stream = this.#stream
    if (stream.destroyed || stream.closed) return stream
    this.#respond(false, this.mayHaveTrailers)
    if (this.mayHaveTrailers) stream.once('wantTrailers', () => stream.sendTrailers(toRecord(this.#trailers)))
    return stream
  }

  #respond(endStream: boolean, waitForTrailers = false): void {
    const status = [':status', String(this.statusCode)]
    const fields = http2Fields(this.responseHeaders.fields)
    const options = { endStream, waitForTrailers }
    try {
      this.#stream.respond([...status, ...fields], options)
    } catch (error) {
      if (this.#stream.headersSent) throw error
      this.#stream.respond([...status, ...repairFields(fields)], options)
    }
  }
}

/** Names in lower case, values that can be written, nothing of a single connection; the last value counts where one alone may stand. */
function http2Fields(fields: readonly string[]): string[] {
  const written: string[] = []
  for (let i = 0; i < fields.length; i += 2) {
    const name = (fields[i] as string).toLowerCase()
    if (CONNECTION_FIELDS.has(name)) continue
    const value = writableValue(fields[i + 1] as string)
    const before = SINGLE_VALUES.has(name) ? indexOfName(written, name) : -1
    if (before < 0) written.push(name, value)
    else written[before + 1] = value
  }
  return written
}

/** Names with several values have a list. */
function toRecord(fields: readonly string[]): Record<string, string | string[]> {
  const record: Record<string, string | string[]> = {}
  for (let i = 0; i < fields.length; i += 2) {
    const [name, value] = [fields[i] as string, fields[i + 1] as string]
    const before = Object.hasOwn(record, name) ? record[name] : undefined
    setKey(record, name, before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value])
  }
  return record
}

function indexOfName(fields: readonly string[], name: string): number {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return i
  return -1
}
