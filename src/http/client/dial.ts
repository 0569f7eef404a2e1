// Opens connections to backends: TCP or TLS, straight or through a proxy. Knows nothing of HTTP messages but CONNECT.

import net, { type Socket } from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import type { GatewayConfig } from '../../config/types.ts'
import { describeDialError } from './describe-error.ts'
import type { ProxyServer } from './proxies.ts'

export interface Target {
  readonly host: string
  readonly port: number
  readonly isSecure: boolean
}

export interface DialOptions {
  readonly config: GatewayConfig
  /** Options of every TLS connection; made on first use. */
  readonly tls: () => ConnectionOptions
}

/** Go's fixed limit. */
const TLS_HANDSHAKE_MS = 10_000
const DEFAULT_KEEP_ALIVE_MS = 15_000
const DEFAULT_FALLBACK_MS = 300

/** Calls back once: with a socket that is ready for requests, or with an Error whose message is Go's. */
export function dial(
  target: Target,
  proxy: ProxyServer | null,
  options: DialOptions,
  done: (error: Error | null, socket: Socket | null) => void,
): void {
  const { config } = options
  const hop = proxy ?? target
  const socket = net.connect({
    host: hop.host,
    port: hop.port,
    noDelay: true,
    // A negative value switches keep-alive off, as in Go.
    keepAlive: config.dialerKeepAliveMs >= 0,
    keepAliveInitialDelay: config.dialerKeepAliveMs > 0 ? config.dialerKeepAliveMs : DEFAULT_KEEP_ALIVE_MS,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: Math.max(10, config.dialerFallbackDelayMs || DEFAULT_FALLBACK_MS),
  })
  let isDone = false
  const finish = (error: Error | null, ready: Socket | null): void => {
    if (isDone) return
    isDone = true
    clearTimeout(timer)
    socket.off('error', onError)
    if (error !== null) socket.destroy()
    done(error, ready)
  }
  const onError = (error: NodeJS.ErrnoException): void => finish(new Error(describeDialError(error, hop.host, hop.port)), null)
  const timer =
    config.dialerTimeoutMs === 0
      ? undefined
      : setTimeout(() => finish(new Error(`dial tcp ${hop.host}:${hop.port}: i/o timeout`), null), config.dialerTimeoutMs)
  socket.on('error', onError)
  // A late error of a socket that was given up must not stop the process.
  socket.on('error', ignore)
  socket.once('connect', () => {
    clearTimeout(timer)
    if (!target.isSecure) finish(null, socket)
    else if (proxy === null) secure(socket, target, options, finish)
    else {
      openTunnel(socket, target, proxy, (error) => {
        if (error === null) secure(socket, target, options, finish)
        else finish(error, null)
      })
    }
  })
}

function secure(socket: Socket, target: Target, options: DialOptions, finish: (error: Error | null, ready: Socket | null) => void): void {
  const name = net.isIP(target.host) === 0 ? { servername: target.host } : {}
  const secured = tls.connect({ ...options.tls(), ...name, host: target.host, socket })
  const timer = setTimeout(() => finish(new Error('net/http: TLS handshake timeout'), null), TLS_HANDSHAKE_MS)
  secured.once('secureConnect', () => {
    clearTimeout(timer)
    finish(null, secured)
  })
  secured.on('error', (error) => {
    clearTimeout(timer)
    finish(new Error(`tls: ${error.message}`), null)
  })
  secured.once('close', () => {
    clearTimeout(timer)
    finish(new Error('EOF'), null)
  })
}

/** Asks a proxy for a tunnel. */
function openTunnel(socket: Socket, target: Target, proxy: ProxyServer, done: (error: Error | null) => void): void {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`
  const credentials = proxy.authorization === null ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
  socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`, 'latin1')
  let answer = ''
  const onData = (chunk: Buffer): void => {
    answer += chunk.toString('latin1')
    if (!answer.includes('\r\n\r\n') && answer.length < 16_384) return
    socket.off('data', onData)
    const status = /^HTTP\/1\.[01] (\d{3})([^\r\n]*)/.exec(answer)
    done(status?.[1] === '200' ? null : new Error(status === null ? 'malformed answer of the proxy' : `${status[1]}${status[2]}`))
  }
  socket.on('data', onData)
  socket.once('close', () => done(new Error('EOF')))
}

function ignore(): void {}
