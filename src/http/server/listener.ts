// The gateway's front door: listening, TLS, the choice of protocol, shutting down. Knows nothing of requests.

import type { Server } from 'node:http'
import type { Http2Server, ServerHttp2Session } from 'node:http2'
import net, { type AddressInfo, type Server as NetServer, type Socket } from 'node:net'
import tls, { type TLSSocket } from 'node:tls'
import type { Logger } from '../../engine/compile/component.ts'
import type { Handler } from '../../engine/types.ts'
import type { GatewayConfig } from '../../config/types.ts'
import { createHttp1Server, createHttp2Server, type ServerState } from './protocols.ts'
import { loadServerTls } from '../tls/server-tls.ts'

export interface NodeServer {
  /** Listens on a port, that of the configuration by default; with `reusePort` beside other threads. Rejects in Go's words. */
  listen(port?: number, options?: { reusePort?: boolean }): Promise<AddressInfo>
  /** Takes no more connections, lets requests finish, cuts what is left after `maxWaitMs`; 0 waits for ever. */
  close(maxWaitMs: number): Promise<void>
}

const H2_PREFACE = Buffer.from('PRI * HTTP/2.0\r\n')
const TLS_HANDSHAKE = 0x16
const PLAIN_ON_TLS = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'
const HANDSHAKE_TIMEOUT_MS = 120_000
const BACKLOG = 4096
/** A backlog that grows as fast as it is taken is left to others after this time. */
const MAX_BACKLOG_MS = 500
const QUIET_TURNS = 3

/** Builds the server of a configuration. Throws a ConfigError when its TLS section cannot be used. */
export async function createNodeServer(config: GatewayConfig, handle: Handler, log: Logger): Promise<NodeServer> {
  const state: ServerState = { config, handle, log, isDraining: false, onAnswered: null }
  const sessions = new Set<ServerHttp2Session>()
  const http1 = createHttp1Server(state)
  const usesTls = config.tls !== null && !config.tls.isDisabled
  const http2 = usesTls || config.useH2c ? createHttp2Server(state, sessions) : null
  let listener: NetServer = http1
  if (http2 !== null) {
    // The inner server never listens: its timeouts begin with this event all the same.
    http1.emit('listening')
    listener = usesTls && config.tls !== null ? await createTlsListener(config, http1, http2, log) : createH2cListener(http1, http2)
  }
  return new Listener(listener, http1, sessions, state)
}

class Listener implements NodeServer {
  readonly #listener: NetServer
  readonly #http1: Server
  readonly #sessions: Set<ServerHttp2Session>
  readonly #state: ServerState
  readonly #sockets = new Set<Socket>()
  /** Connections so far. */
  #taken = 0

  constructor(listener: NetServer, http1: Server, sessions: Set<ServerHttp2Session>, state: ServerState) {
    this.#listener = listener
    this.#http1 = http1
    this.#sessions = sessions
    this.#state = state
    const sockets = this.#sockets
    listener.on('connection', (socket: Socket) => {
      this.#taken++
      sockets.add(socket)
      socket.on('close', () => sockets.delete(socket))
    })
  }

  listen(port = this.#state.config.port, options: { reusePort?: boolean } = {}): Promise<AddressInfo> {
    const listener = this.#listener
    const host = this.#state.config.listenIp
    return new Promise((resolve, reject) => {
      const onError = (error: NodeJS.ErrnoException): void => reject(listenError(error, host, port))
      listener.once('error', onError)
      listener.listen({ port, backlog: BACKLOG, reusePort: options.reusePort === true, ...(host === '' ? {} : { host }) }, () => {
        listener.off('error', onError)
        listener.on('error', (error) => this.#state.log.error(`[SERVICE: HTTP Server] ${error.message}`))
        resolve(listener.address() as AddressInfo)
      })
    })
  }

  close(maxWaitMs: number): Promise<void> {
    const state = this.#state
    state.isDraining = true
    const isInner = this.#listener !== this.#http1
    return new Promise((resolve) => {
      const timer = maxWaitMs > 0 ? setTimeout(() => this.#cut(), maxWaitMs) : undefined
      const finish = (): void => {
        clearTimeout(timer)
        if (isInner) this.#http1.close()
        resolve()
      }
      this.#takeWhatWaits(() => {
        this.#listener.close(finish)
        // Not before: a connection that has not been read yet counts as idle.
        state.onAnswered = () => setImmediate(() => this.#http1.closeIdleConnections())
        this.#http1.closeIdleConnections()
        for (const session of this.#sessions) session.close()
        for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
      })
    })
  }

  /**
   * Goes on until some turns of the event loop have brought no new connection: what clients have sent by now is not lost. A
   * turn takes one connection from the system at most, and reads what has arrived on the others.
   */
  #takeWhatWaits(done: () => void): void {
    const deadline = performance.now() + MAX_BACKLOG_MS
    let known = this.#taken
    let quietTurns = 0
    const look = (): void => {
      quietTurns = this.#taken === known ? quietTurns + 1 : 0
      known = this.#taken
      if (quietTurns >= QUIET_TURNS || performance.now() > deadline) done()
      else setImmediate(look)
    }
    setImmediate(look)
  }

  #cut(): void {
    for (const session of this.#sessions) session.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
  if (error.code === 'EADDRINUSE') return new Error(`listen tcp ${address}: bind: address already in use`, { cause: error })
  if (error.code === 'EACCES') return new Error(`listen tcp ${address}: bind: permission denied`, { cause: error })
  if (error.code === 'EADDRNOTAVAIL') return new Error(`listen tcp ${address}: bind: cannot assign requested address`, { cause: error })
  return error
}

/** Clear text: HTTP/2 for whoever begins with its preface, HTTP/1.1 for everyone else. An upgrade is answered in HTTP/1.1. */
function createH2cListener(http1: Server, http2: Http2Server): NetServer {
  return net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }, (socket) => {
    peek(socket, H2_PREFACE.length, (head) => {
      const isHttp2 = head.length >= H2_PREFACE.length && head.compare(H2_PREFACE, 0, H2_PREFACE.length, 0, H2_PREFACE.length) === 0
      if (isHttp2) {
        http2.emit('connection', Object.assign(socket, { alpnProtocol: 'h2' }))
        return
      }
      http1.emit('connection', socket)
      socket.resume()
    })
  })
}

async function createTlsListener(config: GatewayConfig, http1: Server, http2: Http2Server, log: Logger): Promise<NetServer> {
  const section = config.tls
  if (section === null) throw new Error('no TLS section')
  const limits = [config.readHeaderTimeoutMs, config.readTimeoutMs, config.writeTimeoutMs].filter((ms) => ms > 0)
  const handshakeTimeout = Math.ceil(Math.min(HANDSHAKE_TIMEOUT_MS, ...limits))
  const secure = tls.createServer({ ...(await loadServerTls(section, config.dialect, log)), handshakeTimeout }, (socket: TLSSocket) => {
    const server = socket.alpnProtocol === 'h2' ? http2 : http1
    server.emit('connection', socket)
  })
  secure.on('tlsClientError', (error: Error, socket: TLSSocket) => {
    log.debug(`[SERVICE: HTTP Server] TLS handshake error from ${socket.remoteAddress ?? ''}: ${error.message}`)
    socket.destroy()
  })
  return net.createServer({ noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000 }, (socket) => {
    socket.setTimeout(handshakeTimeout, () => socket.destroy())
    peek(socket, 1, (head) => {
      socket.setTimeout(0)
      socket.removeAllListeners('timeout')
      if (head[0] === TLS_HANDSHAKE) secure.emit('connection', socket)
      else socket.end(PLAIN_ON_TLS, () => socket.destroy())
    })
  })
}

/** Looks at the first bytes of a connection and leaves them there; fewer than asked for when they decide already. */
function peek(socket: Socket, length: number, decide: (head: Buffer) => void): void {
  let head: Buffer = Buffer.alloc(0)
  const onData = (chunk: Buffer): void => {
    head = Buffer.concat([head, chunk])
    const isUndecided = head.length < length && H2_PREFACE.subarray(0, head.length).equals(head)
    if (isUndecided && length > 1) return
    socket.off('data', onData)
    socket.pause()
    socket.unshift(head)
    decide(head)
  }
  // security: stays, because whoever takes the connection may write to it without listening: an error would end the process.
  socket.on('error', ignore).on('data', onData)
}

function ignore(): void {}
