// HTTP/2 requests become exchanges. Knows nothing of TLS and listening.

import http2, { constants, type Http2Server, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import type { TLSSocket } from 'node:tls'
import { ClientBody } from './client-body.ts'
import { Http2Exchange } from './http2-exchange.ts'
import type { Http2Sessions } from './http2-sessions.ts'
import { HEADER_SLACK_BYTES, HOST, limitWriting, peerOf, run, type ServerState } from './server-state.ts'
import { decodeTarget, parseTarget } from '../client/target.ts'

/** A server of HTTP/2 connections that are given to it by emitting `connection`. */
export function createHttp2Server(state: ServerState, sessions: Http2Sessions): Http2Server {
  const server = http2.createServer({
    maxHeaderListPairs: 100_000,
    settings: { maxHeaderListSize: state.server.maxHeaderBytes + HEADER_SLACK_BYTES, maxConcurrentStreams: 250 },
  })
  server.on('session', (session) => sessions.add(session))
  server.on('stream', (stream, headers, _flags, rawHeaders) => {
    const { session } = stream
    if (session !== undefined) sessions.addStream(session as ServerHttp2Session, stream as ServerHttp2Stream)
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
    stream.close(constants.NGHTTP2_NO_ERROR)
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
      rawHeaders: plainFields(rawHeaders),
      body: new ClientBody(stream, length, invite),
      peerAddress: peerOf(socket),
      socket: socket as Partial<TLSSocket>,
      protocol: 'HTTP/2.0',
    },
    stream,
  )
  if (state.server.writeTimeoutMs !== Infinity) limitWriting(exchange, () => exchange.cut(), state.server.writeTimeoutMs)
  run(state, exchange)
}

/** What HTTP/1.1 would have: no pseudo-fields, and one Cookie of those that come one by one (RFC 9113, 8.2.3). */
function plainFields(rawHeaders: readonly string[]): string[] {
  const fields: string[] = []
  let cookieAt = -1
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string
    if (name.startsWith(':')) continue
    const value = rawHeaders[i + 1] as string
    if (name === 'cookie' && cookieAt >= 0) fields[cookieAt] += `; ${value}`
    else {
      if (name === 'cookie') cookieAt = fields.length + 1
      fields.push(name, value)
    }
  }
  return fields
}

function ignore(): void {}
