// Records of GELF over UDP: packed, and sent when the requests of a turn are done. Nobody answers, so only this machine's own errors are seen.

import { randomBytes } from 'node:crypto'
import { createSocket, type Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import type { GelfTarget } from '../log/gelf-block.ts'
import { type GelfInit, gelfDatagrams, gelfRecord } from '../log/gelf-record.ts'
import { connectionWords, dialWords } from '../http/client/backend-errors.ts'
import type { GelfWire } from './gelf-sinks.ts'
import type { SinkHealth } from './sink-health.ts'

/** Texts that wait for the end of a turn, or for the address of the server. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
/** Datagrams that the system has not taken yet. */
const MAX_SENDING = 1024
/** perf: so many are packed in one go, some 30 µs each; requests have their turn then. */
const PER_TURN = 32
const RETRY_MS = 5000
/** The end waits no longer for the system to take what there is. */
const END_MS = 1000
/** So long without an error means that the server is back. */
const QUIET_MS = 5000
/** perf: a record is short, so a small window packs it as well and costs a fraction. */
const PACKING = { level: 1, windowBits: 12, memLevel: 5 } as const

interface Waiting {
  readonly text: string
  readonly ms: number
}

export class GelfUdp implements GelfWire {
  readonly #target: GelfTarget
  readonly #init: GelfInit
  readonly #health: SinkHealth
  readonly #print: (text: string) => void
  #waiting: Waiting[] = []
  #waitingBytes = 0
  #sending = 0
  #socket: Socket | null = null
  #isTurnAsked = false
  #isOver = false
  /** No way there has been found so far. */
  #isUnreached = false
  #retry: NodeJS.Timeout | undefined
  #lastErrorMs = 0
  #idle: (() => void) | null = null

  /** `print` takes access lines for a server that no way leads to. */
  constructor(target: GelfTarget, init: GelfInit, health: SinkHealth, print: (text: string) => void) {
    this.#target = target
    this.#init = init
    this.#health = health
    this.#print = print
    void this.#open()
  }

  /** The server gets it, as far as anybody knows. */
  write(text: string): void {
    if (this.#isOver) return
    if (this.#waitingBytes + text.length > MAX_WAITING_BYTES || this.#sending >= MAX_SENDING) {
      this.#health.lose(1)
      this.#health.failed(`${this.#target.address} cannot be sent to as fast as lines come: some are lost`)
      this.#lastErrorMs = performance.now()
      return
    }
    this.#waiting.push({ text, ms: Date.now() })
    this.#waitingBytes += text.length
    this.#askTurn()
  }

  writeOrPrint(text: string): void {
    if (this.#isUnreached && !this.#isOver) this.#print(text)
    else this.write(text)
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#idle?.(), END_MS)
      this.#idle = () => {
        clearTimeout(timer)
        this.#isOver = true
        clearTimeout(this.#retry)
        this.#socket?.close()
        this.#socket = null
        this.#idle = null
        resolve()
      }
      if (this.#socket === null) this.#idle()
      else this.#settle()
    })
  }

  async #open(): Promise<void> {
    try {
      const socket = await this.#connect()
      if (this.#isOver) socket.close()
      else this.#socket = socket.on('error', (error) => this.#failed(error))
      this.#isUnreached = false
      this.#askTurn()
    } catch (error) {
      this.#isUnreached = true
      this.#lastErrorMs = performance.now()
      const words = dialWords(error as Error, this.#target.host, this.#target.port).replace('dial tcp', 'dial udp')
      this.#health.failed(`Unable to create the writer: ${words}; it is tried again, the access log goes to standard output until then`)
      if (!this.#isOver) this.#retry = setTimeout(() => void this.#open(), RETRY_MS).unref()
    }
  }

  /** Rejects where this machine knows no way there; a socket that is not connected would throw at each record. */
  async #connect(): Promise<Socket> {
    const { host, port } = this.#target
    const { address, family } = await lookup(host)
    const socket = createSocket(family === 6 ? 'udp6' : 'udp4').unref()
    try {
      socket.connect(port, address)
      await once(socket, 'connect')
      return socket
    } catch (error) {
      socket.close()
      throw error
    }
  }

  #askTurn(): void {
    if (this.#isTurnAsked || this.#socket === null || this.#waiting.length === 0) return
    this.#isTurnAsked = true
    setImmediate(this.#takeTurn)
  }

  readonly #takeTurn = (): void => {
    this.#isTurnAsked = false
    const socket = this.#socket
    if (socket === null || this.#isOver) return
    for (const { text, ms } of this.#waiting.splice(0, PER_TURN)) {
      this.#waitingBytes -= text.length
      this.#sendOne(socket, text, ms)
    }
    this.#askTurn()
    this.#settle()
  }

  #sendOne(socket: Socket, text: string, ms: number): void {
    const packed = gzipSync(gelfRecord(text, ms, this.#init), PACKING)
    const datagrams = gelfDatagrams(packed, () => randomBytes(8))
    // What GELF cannot carry is lost; the server is well.
    if (datagrams === null) this.#health.lose(1)
    for (const datagram of datagrams ?? []) {
      this.#sending++
      socket.send(datagram, this.#onSent)
    }
  }

  readonly #onSent = (error: Error | null): void => {
    this.#sending--
    if (error !== null) {
      this.#health.lose(1)
      this.#failed(error)
    } else if (performance.now() - this.#lastErrorMs > QUIET_MS) this.#health.recovered()
    this.#settle()
  }

  #failed(error: Error): void {
    const { address } = this.#target
    this.#lastErrorMs = performance.now()
    this.#health.failed(`${address} cannot be sent to: ${connectionWords(error)}; records are lost until it can`)
  }

  /** Ends when all is sent, if that is asked for. */
  #settle(): void {
    if (this.#waiting.length === 0 && this.#sending === 0) this.#idle?.()
  }
}
