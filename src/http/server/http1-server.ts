// HTTP/1.1 requests become exchanges. Knows nothing of TLS and listening.

import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'
import { createServer, STATUS_CODES } from '../../node-http.ts'
import { isHostHeader } from '../../go/host-port.ts'
import { ClientBody } from './client-body.ts'
import { type Begin, type ClientSocket, type Outcome, type RequestKind, Turns } from './connection-turns.ts'
import { GatewayResponse, Http1Exchange } from './http1-exchange.ts'
import { upgradeOf, UpgradeExchange, UpgradeResponse } from './upgrade-exchange.ts'
import { limitWriting, peerOf, readTimeouts, run, type ServerState } from './server-state.ts'
import { decodeTarget, parseTarget } from './target.ts'
import { giveChunksAway } from '../release-chunk.ts'

/** compat: Go reads that much more than `max_header_bytes` before it gives up. */
const HEADER_SLACK_BYTES = 4096
/** Go's largest Content-Length. */
const MAX_LENGTH = 2n ** 63n - 1n
const TEXT_HEAD = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n'

/** A server that takes connections by `listen` or by emitting `connection`. */
export function createHttp1Server(state: ServerState): Server {
  const timeouts = readTimeouts(state.server)
  const begin: Begin = (request, response, kind) => serveHttp1(state, request, response, kind)
  const server = createServer(
    {
      ServerResponse: GatewayResponse,
      maxHeaderSize: state.server.maxHeaderBytes + HEADER_SLACK_BYTES,
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
      shouldUpgradeCallback: (request) => upgradeOf(request, state.server) !== null,
    },
    (request, response) => Turns.take(begin, request, response, 'plain'),
  )
  // security: Node would leave out what is beyond a count of fields, without a word.
  server.maxHeadersCount = 0
  // A client may end its side when it has asked; what becomes of it then, `Turns` decides.
  Object.assign(server, { httpAllowHalfOpen: true })
  server.on('checkContinue', (request: IncomingMessage, response: GatewayResponse) => Turns.take(begin, request, response, 'continue'))
  server.on('checkExpectation', (request: IncomingMessage, response: GatewayResponse) =>
    Turns.take(begin, request, response, 'unknown-expectation'),
  )
  server.on('clientError', (error: NodeJS.ErrnoException, socket: ClientSocket) => refuseConnection(state, error, socket))
  acceptUpgrades(server, state)
  server.on('connect', (request: IncomingMessage, socket: ClientSocket) => refuseTunnel(state, request, socket))
  return server
}

/** Without protocols to switch to, `Upgrade` means nothing and requests stay what they are. */
function acceptUpgrades(server: Server, state: ServerState): void {
  if (state.server.upgrades.length === 0) return
  server.on('upgrade', (request: IncomingMessage, socket: ClientSocket, head: Buffer) => {
    // security: Node has taken its own listeners off such a connection: an error of it would end the process.
    socket.on('error', ignore)
    socket.turns?.relayDrain()
    const begin: Outcome = () => serveHttp1(state, request, new UpgradeResponse(request, socket, head), 'plain')
    if (socket.turns?.postpone(begin) !== true) begin(socket)
  })
}

function serveHttp1(state: ServerState, request: IncomingMessage, response: GatewayResponse, kind: RequestKind): void {
  const { rawHeaders, socket } = request
  const refuse = (response: GatewayResponse, statusCode: number, text?: string): void => {
    answerRefusal(response, statusCode, text)
    tellRefusal(state, statusCode, socket, request)
  }
  // compat: an empty Expect expects nothing, and the refusal of any other has no body.
  if (kind === 'unknown-expectation' && request.headers.expect !== '') {
    refuse(response, 417, '')
    return
  }
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
      length = readLength(rawHeaders[i + 1] as string)
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
    Number.isNaN(length) ||
    codings > 1 ||
    (codings > 0 && request.httpVersionMinor === 0) ||
    !isHostHeader(host)
  )
    refuse(response, 400)
  else if (target === null) refuse(response, 400)
  else if (sentTarget === '*' && request.method === 'OPTIONS') response.writeHead(200, { 'Content-Length': '0' }).end()
  else {
    // Node makes a chunk for each read, and keeps none.
    if (length !== 0) giveChunksAway(request)
    const invite = kind === 'continue' ? () => response.writeContinue() : null
    const exchange = new (response instanceof UpgradeResponse ? UpgradeExchange : Http1Exchange)(
      {
        method: request.method as string,
        sentTarget,
        target,
        host: target.host ?? host,
        rawHeaders,
        body: new ClientBody(request, length, invite),
        peerAddress: peerOf(socket),
        socket: socket as Partial<TLSSocket>,
        protocol: request.httpVersionMinor === 1 ? 'HTTP/1.1' : 'HTTP/1.0',
      },
      request,
      response,
      state,
    )
    if (state.server.writeTimeoutMs !== Infinity) limitWriting(exchange, () => socket.destroy(), state.server.writeTimeoutMs)
    run(state, exchange)
  }
}

/** Bytes that a Content-Length announces; not a number beyond what Go counts. Node lets digits only through. */
function readLength(value: string): number {
  const length = Number(value)
  return length >= Number(MAX_LENGTH) && BigInt(value) > MAX_LENGTH ? Number.NaN : length
}

function answerRefusal(response: GatewayResponse, statusCode: number, text = `${statusCode} ${STATUS_CODES[statusCode]}`): void {
  response.turns?.markEnding()
  const type = text === '' ? {} : { 'Content-Type': 'text/plain; charset=utf-8' }
  response.writeHead(statusCode, { ...type, Connection: 'close', 'Content-Length': Buffer.byteLength(text) }).end(text)
}

/** What the parser refuses, and clients that take too long. Answers that are due come first. */
function refuseConnection(state: ServerState, error: NodeJS.ErrnoException, socket: ClientSocket): void {
  // compat: Go says nothing to a client whose connection broke.
  if (error.code === 'ECONNRESET' || error.code === 'EPIPE' || !socket.writable) {
    socket.destroy()
    return
  }
  const outcome = outcomeOf(state, error)
  if (socket.turns?.postpone(outcome) !== true) outcome(socket)
}

function outcomeOf(state: ServerState, { code }: NodeJS.ErrnoException): Outcome {
  // compat: Go says nothing to a client that took too long, unless it waits for the answer to a head that has come.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT')
    return (socket) => {
      if (socket.turns?.giveUpBody() !== true) socket.destroy()
    }
  // Bytes behind a request whose answer ends the connection are not for us.
  if (code === 'HPE_CLOSED_CONNECTION') return ignore
  const isTooLong = code === 'HPE_HEADER_OVERFLOW'
  return (socket) => {
    writeRefusal(socket, isTooLong ? '431 Request Header Fields Too Large' : '400 Bad Request')
    tellRefusal(state, isTooLong ? 431 : 400, socket, null)
  }
}

function refuseTunnel(state: ServerState, request: IncomingMessage, socket: ClientSocket): void {
  // security: Node has taken its own listeners off such a connection: an error of it would end the process.
  socket.on('error', ignore)
  socket.turns?.relayDrain()
  const outcome: Outcome = (client) => {
    tellRefusal(state, 404, client, request)
    if (client.writable) writeRefusal(client, '404 Not Found', '404 page not found')
    else client.destroy()
  }
  if (socket.turns?.postpone(outcome) !== true) outcome(socket)
}

/** `request` null: it could not be read. */
function tellRefusal(
  { refused }: ServerState,
  status: number,
  socket: { remoteAddress?: string | undefined },
  request: IncomingMessage | null,
): void {
  refused({ status, method: request?.method ?? null, target: request?.url ?? null, peerAddress: peerOf(socket) })
}

function ignore(): void {}

function writeRefusal(socket: Duplex, status: string, text = status): void {
  const pending = (socket as { _httpMessage?: GatewayResponse | null })._httpMessage
  // An answer has begun: anything more would be taken for a part of it.
  if (pending?.headersSent === true) socket.destroy()
  else socket.end(`HTTP/1.1 ${status}\r\n${TEXT_HEAD}${text}`, () => socket.destroy())
}
