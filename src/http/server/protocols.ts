// HTTP/1.1 and HTTP/2 requests become exchanges. Knows nothing of TLS and listening.

import http, { type IncomingMessage, type Server, STATUS_CODES } from 'node:http'
import http2, { type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import type { Logger } from '../../engine/compile/component.ts'
import { asError, CANCELED, describeBug } from '../../engine/errors.ts'
import type { Handler } from '../../engine/types.ts'
import type { GatewayConfig } from '../../config/types.ts'
import { ClientBody } from './client-body.ts'
import type { WireExchange } from './wire-exchange.ts'
import { type ClientSocket, type Draining, GatewayResponse, Http1Exchange, markEnding } from './http1-exchange.ts'
import { Http2Exchange } from './http2-exchange.ts'
import { decodeTarget, parseTarget } from '../client/target.ts'

/** Go reads that much more than `max_header_bytes` before it gives up. */
const HEADER_SLACK_BYTES = 4096
/** Characters of Go's httpguts.ValidHostHeader. */
const HOST = /^[A-Za-z0-9!$%&'()*+,\-.:;=[\]_~]*$/
const TEXT_HEAD = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n'
const TIMEOUT_CHECKS = 8

/** What the protocols of one listener share. */
export interface ServerState extends Draining {
  readonly config: GatewayConfig
  readonly handle: Handler
  readonly log: Logger
}

/** The peer of a connection as Go prints it: IPv4 without its IPv6 mapping. */
function peerOf(socket: { remoteAddress?: string | undefined }): string {
  const address = socket.remoteAddress ?? ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** A server that takes connections by `listen` or by emitting `connection`. */
export function createHttp1Server(state: ServerState): Server {
  const { config } = state
  const timeouts = readTimeouts(config)
  const server = http.createServer(
    {
      ServerResponse: GatewayResponse,
      maxHeaderSize: config.maxHeaderBytes + HEADER_SLACK_BYTES,
      insecureHTTPParser: false,
      requireHostHeader: false,
      optimizeEmptyRequests: true,
      keepAlive: true,
      keepAliveInitialDelay: 15_000,
      keepAliveTimeout: timeouts.idleMs,
      keepAliveTimeoutBuffer: 0,
      headersTimeout: timeouts.headerMs,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
    },
    (request, response) => serveHttp1(state, request, response, false),
  )
  // security: Node would leave out what is beyond a count of fields, without a word.
  server.maxHeadersCount = 0
  server.on('checkContinue', (request: IncomingMessage, response: GatewayResponse) => serveHttp1(state, request, response, true))
  server.on('checkExpectation', (_request: IncomingMessage, response: GatewayResponse) => refuse(response, 417))
  server.on('clientError', refuseConnection)
  server.on('connect', refuseTunnel)
  return server
}

/** Go's rules: the header's time is part of the request's; what is not set follows from the others. */
function readTimeouts(config: GatewayConfig): { headerMs: number; requestMs: number; idleMs: number; checkMs: number } {
  const requestMs = Math.ceil(config.readTimeoutMs)
  const ownHeaderMs = Math.ceil(config.readHeaderTimeoutMs)
  const headerMs = requestMs > 0 && (ownHeaderMs === 0 || ownHeaderMs > requestMs) ? requestMs : ownHeaderMs
  const idleMs = Math.ceil(config.idleTimeoutMs || config.readTimeoutMs || config.readHeaderTimeoutMs)
  const shortestMs = Math.min(headerMs || Infinity, requestMs || Infinity, 30_000 * TIMEOUT_CHECKS)
  return { headerMs, requestMs, idleMs, checkMs: Math.max(10, Math.round(shortestMs / TIMEOUT_CHECKS)) }
}

function serveHttp1(state: ServerState, request: IncomingMessage, response: GatewayResponse, awaitsContinue: boolean): void {
  const { rawHeaders } = request
  const socket: ClientSocket = request.socket
  // security: what follows an answer that ends the connection would be carried out without anybody hearing of it.
  if (socket.isEnding === true) return
  // security: the parser also takes HTTP/0.9, which has no fields and no framing.
  if (request.httpVersionMajor !== 1) {
    refuse(response, request.httpVersionMajor === 0 ? 400 : 505)
    return
  }
  let host = ''
  let length: number | null = 0
  let hosts = 0
  let codings = 0
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.length === 4 && name.toLowerCase() === 'host') {
      hosts++
      host = rawHeaders[i + 1] as string
    } else if (name.length === 14 && name.toLowerCase() === 'content-length') {
      length = Number(rawHeaders[i + 1])
    } else if (name.length === 17 && name.toLowerCase() === 'transfer-encoding') {
      codings++
      length = null
      if ((rawHeaders[i + 1] as string).toLowerCase() !== 'chunked') {
        refuse(response, 501, 'Unsupported transfer encoding')
        return
      }
    }
  }
  const sentTarget = decodeTarget(request.url as string)
  const target = parseTarget(sentTarget)
  // security: what can be read in two ways is refused, before anything is forwarded.
  if (
    hosts > 1 ||
    (hosts === 0 && request.httpVersionMinor === 1) ||
    codings > 1 ||
    (codings > 0 && request.httpVersionMinor === 0) ||
    !HOST.test(host)
  )
    refuse(response, 400)
  else if (target === null) refuse(response, 400)
  else if (sentTarget === '*' && request.method === 'OPTIONS') response.writeHead(200, { 'Content-Length': '0' }).end()
  else {
    const invite = awaitsContinue ? () => response.writeContinue() : null
    const exchange = new Http1Exchange(
      {
        method: request.method as string,
        sentTarget,
        target,
        host: target.host ?? host,
        rawHeaders,
        body: new ClientBody(request, length, invite),
        peerAddress: peerOf(socket),
        isSecure: (socket as Partial<TLSSocket>).encrypted === true,
        protocol: request.httpVersionMinor === 1 ? 'HTTP/1.1' : 'HTTP/1.0',
      },
      request,
      response,
      state,
    )
    if (state.config.writeTimeoutMs > 0) limitWriting(exchange, () => socket.destroy(), state.config.writeTimeoutMs)
    run(state, exchange)
  }
}

function refuse(response: GatewayResponse, statusCode: number, text = `${statusCode} ${STATUS_CODES[statusCode]}`): void {
  markEnding(response.req.socket)
  const head = { 'Content-Type': 'text/plain; charset=utf-8', Connection: 'close', 'Content-Length': Buffer.byteLength(text) }
  response.writeHead(statusCode, head).end(text)
}

/** compat: Go's write deadline begins with the request; when it has passed, nothing can be sent. */
function limitWriting(exchange: WireExchange, cut: () => void, timeoutMs: number): void {
  const timer = setTimeout(cut, timeoutMs)
  exchange.onFinish(() => clearTimeout(timer))
}

function run(state: ServerState, exchange: WireExchange): void {
  try {
    const pending = state.handle(exchange)
    if (pending !== undefined) pending.catch((error: unknown) => fail(state, exchange, error))
  } catch (error) {
    fail(state, exchange, error)
  }
}

/** A bug, or an answer that broke off midway: its connection must not look complete. */
function fail(state: ServerState, exchange: WireExchange, thrown: unknown): void {
  const error = asError(thrown)
  if (error === CANCELED || exchange.statusCode !== 0) {
    if (!exchange.scope.ended)
      state.log.debug(`[SERVICE: HTTP Server] the answer to ${exchange.method} ${exchange.target} broke off: ${error.message}`)
    exchange.cut()
    return
  }
  state.log.error(...describeBug('[SERVICE: HTTP Server]', error))
  exchange.answer(500)
}

/** What the parser refuses, and clients that take too long. */
function refuseConnection(error: NodeJS.ErrnoException, socket: Duplex): void {
  const isLate = error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
  // compat: Go says nothing to a client that took too long, or whose connection broke.
  if (isLate || error.code === 'ECONNRESET' || error.code === 'EPIPE' || !socket.writable) socket.destroy()
  else if (error.code === 'HPE_HEADER_OVERFLOW') writeRefusal(socket, '431 Request Header Fields Too Large')
  else writeRefusal(socket, '400 Bad Request')
}

function refuseTunnel(_request: IncomingMessage, socket: Duplex): void {
  // security: Node has taken its own listeners off such a connection: an error of it would end the process.
  socket.on('error', ignore)
  if (socket.writable) writeRefusal(socket, '404 Not Found', '404 page not found')
  else socket.destroy()
}

function ignore(): void {}

function writeRefusal(socket: Duplex, status: string, text = status): void {
  const pending = (socket as { _httpMessage?: GatewayResponse | null })._httpMessage
  // An answer has begun: anything more would be taken for a part of it.
  if (pending?.headersSent === true) socket.destroy()
  else socket.end(`HTTP/1.1 ${status}\r\n${TEXT_HEAD}${text}`, () => socket.destroy())
}

/** A server of HTTP/2 connections that are given to it by emitting `connection`. */
export function createHttp2Server(state: ServerState, sessions: Set<ServerHttp2Session>): Http2Server {
  const { config } = state
  const server = http2.createServer({
    maxHeaderListPairs: 100_000,
    settings: { maxHeaderListSize: config.maxHeaderBytes + HEADER_SLACK_BYTES, maxConcurrentStreams: 250 },
  })
  const idleMs = readTimeouts(config).idleMs
  server.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', () => session.destroy())
    if (idleMs > 0) session.setTimeout(idleMs, () => session.close())
  })
  server.on('stream', (stream, headers, _flags, rawHeaders) => {
    serveHttp2(state, stream as ServerHttp2Stream, headers, rawHeaders)
  })
  return server
}

function serveHttp2(state: ServerState, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: string[]): void {
  // security: what is wrong with a stream shows in its closing; without this it would end the process.
  stream.on('error', ignore)
  const sentTarget = decodeTarget(headers[':path'] ?? '')
  const target = parseTarget(sentTarget)
  const host = headers[':authority'] ?? headers.host ?? ''
  const socket = stream.session?.socket
  if (socket === undefined) return
  if (target === null || !HOST.test(host)) {
    stream.respond({ ':status': 400, 'content-type': 'text/plain; charset=utf-8' })
    stream.end('400 Bad Request')
    return
  }
  const declared = headers['content-length']
  const length = stream.endAfterHeaders ? 0 : declared === undefined ? null : Number(declared)
  const invite = headers.expect === '100-continue' ? () => stream.additionalHeaders({ ':status': 100 }) : null
  const exchange = new Http2Exchange(
    {
      method: headers[':method'] as string,
      sentTarget,
      target,
      host: target.host ?? host,
      rawHeaders: withoutPseudo(rawHeaders),
      body: new ClientBody(stream, length, invite),
      peerAddress: peerOf(socket),
      isSecure: (socket as Partial<TLSSocket>).encrypted === true,
      protocol: 'HTTP/2.0',
    },
    stream,
  )
  if (state.config.writeTimeoutMs > 0) limitWriting(exchange, () => exchange.cut(), state.config.writeTimeoutMs)
  run(state, exchange)
}

function withoutPseudo(rawHeaders: readonly string[]): string[] {
  const fields: string[] = []
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (!name.startsWith(':')) fields.push(name, rawHeaders[i + 1] as string)
  }
  return fields
}
