// The gateway's front door: listening, TLS, the choice of protocol, shutting down. Knows nothing of requests.

import type { Server } from 'node:http'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import type { Logger } from '../../engine/compile/component.ts'
import type { Handler } from '../../engine/types.ts'
import type { ServerConfig } from '../../config/types.ts'
import type { ClientSocket } from './connection-turns.ts'
import { createHttp1Server } from './http1-server.ts'
import { createHttp2Server } from './http2-server.ts'
import { Http2Sessions } from './http2-sessions.ts'
import { createH2cListener, createTlsListener } from './protocol-choice.ts'
import { readTimeouts, type ServerState } from './server-state.ts'

export interface NodeServer {
  /** Listens on a port, that of the configuration by default; with `reusePort` beside other threads. Rejects in Go's words. */
  listen(port?: number, options?: { reusePort?: boolean }): Promise<AddressInfo>
  /** Takes no more connections, lets requests finish, cuts what is left after `maxWaitMs`; Infinity waits for ever. */
  close(maxWaitMs: number): Promise<void>
}

const BACKLOG = 4096
/** A backlog that grows as fast as it is taken is left to others after this time. */
const MAX_BACKLOG_MS = 500
const QUIET_TURNS = 3
/** After a stop, connections on which no answer is under way are given that long to say what they want; as in Go. */
const SILENCE_MS = 5000

/** Builds the server of a configuration. Throws a ConfigError when its TLS section cannot be used. */
export async function createNodeServer(server: ServerConfig, handle: Handler, log: Logger): Promise<NodeServer> {
  const state: ServerState = { server, handle, log, isDraining: false, onAnswered: null }
  const sessions = new Http2Sessions(readTimeouts(server))
  const http1 = createHttp1Server(state)
  const usesTls = server.tls !== null && !server.tls.isDisabled
  let listener: NetServer = http1
  if (usesTls || server.useH2c) {
    // The inner server never listens: its timeouts begin with this event all the same.
    http1.emit('listening')
    const servers = { http1, http2: createHttp2Server(state, sessions) }
    listener = usesTls ? await createTlsListener(state, servers) : createH2cListener(state, servers)
  }
  return new Listener(listener, http1, sessions, state)
}

class Listener implements NodeServer {
  readonly #listener: NetServer
  readonly #http1: Server
  readonly #sessions: Http2Sessions
  readonly #state: ServerState
  readonly #sockets = new Set<Socket>()
  /** Those of them on which HTTP/1 is spoken, and within TLS. */
  readonly #clients = new Set<ClientSocket>()
  /** Connections so far. */
  #taken = 0

  constructor(listener: NetServer, http1: Server, sessions: Http2Sessions, state: ServerState) {
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
    const clients = this.#clients
    http1.on('connection', (socket: ClientSocket) => {
      clients.add(socket)
      socket.on('close', () => clients.delete(socket))
    })
  }

  listen(port = this.#state.server.port, options: { reusePort?: boolean } = {}): Promise<AddressInfo> {
    const listener = this.#listener
    const host = this.#state.server.listenIp
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
      const timer = maxWaitMs < Infinity ? setTimeout(() => this.#cut(), maxWaitMs) : undefined
      let silence: NodeJS.Timeout | undefined
      const finish = (): void => {
        clearTimeout(timer)
        clearInterval(silence)
        this.#sessions.stop()
        if (isInner) this.#http1.close()
        resolve()
      }
      this.#takeWhatWaits(() => {
        this.#listener.close(finish)
        // Not before: a connection that has not been read yet counts as idle.
        state.onAnswered = () => setImmediate(() => this.#http1.closeIdleConnections())
        this.#http1.closeIdleConnections()
        this.#sessions.close()
        for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
        silence = setInterval(() => this.#cutSilent(), SILENCE_MS).unref()
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

  /** Nobody waits for the rest of a request that may never come. */
  #cutSilent(): void {
    for (const client of this.#clients) if (client.turns?.isBusy !== true && client.isTunnel !== true) client.destroy()
  }

  #cut(): void {
    this.#sessions.destroy()
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
