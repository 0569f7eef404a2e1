// An exchange over a stream of node:http2. Knows nothing of HTTP/1.1.

import type { ServerHttp2Stream } from 'node:http2'
import type { Writable } from 'node:stream'
import { type ExchangeInit, WireExchange } from './wire-exchange.ts'

/** Fields of a single connection: HTTP/2 forbids them. */
const CONNECTION_FIELDS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'http2-settings', 'te'])

export class Http2Exchange extends WireExchange {
  readonly #stream: ServerHttp2Stream

  constructor(init: ExchangeInit, stream: ServerHttp2Stream) {
    super(init)
    this.#stream = stream
    stream.on('close', () => this.closed(stream.writableFinished && !stream.aborted))
  }

  override cut(): void {
    this.#stream.destroy()
  }

  protected override writeWhole(body: string | Uint8Array | null, encoding: 'latin1'): void {
    const stream = this.#stream
    if (stream.destroyed) return
    this.#respond(body === null)
    if (body === null) stream.end()
    else if (typeof body === 'string') stream.end(body, encoding)
    else stream.end(body)
    if (!stream.readableEnded) stream.resume()
  }

  protected override startStream(): Writable {
    if (!this.#stream.destroyed) this.#respond(false)
    return this.#stream
  }

  #respond(endStream: boolean): void {
    const { fields } = this.responseHeaders
    const headers: string[] = [':status', String(this.statusCode)]
    let hasLength = false
    for (let i = 0; i < fields.length; i += 2) {
      const name = (fields[i] as string).toLowerCase()
      if (CONNECTION_FIELDS.has(name)) continue
      if (name === 'content-length') {
        // A second length would be a protocol error.
        if (hasLength) continue
        hasLength = true
      }
      headers.push(name, fields[i + 1] as string)
    }
    this.#stream.respond(headers, { endStream })
  }
}
