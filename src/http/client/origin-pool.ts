// The connections to one scheme, host and port. Knows nothing of responses.

import type { Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import type { TransportOptions } from '../../config/types.ts'
import type { SendError } from '../../engine/errors.ts'
import type { BackendRequest, CallCourse } from '../../engine/types.ts'
import { basicCredentials, withoutBrackets } from '../../go/url-parts.ts'
import { Connection } from './connection.ts'
import { Dial, type DialTarget } from './dial.ts'
import type { FindProxy } from './proxies.ts'
import { type HeadOptions, type RequestHead, requestHead } from './request-head.ts'

/** What all origins of a transport share. */
export interface TransportState {
  readonly options: TransportOptions
  readonly tls: () => ConnectionOptions
  readonly findProxy: FindProxy
  idleCount: number
  isClosed: boolean
}

/** Hears when a pool has connections and when it has none any more; a call whose last connection went may begin the next use at once. */
export interface PoolUses {
  begin(pool: OriginPool): void
  end(pool: OriginPool): void
}

/** Origins that are sockets of this machine: `unix:///run/app.sock`. */
const UNIX = 'unix://'
/** What Go's dialer does when nothing else is written. */
const DEFAULT_FALLBACK_DELAY_MS = 300
const DEFAULT_KEEP_ALIVE_MS = 15_000
/** A backend's own limit for idle connections is undercut, so that no request meets its end. */
const KEEP_ALIVE_MARGIN_MS = 1000

export class OriginPool {
  readonly #state: TransportState
  readonly #origin: string
  readonly #uses: PoolUses
  readonly #idle: Connection[] = []
  readonly #target: DialTarget
  readonly #headOptions: HeadOptions
  readonly #maxIdle: number
  #openCount = 0
  readonly responseHeaderTimeoutMs: number

  /** Throws for an origin that is no `http://host` or `https://host`. */
  constructor(origin: string, state: TransportState, uses: PoolUses) {
    const { options } = state
    const socketPath = origin.startsWith(UNIX) ? origin.slice(UNIX.length) : null
    const url = new URL(socketPath === null ? origin : 'http://localhost')
    const isSecure = url.protocol === 'https:'
    if (!isSecure && url.protocol !== 'http:') throw new Error('no address of HTTP')
    this.#origin = origin
    this.#state = state
    this.#uses = uses
    this.#maxIdle = options.disableKeepAlives ? 0 : options.maxIdleConnectionsPerHost
    this.responseHeaderTimeoutMs = Math.ceil(options.responseHeaderTimeoutMs)
    const hostname = withoutBrackets(url.hostname)
    const port = Number(url.port || (isSecure ? 443 : 80))
    const proxy = socketPath === null ? state.findProxy(isSecure, hostname, port) : null
    this.#target = {
      hostname,
      port,
      socketPath,
      tls: isSecure ? state.tls : null,
      proxy,
      timeoutMs: options.dialerTimeoutMs,
      keepAliveMs: options.dialerKeepAliveMs ?? DEFAULT_KEEP_ALIVE_MS,
      fallbackDelayMs: options.dialerFallbackDelayMs ?? DEFAULT_FALLBACK_DELAY_MS,
    }
    const authority = socketPath !== null ? 'localhost' : origin.slice(origin.indexOf('://') + 3)
    const at = authority.lastIndexOf('@')
    this.#headOptions = {
      isProxied: !isSecure && proxy !== null,
      host: authority.slice(at + 1),
      authorization: at < 0 ? null : basicCredentials(authority.slice(0, at)),
      proxyAuthorization: isSecure ? null : (proxy?.authorization ?? null),
      asksForGzip: !options.disableCompression,
      closes: options.disableKeepAlives,
    }
  }

  get origin(): string {
    return this.#origin
  }

  /** Throws a GatewayError for what cannot stand in a request. */
  requestHead(request: BackendRequest): RequestHead {
    return requestHead(request, this.#headOptions)
  }

  /** The connection that was used last, null when none is idle. */
  take(): Connection | null {
    for (;;) {
      const connection = this.#idle.pop()
      if (connection === undefined) return null
      this.#state.idleCount--
      if (connection.isUsable && (connection.expiresAt === Infinity || connection.expiresAt > performance.now())) return connection
      connection.destroy()
    }
  }

  /** Opens a connection; gives a way to call that off. How it goes is noted in `course`. */
  dial(done: (connection: Connection | null, failure: SendError | null) => void, course?: CallCourse): () => void {
    const connection = new Connection(this.#onIdle, this.#onGone)
    if (this.#openCount++ === 0) this.#uses.begin(this)
    const onDialed = (socket: Socket | null, failure: SendError | null): void => {
      if (socket === null) {
        connection.destroy()
        done(null, failure)
        return
      }
      connection.attach(socket)
      done(connection, null)
    }
    const dial = new Dial(this.#target, connection.onBytes, onDialed, course)
    dial.start()
    return () => {
      dial.cancel()
      connection.destroy()
    }
  }

  /** Closes idle connections that are too old; all of them once the transport is closed. */
  sweep(): void {
    const now = performance.now()
    const { isClosed } = this.#state
    for (const connection of this.#idle.slice()) if (isClosed || connection.expiresAt <= now) connection.destroy()
  }

  readonly #onIdle = (connection: Connection): void => {
    const state = this.#state
    const { idleConnectionTimeoutMs, maxIdleConnections } = state.options
    const isFull = this.#idle.length >= this.#maxIdle || state.idleCount >= maxIdleConnections
    const limitMs = Math.min(idleConnectionTimeoutMs, connection.keepAliveMs > 0 ? connection.keepAliveMs - KEEP_ALIVE_MARGIN_MS : Infinity)
    if (isFull || state.isClosed || limitMs <= 0) {
      connection.destroy()
      return
    }
    connection.expiresAt = limitMs === Infinity ? Infinity : performance.now() + limitMs
    this.#idle.push(connection)
    state.idleCount++
  }

  readonly #onGone = (connection: Connection): void => {
    const at = this.#idle.indexOf(connection)
    if (at >= 0) {
      this.#idle.splice(at, 1)
      this.#state.idleCount--
    }
    if (--this.#openCount === 0) this.#uses.end(this)
  }
}
