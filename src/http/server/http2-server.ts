// HTTP/2 requests become exchanges. Knows nothing of TLS and listening.

import http2, { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { isHostHeader } from '../../go/host-port.ts'
import { ClientBody } from './client-body.ts'
import { Http2Body } from './http2-body.ts'
import { Http2Exchange } from './http2-exchange.ts'
import { Http2Sessions } from './http2-sessions.ts'
import { limitWriting, peerOf, readTimeouts, run, type ServerState } from './server-state.ts'
import { decodeTarget, parseTarget } from './target.ts'
import { timerMs } from '../../engine/timer-ms.ts'

/** compat: Go counts fields as HTTP/2 does, 32 bytes more for each, and takes ten of them for usual. */
const FIELD_OVERHEAD = 32
const USUAL_FIELDS = 10
/**
 * security: Node resets the stream of a list beyond the size that it announces. No list gets near this one but by repeating itself, since Node
 * ends a connection whose block has more than nine frames: everything else that is too long can be answered.
 */
const MIN_ANNOUNCED_BYTES = 256 * 1024
/** Of an answer's fields: clients take no more. */
const MAX_SENT_BYTES = 256 * 1024
const TEXT = 'text/plain; charset=utf-8'
const HTML = 'text/html; charset=utf-8'
const TOO_LONG = '<h1>HTTP Error 431</h1><p>Request Header Field(s) Too Large</p>'

export interface Http2Part {
  /** Takes connections that are given to it by emitting `connection`. */
  readonly http2: Http2Server
  readonly sessions: Http2Sessions
}

export function createHttp2Server(state: ServerState): Http2Part {
  const sessions = new Http2Sessions(readTimeouts(state.server))
  const maxListBytes = state.server.maxHeaderBytes + USUAL_FIELDS * FIELD_OVERHEAD
  const server = http2.createServer({
    maxHeaderListPairs: 100_000,
    // HTTP/1.1 writes whatever a backend has said; Node gives up the whole connection beyond it.
    maxSendHeaderBlockLength: MAX_SENT_BYTES,
    settings: { maxHeaderListSize: Math.max(maxListBytes, MIN_ANNOUNCED_BYTES), maxConcurrentStreams: 250 },
  })
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers, _flags, rawHeaders) => {
    const { session } = stream
    if (session !== undefined) sessions.addStream(session as ServerHttp2Session, stream as ServerHttp2Stream)
    // security: what is wrong with a stream shows in its closing; without this it would end the process.
    stream.on('error', ignore)
    if (listBytes(rawHeaders) > maxListBytes) refuse(state, stream as ServerHttp2Stream, headers, 431, HTML, TOO_LONG)
    else serveHttp2(state, stream as ServerHttp2Stream, headers, rawHeaders)
  })
  return { http2: server, sessions }
}

function serveHttp2(state: ServerState, stream: ServerHttp2Stream, headers: IncomingHttpHeaders, rawHeaders: string[]): void {
  const sentTarget = decodeTarget(headers[':path'] ?? '')
  const target = parseTarget(sentTarget)
  const host = headers[':authority'] ?? headers.host ?? ''
  const socket = stream.session?.socket
  if (socket === undefined) return
  if (target === null || !isHostHeader(host)) {
    refuse(state, stream, headers, 400, TEXT, '400 Bad Request')
    return
  }
  const declared = headers['content-length']
  const length = stream.endAfterHeaders ? 0 : declared === undefined ? null : Number(declared)
  const invite = headers.expect === '100-continue' ? () => stream.additionalHeaders({ ':status': 100 }) : null
  const source = stream.endAfterHeaders ? stream : new Http2Body(stream, () => exchange.leave())
  const exchange: Http2Exchange = new Http2Exchange(
    {
      method: headers[':method'] as string,
      sentTarget,
      target,
      host: target.host ?? host,
      rawHeaders: plainFields(rawHeaders),
      body: new ClientBody(source, length, invite),
      peerAddress: peerOf(socket),
      socket: socket as Partial<TLSSocket>,
      protocol: 'HTTP/2.0',
    },
    stream,
  )
  if (!stream.endAfterHeaders && state.server.readTimeoutMs !== Infinity) limitReading(exchange, stream, state.server.readTimeoutMs)
  if (state.server.writeTimeoutMs !== Infinity) limitWriting(exchange, () => exchange.cut(), state.server.writeTimeoutMs)
  run(state, exchange)
}

/** The time for a body begins with its request; it is whole when its last frame has come, read or not. */
function limitReading(exchange: Http2Exchange, stream: ServerHttp2Stream, timeoutMs: number): void {
  const timer = setTimeout(() => {
    if (stream.state.remoteClose !== 1) exchange.bodyIsLate()
  }, timerMs(timeoutMs))
  exchange.onFinish(() => clearTimeout(timer))
}

function refuse(
  { refused }: ServerState,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  status: number,
  contentType: string,
  text: string,
): void {
  stream.respond({ ':status': status, 'content-type': contentType })
  stream.end(text)
  stream.close(constants.NGHTTP2_NO_ERROR)
  const peerAddress = peerOf(stream.session?.socket ?? {})
  refused({ status, method: headers[':method'] ?? null, target: headers[':path'] ?? null, peerAddress })
}

/** The size of a header list as HTTP/2 counts it (RFC 9113, 6.5.2). */
function listBytes(rawHeaders: readonly string[]): number {
  let bytes = rawHeaders.length * (FIELD_OVERHEAD / 2)
  for (const text of rawHeaders) bytes += text.length
  return bytes
}

/**
 * What HTTP/1.1 would have: no pseudo-fields but the authority as Host, in the place of one that says else (RFC 9113, 8.3.1), and one
 * Cookie of those that come one by one (8.2.3).
 */
function plainFields(rawHeaders: readonly string[]): string[] {
  const fields: string[] = []
  let cookieAt = -1
  let hasAuthority = false
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    const value = rawHeaders[i + 1] as string
    if (name.startsWith(':')) {
      if (name !== ':authority') continue
      hasAuthority = true
      fields.push('host', value)
    } else if (name === 'host' && hasAuthority) continue
    else if (name === 'cookie' && cookieAt >= 0) fields[cookieAt] += `; ${value}`
    else {
      if (name === 'cookie') cookieAt = fields.length + 1
      fields.push(name, value)
    }
  }
  return fields
}

function ignore(): void {}
