// A connection to a backend: TCP, TLS, through a proxy if need be. Knows nothing of requests.

import net, { type OnReadOpts, type Socket } from 'node:net'
import tls, { type ConnectionOptions } from 'node:tls'
import { asError, SendError, type SendPhase } from '../../engine/errors.ts'
import { joinHostPort } from '../../go/host-port.ts'
import { dialWords } from './backend-errors.ts'
import { lookupShared } from './lookup.ts'
import type { CallCourse } from '../../engine/types.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import type { Proxy } from './proxies.ts'

export interface DialTarget {
  readonly hostname: string
  readonly port: number
  /** A socket of this machine that is connected to in place of host and port; null for none. */
  readonly socketPath: string | null
  /** Null for clear text. */
  readonly tls: (() => ConnectionOptions) | null
  readonly proxy: Proxy | null
  /** Infinity: as long as the system tries. */
  readonly timeoutMs: number
  /** Negative: no probes. */
  readonly keepAliveMs: number
  /** How long IPv6 is tried alone; negative: for ever. */
  readonly fallbackDelayMs: number
}

/** Takes bytes that are valid until it returns; says whether more are welcome now. */
export type OnBytes = (length: number, buffer: Buffer) => boolean

const TLS_HANDSHAKE_TIMEOUT_MS = 10_000
const READ_BUFFER_BYTES = 64 * 1024
const MIN_ATTEMPT_MS = 10
const MAX_PROXY_HEAD_BYTES = 16 * 1024
/** perf: bytes are taken while they are read, so that all connections share one buffer; Node would make one for each read. */
const readBuffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES)

/** Gets the socket, or what went wrong: never both, never twice. */
export type OnDialed = (socket: Socket | null, failure: SendError | null) => void

/** An attempt to connect. Its listener hears nothing after `cancel`. */
export class Dial {
  readonly #target: DialTarget
  readonly #onBytes: OnBytes
  readonly #done: OnDialed
  #phase: SendPhase = 'dial'
  #socket: Socket | null = null
  #timer: NodeJS.Timeout | undefined
  #isOver = false
  readonly #course: CallCourse | undefined

  constructor(target: DialTarget, onBytes: OnBytes, done: OnDialed, course?: CallCourse) {
    this.#course = course
    this.#target = target
    this.#onBytes = onBytes
    this.#done = done
  }

  start(): void {
    const target = this.#target
    if (target.timeoutMs !== Infinity)
      this.#timer = setTimeout(
        () => this.#fail(`dial tcp ${joinHostPort(target.hostname, target.port)}: i/o timeout`),
        timerMs(target.timeoutMs),
      )
    try {
      if (target.socketPath !== null) this.#watch(net.connect({ path: target.socketPath, onread: this.#onread() }), 'connect')
      else if (target.proxy !== null) this.#dialProxy(target.proxy)
      else if (target.tls === null) this.#watch(net.connect(this.#tcpOptions(target.hostname, target.port, true)), 'connect')
      else this.#secure({ ...this.#tcpOptions(target.hostname, target.port, true) })
    } catch (error) {
      this.#fail(asError(error).message, error)
    }
  }

  cancel(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #tcpOptions(host: string, port: number, reads: boolean): net.TcpNetConnectOpts {
    const { keepAliveMs, fallbackDelayMs } = this.#target
    return {
      host,
      port,
      noDelay: true,
      keepAlive: keepAliveMs >= 0,
      keepAliveInitialDelay: Math.max(0, keepAliveMs),
      autoSelectFamily: fallbackDelayMs >= 0,
      autoSelectFamilyAttemptTimeout: Math.max(MIN_ATTEMPT_MS, timerMs(fallbackDelayMs)),
      ...(reads ? { onread: this.#onread() } : {}),
      lookup: lookupShared,
    }
  }

  #onread(): OnReadOpts {
    const onBytes = this.#onBytes
    return { buffer: readBuffer, callback: (length, buffer) => onBytes(length, buffer as Buffer) }
  }

  #secure(transport: ConnectionOptions): Socket {
    const { hostname, tls: options } = this.#target
    if (options === null) throw new Error('no TLS options')
    const name = net.isIP(hostname) === 0 ? { servername: hostname.replace(/\.$/, '') } : {}
    const socket = tls.connect({ ...options(), ...transport, ...name, host: hostname })
    const beginHandshake = (): void => {
      clearTimeout(this.#timer)
      this.#phase = 'tls'
      this.#timer = setTimeout(() => this.#fail('net/http: TLS handshake timeout'), TLS_HANDSHAKE_TIMEOUT_MS)
    }
    if (transport.socket === undefined) socket.once('connect', beginHandshake)
    else beginHandshake()
    this.#watch(socket, 'secureConnect')
    return socket
  }

  #watch(socket: Socket, readyEvent: 'connect' | 'secureConnect'): void {
    this.#socket = socket
    if (this.#course !== undefined) note(socket, this.#course)
    const onError = (error: Error): void => this.#fail(dialWords(error, this.#target.hostname, this.#target.port), error)
    const onClose = (): void => this.#fail('EOF')
    socket.on('error', onError).on('close', onClose)
    socket.once(readyEvent, () => {
      socket.off('error', onError).off('close', onClose)
      if (this.#isOver) return
      this.#isOver = true
      clearTimeout(this.#timer)
      this.#done(socket, null)
    })
  }

  #fail(words: string, cause?: unknown): void {
    if (this.#isOver) return
    this.#isOver = true
    clearTimeout(this.#timer)
    this.#socket?.on('error', ignore).destroy()
    // Nothing of the request has left.
    this.#done(null, new SendError(words, { phase: this.#phase, isRetriable: true, cause }))
  }

  /** Clear text goes to the proxy as it is; TLS goes through a tunnel. */
  #dialProxy(proxy: Proxy): void {
    if (this.#target.tls === null) {
      this.#watch(net.connect(this.#tcpOptions(proxy.hostname, proxy.port, true)), 'connect')
      return
    }
    const socket = net.connect(this.#tcpOptions(proxy.hostname, proxy.port, false))
    this.#socket = socket
    const authority = joinHostPort(this.#target.hostname, this.#target.port)
    const authorization = proxy.authorization === null ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`
    let head = ''
    const onError = (error: Error): void => this.#fail(`proxyconnect tcp: ${dialWords(error, proxy.hostname, proxy.port)}`, error)
    const onClose = (): void => this.#fail('proxyconnect tcp: EOF')
    const onData = (chunk: Buffer): void => {
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) {
        if (head.length > MAX_PROXY_HEAD_BYTES) this.#fail('proxyconnect tcp: malformed HTTP response')
        return
      }
      socket.off('data', onData).off('error', onError).off('close', onClose)
      if (this.#isOver) return
      const status = /^HTTP\/1\.[01] (\d{3} [^\r]*)/.exec(head)?.[1]
      // security: a proxy that says more than its head would speak in the backend's name.
      if (status?.startsWith('200') !== true || !head.endsWith('\r\n\r\n'))
        this.#fail(status ?? 'proxyconnect tcp: malformed HTTP response')
      else this.#readFrom(this.#secure({ socket }))
    }
    socket.on('error', onError).on('close', onClose).on('data', onData)
    socket.once('connect', () => socket.write(`CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${authorization}\r\n`, 'latin1'))
  }

  /** Node takes no read buffer for a socket on top of another. */
  #readFrom(socket: Socket): void {
    socket.on('data', (chunk: Buffer) => {
      if (!this.#onBytes(chunk.length, chunk)) socket.pause()
    })
  }
}

function note(socket: Socket, course: CallCourse): void {
  socket.once('lookup', () => (course.resolvedMs = performance.now()))
  socket.once('connect', () => (course.tlsStartMs = performance.now()))
  socket.once('secureConnect', () => (course.tlsEndMs = performance.now()))
}

function ignore(): void {}
