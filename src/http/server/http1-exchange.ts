// An exchange over node:http. Knows nothing of HTTP/2.

import type { IncomingMessage } from 'node:http'
import type { Writable } from 'node:stream'
import type { HeaderMap } from '../../engine/headers.ts'
import { ServerResponse } from '../../node-http.ts'
import type { Turns } from './connection-turns.ts'
import { reasonOf } from './reason.ts'
import type { ServerState } from './server-state.ts'
import { type ExchangeInit, WireExchange } from './wire-exchange.ts'
import { repairFields } from './writable-fields.ts'

/** As much of an unread body as the server swallows to keep the connection; Go's limit. */
const MAX_UNREAD_BYTES = 256 * 1024

const TAKES_TRAILERS = /(?:^|[\s,])trailers(?:$|[\s,;])/i

/** What the exchanges of a server know of its end. */
export interface Draining {
  /** Answers end their connections. */
  isDraining: boolean
  /** Set while draining: hears that an answer has left. */
  onAnswered: (() => void) | null
}

/** perf: the exchange is a field of the response, so that one shared function listens to all of them. */
export class GatewayResponse extends ServerResponse {
  exchange: Http1Exchange | null = null
  /** The order of its connection. */
  turns: Turns | null = null
}

export class Http1Exchange extends WireExchange {
  readonly #response: GatewayResponse
  readonly #isHttp11: boolean
  readonly #draining: Draining

  constructor(init: ExchangeInit, request: IncomingMessage, response: GatewayResponse, draining: Draining & Pick<ServerState, 'server'>) {
    super(init)
    this.#draining = draining
    this.#response = response
    this.#isHttp11 = request.httpVersionMinor === 1
    response.exchange = this
  }

  override cut(): void {
    const response = this.#response
    // compat: the head leaves although no byte of the body has come; but not where the end of the connection is that of the body (HTTP/1.0).
    if (response.headersSent && (this.#isHttp11 || this.responseHeaders.has('Content-Length'))) response.flushHeaders()
    response.destroy()
  }

  override bodyIsLate(): void {
    this.#response.shouldKeepAlive = false
    super.bodyIsLate()
  }

  override interim(statusCode: number, fields: readonly string[]): void {
    const response = this.#response
    if (this.#isHttp11 && !response.headersSent && !response.destroyed) response.writeInformation(statusCode, repairFields(fields))
  }

  override trailers(fields: readonly string[]): void {
    // RFC 9110, 6.5.1: who reads them says so.
    if (!this.#isHttp11 || this.#response.writableEnded || !this.sent.headers.values('Te').some((line) => TAKES_TRAILERS.test(line))) return
    const pairs: [string, string][] = []
    const repaired = repairFields(fields)
    for (let i = 0; i < repaired.length; i += 2) pairs.push([repaired[i] as string, repaired[i + 1] as string])
    this.#response.addTrailers(pairs)
  }

  override closed(isComplete: boolean): void {
    super.closed(isComplete)
    // Node itself does so only where nobody has begun to read.
    this.clientBody.discard()
    this.#draining.onAnswered?.()
  }

  protected override writeWhole(body: string | Uint8Array | null, encoding: 'latin1'): void {
    const response = this.#response
    if (response.destroyed) return
    this.#writeHead()
    if (body === null) response.end()
    else if (typeof body === 'string') response.end(body, encoding)
    else response.end(body)
  }

  protected override startStream(isLive: boolean): Writable {
    if (!this.#response.destroyed) this.#writeHead()
    if (isLive) this.#response.flushHeaders()
    return this.#response
  }

  protected override knowsStatus(statusCode: number): boolean {
    return statusCode >= 100 && statusCode <= 999
  }

  #writeHead(): void {
    const response = this.#response
    const { turns } = response
    const wantsClose = takeConnectionFields(this.responseHeaders)
    // Requests that have arrived before the end are answered.
    const isLast = (this.#draining.isDraining || turns?.isAskedOut === true) && turns?.hasWaiting !== true
    if (isLast || wantsClose || this.#leavesBodyUnread()) response.shouldKeepAlive = false
    if (!response.shouldKeepAlive) turns?.markEnding()
    // compat: Go says nothing about a connection that stays open.
    if (this.#isHttp11) {
      if (response.shouldKeepAlive) response.removeHeader('connection')
      else this.responseHeaders.add('Connection', 'close')
    }
    const { fields } = this.responseHeaders
    if (this.statusCode !== 200) response.statusMessage = reasonOf(this.statusCode)
    try {
      // Node's types ask for a list to write; it only reads.
      response.writeHead(this.statusCode, fields as string[])
    } catch {
      // perf: Node has looked at every field; only what it refuses is looked at again.
      response.writeHead(this.statusCode, repairFields(fields))
    }
  }

  /** security: the rest of a body that nobody wants must not be taken for the next request, nor keep the gateway busy. */
  #leavesBodyUnread(): boolean {
    const body = this.clientBody
    // Node ends a connection whose client waits to be told to go on, whether or not it has a body to send.
    if (body.isAwaited) return true
    if (body.length === 0 || body.isComplete) return false
    return body.length === null || body.length > MAX_UNREAD_BYTES || body.isBrokenOff
  }
}

/** Removes what is the server's own business; says whether somebody asked for the connection to be closed. */
function takeConnectionFields(headers: HeaderMap): boolean {
  const { fields } = headers
  let wantsClose = false
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (name !== 'Connection' && name !== 'Transfer-Encoding' && name !== 'Keep-Alive') continue
    if (name === 'Connection' && (fields[i + 1] as string).toLowerCase() === 'close') wantsClose = true
    headers.delete(name)
    i -= 2
  }
  return wantsClose
}
