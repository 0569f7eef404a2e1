// A connection to a backend that has left HTTP behind: bytes both ways, each side held back by the other. Knows no protocol.

import { Duplex } from 'node:stream'
import type { Connection } from './connection.ts'

export class TunnelStream extends Duplex {
  readonly #connection: Connection
  readonly #socket: ReturnType<Connection['becomeTunnel']>
  #isComplete = false

  constructor(connection: Connection) {
    super({ allowHalfOpen: true })
    this.#connection = connection
    this.#socket = connection.becomeTunnel()
    // It can break before anybody listens; whoever takes it then finds it destroyed.
    this.on('error', ignore)
  }

  /** The backend has ended its side. */
  complete(): void {
    this.#isComplete = true
    this.push(null)
  }

  override _read(): void {
    if (!this.#isComplete) this.#connection.resume()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    this.#socket.write(chunk, callback)
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.#socket.end(callback)
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#connection.destroy()
    callback(error)
  }
}

function ignore(): void {}
