// Which protocol a new connection speaks, by its first bytes or its TLS handshake. Knows nothing of requests.

import type { Server } from 'node:http'
import type { Http2Server } from 'node:http2'
import net, { type Server as NetServer, type Socket } from 'node:net'
import tls, { type Server as TlsServer, type TlsOptions, type TLSSocket } from 'node:tls'
import type { ServerConfig, ServerTlsConfig } from '../../config/types.ts'
import type { Logger } from '../../engine/compile/component.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { loadServerTls } from '../tls/server-tls.ts'
import { readTimeouts, type ServerState } from './server-state.ts'

/** Servers that take connections by `connection`, one for each protocol. */
export interface ProtocolServers {
  readonly http1: Server
  readonly http2: Http2Server
}

const H2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')
const TLS_HANDSHAKE = 0x16
const PLAIN_ON_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'
const HANDSHAKE_TIMEOUT_MS = 120_000
const LISTEN_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }

/** Clear text: HTTP/2 for whoever begins with its preface, HTTP/1.1 for everyone else. An upgrade is answered in HTTP/1.1. */
export function createH2cListener({ server }: ServerState, { http1, http2 }: ProtocolServers): NetServer {
  const { headerMs } = readTimeouts(server)
  return net.createServer(LISTEN_OPTIONS, (socket) => {
    peek(socket, H2_PREFACE.length, headerMs, (head) => {
      const isHttp2 = head.length >= H2_PREFACE.length && head.compare(H2_PREFACE, 0, H2_PREFACE.length, 0, H2_PREFACE.length) === 0
      if (isHttp2) {
        http2.emit('connection', Object.assign(socket, { alpnProtocol: 'h2' }))
        return
      }
      takeHttp1(http1, socket)
      socket.resume()
    })
  })
}

export interface TlsListener {
  readonly listener: NetServer
  /** Loads another section, or the same again; gives what makes it the next handshakes'. Throws a ConfigError when it cannot be used. */
  readonly renew: (section: ServerTlsConfig) => Promise<() => void>
}

/** Over TLS, with the protocol that the handshake agrees on. Throws a ConfigError when the section cannot be used. */
export async function createTlsListener(
  { log }: ServerState,
  servers: ProtocolServers,
  server: ServerConfig,
  section: ServerTlsConfig,
): Promise<TlsListener> {
  const { readHeaderTimeoutMs, readTimeoutMs, writeTimeoutMs } = server
  const handshakeTimeout = Math.ceil(Math.min(HANDSHAKE_TIMEOUT_MS, readHeaderTimeoutMs, readTimeoutMs, writeTimeoutMs))
  // Never listens: it is told of its connections, so that another one can take its place between two of them.
  let secure = createSecureServer({ ...(await loadServerTls(section, log)), handshakeTimeout }, log, servers)
  const listener = net.createServer(LISTEN_OPTIONS, (socket) => {
    peek(socket, 1, handshakeTimeout, (head) => {
      if (head[0] === TLS_HANDSHAKE) secure.emit('connection', socket)
      else socket.end(PLAIN_ON_TLS, () => socket.destroy())
    })
  })
  async function renew(next: ServerTlsConfig): Promise<() => void> {
    const fresh = createSecureServer({ ...(await loadServerTls(next, log)), handshakeTimeout }, log, servers)
    return () => {
      secure = fresh
    }
  }
  return { listener, renew }
}

function createSecureServer(options: TlsOptions, log: Logger, { http1, http2 }: ProtocolServers): TlsServer {
  const secure = tls.createServer(options, (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') http2.emit('connection', socket)
    else takeHttp1(http1, socket)
  })
  secure.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    log.debug(`[SERVICE: HTTP Server] TLS handshake error from ${socket.remoteAddress ?? ''}: ${error.message}`)
    socket.destroy()
  })
  return secure
}

/** HTTP/1 clients may end their side before they are answered; others may not, nor before they have said what they speak. */
function takeHttp1(http1: Server, socket: Socket): void {
  socket.allowHalfOpen = true
  http1.emit('connection', socket)
}

/**
 * Looks at the first bytes of a connection and leaves them there; fewer than asked for when they decide already.
 * security: a client that says nothing, or too little, is cut after `timeoutMs`; 0 waits for ever.
 */
function peek(socket: Socket, length: number, timeoutMs: number, decide: (head: Buffer) => void): void {
  let head: Buffer = Buffer.alloc(0)
  const timer = timeoutMs > 0 ? setTimeout(() => socket.destroy(), timerMs(timeoutMs)) : undefined
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const isUndecided = head.length < length && H2_PREFACE.subarray(0, head.length).equals(head)
    if (isUndecided && length > 1) return
    forget()
    socket.pause()
    socket.unshift(head)
    decide(head)
  }
  const forget = (): void => {
    clearTimeout(timer)
    socket.off('data', onData).off('close', forget)
  }
  // security: stays, because whoever takes the connection may write to it without listening: an error would end the process.
  socket.on('error', ignore).on('data', onData).on('close', forget)
}

function ignore(): void {}
