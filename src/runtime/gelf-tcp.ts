// Records of GELF over TCP, each with a NUL behind it: a connection that is made anew when it is lost, and a bounded number of bytes that wait for it.

import { connect, type Socket } from 'node:net'
import { connectionWords, dialWords } from '../http/client/backend-errors.ts'
import type { GelfTarget } from '../log/gelf-block.ts'
import { type GelfInit, gelfRecord } from '../log/gelf-record.ts'
import { BackOff } from './back-off.ts'
import type { GelfWire } from './gelf-sinks.ts'
import type { SinkHealth } from './sink-health.ts'
import { timerMs } from '../engine/timer-ms.ts'

/** Records that wait, those in the socket among them. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024
const DIAL_MS = 5000

export class GelfTcp implements GelfWire {
  readonly #target: GelfTarget
  readonly #init: GelfInit
  readonly #health: SinkHealth
  readonly #print: (text: string) => void
  readonly #backOff = new BackOff()
  /** Null while there is none. */
  #socket: Socket | null = null
  /** `lines` of the access log that can still go to standard output. */
  #waiting: { readonly record: string; readonly line: string | null }[] = []
  #waitingBytes = 0
  /** No attempt has succeeded so far, and one has failed. */
  #isUnreached = false
  #wasReached = false
  #isOver = false
  #isFlushAsked = false
  #retry: NodeJS.Timeout | undefined
  #connectedMs = 0

  /** `print` takes access lines for a server that was never reached. */
  constructor(target: GelfTarget, init: GelfInit, health: SinkHealth, print: (text: string) => void) {
    this.#target = target
    this.#init = { ...init, facility: '' }
    this.#health = health
    this.#print = print
    this.#dial()
  }

  write(text: string): void {
    this.#take(text, null)
  }

  writeOrPrint(text: string): void {
    this.#take(text, text)
  }

  end(): Promise<void> {
    this.#isOver = true
    clearTimeout(this.#retry)
    const socket = this.#socket
    this.#socket = null
    if (socket === null) return Promise.resolve()
    this.#writeTo(socket)
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = setTimeout(() => socket.destroy(), 1000)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.end()
    return promise
  }

  #take(text: string, line: string | null): void {
    if (this.#isOver) return
    // compat: KrakenD goes on without a server that it cannot reach at its start. Here it is tried again and again.
    if (this.#isUnreached) {
      if (line !== null) this.#print(line)
      return
    }
    const record = `${gelfRecord(text, Date.now(), this.#init)}\u0000`
    if (this.#waitingBytes + (this.#socket?.writableLength ?? 0) + record.length > MAX_WAITING_BYTES) {
      this.#health.lose(1)
      this.#health.failed(`${this.#target.address} does not take records as fast as they come: some are lost`)
      return
    }
    this.#waiting.push({ record, line })
    this.#waitingBytes += record.length
    this.#askFlush()
  }

  /** perf: what is said in one turn of the event loop is written in one piece. */
  #askFlush(): void {
    if (this.#isFlushAsked || this.#socket === null) return
    this.#isFlushAsked = true
    setImmediate(() => {
      this.#isFlushAsked = false
      this.#flush()
    })
  }

  #flush(): void {
    if (this.#socket?.writableNeedDrain === false) this.#writeTo(this.#socket)
  }

  #writeTo(socket: Socket): void {
    if (this.#waiting.length === 0) return
    const text = this.#waiting.map(({ record }) => record).join('')
    this.#waiting = []
    this.#waitingBytes = 0
    socket.write(text)
  }

  #dial(): void {
    const { host, port } = this.#target
    const socket = connect({ host, port })
    socket.unref().setTimeout(DIAL_MS, () => socket.destroy(new Error('i/o timeout')))
    let reason: Error | null = null
    socket.on('error', (error) => (reason = error))
    socket.on('connect', () => {
      socket.setTimeout(0)
      this.#connected(socket)
    })
    socket.on('drain', () => {
      this.#flush()
      if (!socket.writableNeedDrain) this.#health.recovered()
    })
    // What a server says is thrown away; nothing else reads it.
    socket.resume()
    socket.on('close', () => this.#gone(reason))
  }

  #connected(socket: Socket): void {
    if (this.#isOver) {
      socket.destroy()
      return
    }
    this.#socket = socket
    this.#connectedMs = performance.now()
    this.#isUnreached = false
    this.#wasReached = true
    this.#health.recovered()
    this.#flush()
  }

  #gone(reason: Error | null): void {
    if (this.#isOver) return
    const { host, port, address } = this.#target
    const livedMs = this.#socket === null ? 0 : performance.now() - this.#connectedMs
    this.#socket = null
    const wasConnected = livedMs > 0
    const words = reason === null ? 'EOF' : wasConnected ? connectionWords(reason) : dialWords(reason, host, port)
    if (this.#wasReached) this.#health.failed(`${address} is gone: ${words}; records wait, and are lost beyond ${MAX_WAITING_BYTES} bytes`)
    else {
      this.#health.failed(`Unable to create the writer: ${words}; it is tried again, the access log goes to standard output until then`)
      this.#isUnreached = true
      for (const { line } of this.#waiting) if (line !== null) this.#print(line)
      this.#waiting = []
      this.#waitingBytes = 0
    }
    this.#retry = setTimeout(() => this.#dial(), timerMs(this.#backOff.next(livedMs))).unref()
  }
}
