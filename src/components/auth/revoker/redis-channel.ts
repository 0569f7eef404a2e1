// Tells other machines what was revoked, and hears from them, over a Redis channel. Loaded only where it is configured.

import { connect as connectPlain, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { parseBounded } from '../../../json/bounded-parse.ts'
import { parseRedisUrl } from './redis-url.ts'
import type { RedisAddress } from './redis-url.ts'
import { encodeCommand, RespError, RespParser } from './resp.ts'
import type { RespValue } from './resp.ts'
import { timerMs } from '../../../engine/timer-ms.ts'

const FIRST_RETRY_MS = 500
const LAST_RETRY_MS = 30_000
/** How long a connection may take, and each answer. */
const ANSWER_MS = 10_000
/** Messages that wait to be taken; the oldest are dropped beyond. */
const MAX_WAITING = 10_000
const MAX_WAITING_CHARACTERS = 16 * 1024 * 1024

export interface RedisOptions {
  /** `redis://user:password@host:6379`, `rediss://` with TLS. */
  readonly url: string
  readonly channel: string
  onElements(elements: Uint8Array[]): void
  /** A message that is none. */
  onProblem(message: string): void
  /** Told once per change, with the reason: whether other machines are heard (`hear`) or told (`tell`). */
  onState(what: 'hear' | 'tell', isUp: boolean, reason: string): void
}

/** The wire form: a JSON list of texts; what is no UTF-8 becomes `{"base64": "…"}`. */
function encodeElements(elements: readonly Uint8Array[]): string {
  return JSON.stringify(
    elements.map((element) => {
      const text = Buffer.from(element).toString()
      return Buffer.from(text).equals(element) ? text : { base64: Buffer.from(element).toString('base64') }
    }),
  )
}

/** Throws on anything that `encodeElements` does not write. */
function decodeElements(message: string): Uint8Array[] {
  const list: unknown = parseBounded(message)
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
  readonly #address: RedisAddress
  /** Until Redis says that it has them: a connection that is refused or lost takes nothing along. */
  readonly #waiting: string[] = []
  #waitingCharacters = 0
  /** How many of them were sent over this connection, first ones first. */
  #sent = 0

  /** Connects at once and again whenever the connection is lost, until `close`. Throws when the URL is wrong. */
  constructor(options: RedisOptions) {
    this.#options = options
    this.#address = parseRedisUrl(options.url)
    this.#subscriber = new RedisConnection(this.#address, {
      onReady: (send) => send('SUBSCRIBE', options.channel),
      onReply: (reply) => this.#hear(reply),
      onState: (isUp, reason) => options.onState('hear', isUp, reason),
    })
  }

  /** Sends now, or when there is a connection again. */
  publish(elements: readonly Uint8Array[]): void {
    const message = encodeElements(elements)
    this.#waiting.push(message)
    this.#waitingCharacters += message.length
    while (this.#waiting.length > MAX_WAITING || this.#waitingCharacters > MAX_WAITING_CHARACTERS) this.#drop(this.#sent)
    // A connection that listens to a channel may do nothing else; whoever never publishes needs no second one.
    this.#publisher ??= new RedisConnection(this.#address, {
      onReady: () => {
        this.#sent = 0
        this.#flush()
      },
      onReply: () => {
        this.#sent--
        this.#drop(0)
      },
      onState: (isUp, reason) => this.#options.onState('tell', isUp, reason),
    })
    this.#flush()
  }

  close(): void {
    this.#subscriber.close()
    this.#publisher?.close()
  }

  #flush(): void {
    const { channel } = this.#options
    while (this.#sent < this.#waiting.length && this.#publisher?.send('PUBLISH', channel, this.#waiting[this.#sent] as string) === true) {
      this.#sent++
    }
  }

  #drop(index: number): void {
    const [message = ''] = this.#waiting.splice(index, 1)
    this.#waitingCharacters -= message.length
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
  onState(isUp: boolean, reason: string): void
}

/** One connection that comes back. */
class RedisConnection {
  readonly #address: RedisAddress
  readonly #listener: ConnectionListener
  #socket: Socket | null = null
  /** Whether it is there, and the login is answered. */
  #isReady = false
  #unanswered = 0
  /** Ends a connection that does not answer; null while nothing is waited for. */
  #limit: NodeJS.Timeout | null = null
  #isClosed = false
  #retryMs = FIRST_RETRY_MS
  #timer: NodeJS.Timeout | null = null
  /** Null until the first connection is there, or has failed. */
  #isUp: boolean | null = null

  constructor(address: RedisAddress, listener: ConnectionListener) {
    this.#address = address
    this.#listener = listener
    this.#open()
  }

  /** Whether it could be sent. */
  send(...words: string[]): boolean {
    if (!this.#isReady || this.#socket === null) return false
    this.#ask(this.#socket, ...words)
    return true
  }

  close(): void {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#await(null)
    this.#socket?.destroy()
  }

  #open(): void {
    const { isTls, host, port } = this.#address
    const socket = isTls ? connectTls({ host, port, servername: isIP(host) === 0 ? host : '' }) : connectPlain(port, host)
    let reason = 'the connection was closed'
    this.#socket = socket
    this.#unanswered = 0
    this.#await(socket)
    const parser = new RespParser()
    socket.setKeepAlive(true, 30_000)
    // security: whatever goes wrong ends this connection, so that the next one is tried; half of one would wait for ever.
    const guard = (step: () => void): void => {
      try {
        step()
      } catch (error) {
        socket.destroy(error as Error)
      }
    }
    socket.on(isTls ? 'secureConnect' : 'connect', () => guard(() => this.#greet(socket)))
    socket.on('data', (chunk: Buffer) => guard(() => parser.push(chunk).forEach((reply) => this.#take(reply))))
    socket.on('error', (error) => {
      reason = error.message
    })
    socket.on('close', () => this.#comeBack(reason))
  }

  #greet(socket: Socket): void {
    const { username, password } = this.#address
    this.#await(null)
    if (password === '') this.#begin()
    else if (username === '') this.#ask(socket, 'AUTH', password)
    else this.#ask(socket, 'AUTH', username, password)
  }

  #begin(): void {
    this.#isReady = true
    this.#listener.onReady((...words) => this.send(...words))
  }

  #ask(socket: Socket, ...words: string[]): void {
    socket.write(encodeCommand(...words))
    this.#unanswered++
    if (this.#limit === null) this.#await(socket)
  }

  /** From now on, that long; null: no longer. */
  #await(socket: Socket | null): void {
    if (this.#limit !== null) clearTimeout(this.#limit)
    const giveUp = (): void => void socket?.destroy(new Error(`no answer within ${ANSWER_MS / 1000} s`))
    this.#limit = socket === null ? null : setTimeout(giveUp, ANSWER_MS).unref()
  }

  /** A refusal (a wrong password, no right to subscribe) is an error as any other. */
  #take(reply: RespValue): void {
    if (reply instanceof RespError) throw new Error(reply.message)
    this.#unanswered = Math.max(0, this.#unanswered - 1)
    this.#await(this.#unanswered === 0 ? null : this.#socket)
    // What AUTH is answered does not yet say that the channel may be used.
    if (reply === 'OK') return this.#begin()
    this.#retryMs = FIRST_RETRY_MS
    this.#tell(true, '')
    this.#listener.onReply(reply)
  }

  #comeBack(reason: string): void {
    this.#isReady = false
    this.#socket = null
    this.#await(null)
    if (this.#isClosed) return
    this.#tell(false, reason)
    this.#timer = setTimeout(() => this.#open(), timerMs(this.#retryMs)).unref()
    this.#retryMs = Math.min(this.#retryMs * 2, LAST_RETRY_MS)
  }

  #tell(isUp: boolean, reason: string): void {
    if (this.#isUp === isUp) return
    this.#isUp = isUp
    this.#listener.onState(isUp, reason)
  }
}
