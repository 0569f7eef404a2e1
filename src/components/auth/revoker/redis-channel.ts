// Tells other machines what was revoked, and hears from them, over a Redis channel. Loaded only where it is configured.

import { connect as connectPlain } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { encodeCommand, RespError, RespParser } from './resp.ts'
import type { RespValue } from './resp.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** Messages that wait for a connection; the oldest are dropped beyond. */
const MAX_WAITING = 10_000

export interface RedisOptions {
  /** `redis://user:password@host:6379`, `rediss://` with TLS. */
  readonly url: string
  readonly channel: string
  onElements(elements: Uint8Array[]): void
  onProblem(message: string): void
}

/** The wire form: a JSON list of texts; what is no UTF-8 becomes `{"base64": "…"}`. */
export function encodeElements(elements: readonly Uint8Array[]): string {
  return JSON.stringify(
    elements.map((element) => {
      const text = Buffer.from(element).toString()
      return Buffer.from(text).equals(element) ? text : { base64: Buffer.from(element).toString('base64') }
    }),
  )
}

/** Throws on anything that `encodeElements` does not write. */
export function decodeElements(message: string): Uint8Array[] {
  const list: unknown = JSON.parse(message)
  if (!Array.isArray(list)) throw new Error('no list')
  return list.map((item: unknown) => {
    if (typeof item === 'string') return Buffer.from(item)
    const encoded = (item as { base64?: unknown } | null)?.base64
    if (typeof encoded !== 'string') throw new Error('no text')
    return Buffer.from(encoded, 'base64')
  })
}

export class RedisChannel {
  readonly #options: RedisOptions
  readonly #subscriber: RedisConnection
  #publisher: RedisConnection | null = null
  readonly #waiting: string[] = []

  /** Connects at once and again whenever the connection is lost, until `close`. */
  constructor(options: RedisOptions) {
    this.#options = options
    this.#subscriber = new RedisConnection(options, {
      onReady: (send) => send('SUBSCRIBE', options.channel),
      onReply: (reply) => this.#hear(reply),
    })
  }

  /** Sends now, or when there is a connection again. */
  publish(elements: readonly Uint8Array[]): void {
    if (this.#waiting.length >= MAX_WAITING) this.#waiting.shift()
    this.#waiting.push(encodeElements(elements))
    // Only the thread that has the RPC or the management port ever publishes, so the others need no second connection.
    this.#publisher ??= new RedisConnection(this.#options, { onReady: () => this.#flush(), onReply: () => {} })
    this.#flush()
  }

  close(): void {
    this.#subscriber.close()
    this.#publisher?.close()
  }

  #flush(): void {
    while (this.#waiting.length > 0 && this.#publisher?.send('PUBLISH', this.#options.channel, this.#waiting[0] as string) === true) {
      this.#waiting.shift()
    }
  }

  #hear(reply: RespValue): void {
    if (!Array.isArray(reply) || reply[0] !== 'message' || typeof reply[2] !== 'string') return
    try {
      this.#options.onElements(decodeElements(reply[2]))
    } catch {
      this.#options.onProblem('a message of the channel is no list of elements')
    }
  }
}

interface ConnectionListener {
  onReady(send: (...words: string[]) => void): void
  onReply(reply: RespValue): void
}

/** One connection that comes back. */
class RedisConnection {
  readonly #options: RedisOptions
  readonly #listener: ConnectionListener
  #socket: Socket | null = null
  #isReady = false
  #isClosed = false
  #retryMs = FIRST_RETRY_MS
  #timer: NodeJS.Timeout | null = null

  constructor(options: RedisOptions, listener: ConnectionListener) {
    this.#options = options
    this.#listener = listener
    this.#open()
  }

  /** Whether it could be sent. */
  send(...words: string[]): boolean {
    if (!this.#isReady || this.#socket === null) return false
    this.#socket.write(encodeCommand(...words))
    return true
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  #open(): void {
    const url = new URL(this.#options.url)
    const port = Number(url.port || 6379)
    const socket =
      url.protocol === 'rediss:' ? connectTls({ host: url.hostname, port, servername: url.hostname }) : connectPlain(port, url.hostname)
    this.#socket = socket
    const parser = new RespParser()
    socket.setKeepAlive(true, 30_000)
    socket.on(url.protocol === 'rediss:' ? 'secureConnect' : 'connect', () => this.#greet(socket, url))
    socket.on('data', (chunk: Buffer) => {
      try {
        for (const reply of parser.push(chunk)) this.#take(reply)
      } catch (error) {
        socket.destroy(error as Error)
      }
    })
    socket.on('error', (error) => this.#options.onProblem(error.message))
    socket.on('close', () => this.#comeBack())
  }

  #greet(socket: Socket, url: URL): void {
    if (url.password !== '') {
      const password = decodeURIComponent(url.password)
      socket.write(
        url.username === '' ? encodeCommand('AUTH', password) : encodeCommand('AUTH', decodeURIComponent(url.username), password),
      )
    }
    this.#isReady = true
    this.#retryMs = FIRST_RETRY_MS
    this.#listener.onReady((...words) => this.send(...words))
  }

  #take(reply: RespValue): void {
    if (reply instanceof RespError) this.#options.onProblem(reply.message)
    else this.#listener.onReply(reply)
  }

  #comeBack(): void {
    this.#isReady = false
    this.#socket = null
    if (this.#isClosed) return
    this.#timer = setTimeout(() => this.#open(), this.#retryMs).unref()
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }
}
