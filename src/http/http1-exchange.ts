// An exchange over node:http. Knows nothing of HTTP/2.

import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import { type ExchangeInit, WireExchange } from './exchange.ts'

/** As much of an unread body as the server swallows to keep the connection; Go's limit. */
const MAX_UNREAD_BYTES = 256 * 1024

/** perf: the exchange is a field of the response, so that one shared function listens to all of them. */
export class GatewayResponse extends ServerResponse {
  exchange: Http1Exchange | null = null
}

export class Http1Exchange extends WireExchange {
  readonly #response: GatewayResponse
  readonly #isHttp11: boolean

  constructor(init: ExchangeInit, request: IncomingMessage, response: GatewayResponse) {
    super(init)
    this.#response = response
    this.#isHttp11 = request.httpVersionMinor === 1
    response.exchange = this
    response.on('close', onResponseClose)
  }

  override cut(): void {
    this.#response.destroy()
  }

  /** The connection ends after this answer. */
  closeAfterwards(): void {
    this.#response.shouldKeepAlive = false
  }

  protected override writeWhole(body: string | Uint8Array | null, encoding: 'latin1'): void {
    const response = this.#response
    if (response.destroyed) return
    this.#writeHead()
    if (body === null) response.end()
    else if (typeof body === 'string') response.end(body, encoding)
    else response.end(body)
  }

  protected override startStream(): Writable {
    if (!this.#response.destroyed) this.#writeHead()
    return this.#response
  }

  #writeHead(): void {
    const response = this.#response
    const { fields } = this.responseHeaders
    const { body } = this
    if (body.length !== 0 && !body.isUsed && (body.isAwaited || body.length === null || body.length > MAX_UNREAD_BYTES)) {
      // security: the rest of a body that nobody wants must not be taken for the next request, nor keep the gateway busy.
      if (!body.isComplete) this.closeAfterwards()
    }
    // compat: Go says nothing about a connection that stays open.
    if (this.#isHttp11) {
      if (response.shouldKeepAlive) response.removeHeader('connection')
      else if (!this.responseHeaders.has('Connection')) fields.push('Connection', 'close')
    }
    response.writeHead(this.statusCode, fields)
  }
}

function onResponseClose(this: GatewayResponse): void {
  this.exchange?.closed(this.writableFinished)
}
