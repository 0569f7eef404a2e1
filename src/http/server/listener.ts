// The gateway's front door: listening, TLS, the choice of protocol, shutting down. Knows nothing of requests.

import type { Server } from 'node:http'
import { type AddressInfo, Server as NetServer, type Socket } from 'node:net'
import type { Logger } from '../../engine/compile/component.ts'
import type { Handler } from '../../engine/types.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import type { ServerConfig } from '../../config/types.ts'
import type { ClientSocket } from './connection-turns.ts'
import { createHttp1Server } from './http1-server.ts'
import type { Http2Sessions } from './http2-sessions.ts'
import { createH2cListener, createTlsListener, type TlsListener } from './protocol-choice.ts'
import { servedTls } from './served-tls.ts'
import type { ServerState } from './server-state.ts'

export interface NodeServer {
  /** Listens on a port, that of the configuration by default; with `reusePort` beside other threads. Rejects with the system's error. */
  listen(port?: number, options?: { reusePort?: boolean }): Promise<AddressInfo>
  /** Goes on where a listener of another thread stood. Awaits nothing before it listens: until then nobody takes the connections that wait. */
  adopt(socket: NetServer): Promise<AddressInfo>
  /**
   * Loads keys and certificates anew; gives what makes them those of the next handshake, while connections that are there live on. Null where one of
   * the two has no TLS. Throws a ConfigError when they cannot be used.
   */
  prepareTls(server: ServerConfig): Promise<(() => void) | null>
  /** Every connection ends with its next answer. Resolves when none is left on which an answer was given and none is under way. */
  drain(): Promise<void>
  /**
   * Gives the listening socket away, for `adopt` in another thread: send it off before the event loop turns. Null where it does not
   * listen. From then on this server has only the connections that it has taken.
   */
  release(): NetServer | null
  /** The same for a port on which another thread listens already: takes what waits and closes the listening socket. */
  leave(): Promise<void>
  /** Takes no more connections, lets requests finish, cuts what is left after `maxWaitMs`; Infinity waits for ever. Says whether it has cut. */
  close(maxWaitMs: number): Promise<boolean>
}

const BACKLOG = 4096
const QUIET_TURNS = 3
/** A connection tells of its end behind the turn in which it was cut, and a request that has no answer a turn later. */
const CLOSING_TURNS = 3
/** After a stop, connections on which no answer is under way are given that long to say what they want; as in Go. */
const SILENCE_MS = 5000
/** A kept connection on which nothing has come for this time is closed before the port moves: what a client has just sent is not lost. */
const PAUSE_MS = 50
/** Whoever keeps a connection busy for longer gets its last answers from here. */
const MAX_DRAIN_MS = 500

/** Builds the server of a configuration; `refused` hears of requests that it answers itself. Throws a ConfigError when its TLS section cannot be used. */
export async function createNodeServer(
  server: ServerConfig,
  handle: Handler,
  log: Logger,
  refused: ServerState['refused'] = () => {},
): Promise<NodeServer> {
  const state: ServerState = { server, handle, log, refused, isDraining: false, onAnswered: null }
  const http1 = createHttp1Server(state)
  const section = servedTls(server)
  if (section === null && !server.useH2c) return new Listener(http1, http1, null, state, null)
  // The inner server never listens: its timeouts begin with this event all the same.
  http1.emit('listening')
  // perf: without HTTP/2 a thread starts sooner.
  const { createHttp2Server } = await import('./http2-server.ts')
  const { http2, sessions } = createHttp2Server(state)
  const servers = { http1, http2 }
  if (section === null) return new Listener(createH2cListener(state, servers), http1, sessions, state, null)
  const { listener, renew } = await createTlsListener(state, servers, server, section)
  return new Listener(listener, http1, sessions, state, renew)
}

class Listener implements NodeServer {
  readonly #listener: NetServer
  readonly #http1: Server
  readonly #sessions: Http2Sessions | null
  readonly #state: ServerState
  readonly #sockets = new Set<Socket>()
  /** Those of them on which HTTP/1 is spoken, and within TLS. */
  readonly #clients = new Set<ClientSocket>()
  /** Connections so far. */
  #taken = 0
  readonly #renew: TlsListener['renew'] | null
  /** Another thread has the port, or will have it at once. */
  #hasLeft = false

  constructor(listener: NetServer, http1: Server, sessions: Http2Sessions | null, state: ServerState, renew: TlsListener['renew'] | null) {
    this.#renew = renew
    this.#listener = listener
    this.#http1 = http1
    this.#sessions = sessions
    this.#state = state
    // perf: one function of each listens to all sockets.
    const sockets = this.#sockets
    function forgetSocket(this: Socket): void {
      sockets.delete(this)
    }
    listener.on('connection', (socket: Socket) => {
      this.#taken++
      sockets.add(socket)
      socket.on('close', forgetSocket)
    })
    const clients = this.#clients
    function forgetClient(this: ClientSocket): void {
      clients.delete(this)
    }
    http1.on('connection', (socket: ClientSocket) => {
      clients.add(socket)
      socket.on('close', forgetClient)
    })
  }

  listen(port = this.#state.server.port, options: { reusePort?: boolean } = {}): Promise<AddressInfo> {
    const host = this.#state.server.listenIp
    const place = { port, backlog: BACKLOG, reusePort: options.reusePort === true, ...(host === '' ? {} : { host }) }
    return this.#start((listener, done) => listener.listen(place, done))
  }

  adopt(socket: NetServer): Promise<AddressInfo> {
    return this.#start((listener, done) => listener.listen(socket, BACKLOG, done))
  }

  async prepareTls(server: ServerConfig): Promise<(() => void) | null> {
    const section = servedTls(server)
    return section === null || this.#renew === null ? null : this.#renew(section)
  }

  async drain(): Promise<void> {
    this.#state.isDraining = true
    this.#sessions?.close()
    const deadline = performance.now() + MAX_DRAIN_MS
    let kept = this.#findKept()
    while (kept.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      const before = kept
      kept = this.#findKept()
      for (const [client, bytesRead] of kept) if (before.get(client) === bytesRead) client.destroy()
    }
  }

  release(): NetServer | null {
    this.#hasLeft = true
    return this.#listener.listening ? this.#listener : null
  }

  leave(): Promise<void> {
    this.#hasLeft = true
    return new Promise((resolve) => {
      this.#takeWhatWaits(() => {
        // Node's HTTP server would cut connections that have not asked yet.
        NetServer.prototype.close.call(this.#listener)
        resolve()
      })
    })
  }

  close(maxWaitMs: number): Promise<boolean> {
    const state = this.#state
    state.isDraining = true
    const isInner = this.#listener !== this.#http1
    return new Promise((resolve) => {
      let hasCut = false
      const cut = (): void => {
        hasCut = true
        this.#cut()
      }
      const timer = maxWaitMs < Infinity ? setTimeout(cut, timerMs(maxWaitMs)) : undefined
      let silence: NodeJS.Timeout | undefined
      const finish = (): void => {
        clearTimeout(timer)
        clearInterval(silence)
        this.#sessions?.stop()
        if (isInner) this.#http1.close()
        afterTurns(CLOSING_TURNS, () => resolve(hasCut))
      }
      const end = (): void => {
        this.#listener.close(finish)
        // Not before: a connection that has not been read yet counts as idle.
        state.onAnswered = () => setImmediate(() => this.#http1.closeIdleConnections())
        this.#http1.closeIdleConnections()
        this.#sessions?.close()
        for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
        silence = setInterval(() => this.#cutSilent(), SILENCE_MS).unref()
      }
      if (this.#hasLeft) this.#untilAsked(performance.now() + SILENCE_MS, end)
      else this.#takeWhatWaits(end)
    })
  }

  /** Listens as `begin` says. */
  #start(begin: (listener: NetServer, done: () => void) => void): Promise<AddressInfo> {
    const listener = this.#listener
    return new Promise((resolve, reject) => {
      listener.once('error', reject)
      begin(listener, () => {
        listener.off('error', reject)
        listener.on('error', (error) => this.#state.log.error(`[SERVICE: HTTP Server] ${error.message}`))
        resolve(listener.address() as AddressInfo)
      })
    })
  }

  /** Connections that wait for another request, with what has come on them. */
  #findKept(): Map<ClientSocket, number> {
    const kept = [...this.#clients].filter(({ turns }) => turns !== undefined && !turns.isBusy)
    return new Map(kept.map((client) => [client, client.bytesRead]))
  }

  /**
   * Goes on until some turns of the event loop have brought no new connection: what clients have sent by now is not lost. A
   * turn takes one connection from the system at most, and reads what has arrived on the others. More than the system lets wait have
   * come since then: they are left to others.
   */
  #takeWhatWaits(done: () => void): void {
    const last = this.#taken + BACKLOG
    let known = this.#taken
    let quietTurns = 0
    const look = (): void => {
      quietTurns = this.#taken === known ? quietTurns + 1 : 0
      known = this.#taken
      if (quietTurns >= QUIET_TURNS || known >= last) done()
      else setImmediate(look)
    }
    setImmediate(look)
  }

  /** Clients whose connection was taken at the last moment are given the time to say what they want: nobody asks them to come again. */
  #untilAsked(deadline: number, done: () => void): void {
    const isSilent = [...this.#sockets].some(({ bytesRead }) => bytesRead === 0)
    if (!isSilent || performance.now() > deadline) done()
    else setTimeout(() => this.#untilAsked(deadline, done), PAUSE_MS)
  }

  /** Nobody waits for the rest of a request that may never come. */
  #cutSilent(): void {
    for (const client of this.#clients) if (client.turns?.isBusy !== true && client.isTunnel !== true) client.destroy()
  }

  #cut(): void {
    this.#sessions?.destroy()
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Calls back when the event loop has gone round so many times. */
function afterTurns(turns: number, done: () => void): void {
  if (turns === 0) done()
  else setImmediate(afterTurns, turns - 1, done)
}
