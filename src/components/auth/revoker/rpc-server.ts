// The revoker's RPC port: sockets around the connections, and what all of them together may cost. Knows nothing of the protocol.

import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Revocations } from './revocations.ts'
import { maxCallBytes, RpcConnection } from './rpc-connection.ts'
import { TurnQueue } from './turn-queue.ts'
import { timerMs } from '../../../engine/timer-ms.ts'

/** Answers that a client does not read stop the reading of its calls. */
const MAX_UNREAD_BYTES = 1024 * 1024
/** Beside the longest call, bytes that all connections may hold. */
const OTHER_BYTES = 16 * 1024 * 1024

export interface RpcLimits {
  /** When one more comes, the one that has been silent for longest goes. */
  readonly connections: number
  /** For a call to come in, and for its answer to be read. */
  readonly callMs: number
  /** Without a call. */
  readonly idleMs: number
  /** Unfinished calls and unread answers of all connections; beyond, the one with the most goes. */
  readonly bytes: number
}

/** What the port of a gateway allows. It asks nobody for a name, so it must not believe anybody. */
export function rpcLimits(revocations: Revocations): RpcLimits {
  return { connections: 100, callMs: 30_000, idleMs: 600_000, bytes: maxCallBytes(revocations) + OTHER_BYTES }
}

/** A server that is not listening yet, and a function that ends its connections. */
export function createRpcServer(revocations: Revocations, limits = rpcLimits(revocations)): { server: Server; endConnections: () => void } {
  // In the order of their last bytes: the first one has been silent for longest.
  const clients = new Set<RpcClient>()
  const queue = new TurnQueue()
  const server = createServer((socket) => {
    if (clients.size >= limits.connections) clients.values().next().value?.end()
    const client = new RpcClient(socket, new RpcConnection(revocations), limits, queue, () => {
      clients.delete(client)
      clients.add(client)
      endLargest(clients, limits.bytes)
    })
    clients.add(client)
    socket.on('close', () => clients.delete(client))
  })
  return {
    server,
    endConnections() {
      for (const client of clients) client.end()
    },
  }
}

function endLargest(clients: ReadonlySet<RpcClient>, maxBytes: number): void {
  let sum = 0
  let largest: RpcClient | null = null
  for (const client of clients) {
    sum += client.heldBytes
    if (largest === null || client.heldBytes > largest.heldBytes) largest = client
  }
  if (sum > maxBytes) largest?.end()
}

class RpcClient {
  readonly #socket: Socket
  readonly #connection: RpcConnection
  readonly #limits: RpcLimits
  readonly #queue: TurnQueue
  #timer: NodeJS.Timeout | null = null
  #isCallTimer = false
  #isWorking = false

  constructor(socket: Socket, connection: RpcConnection, limits: RpcLimits, queue: TurnQueue, onBytes: () => void) {
    this.#socket = socket
    this.#connection = connection
    this.#limits = limits
    this.#queue = queue
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#stopTimer())
    socket.on('drain', () => this.#goOn())
    socket.on('data', (chunk: Buffer) => {
      this.#take(chunk)
      onBytes()
    })
    this.#watch()
  }

  get heldBytes(): number {
    return this.#connection.heldBytes + this.#socket.writableLength
  }

  end(): void {
    this.#socket.destroy()
  }

  /** Nothing more is read before what these bytes complete is answered. */
  #take(chunk: Buffer): void {
    this.#socket.pause()
    this.#isWorking = true
    this.#queue.run({
      steps: this.#connection.receive(chunk),
      isWanted: () => !this.#socket.destroyed,
      onValue: (answer) => {
        this.#stopTimer()
        this.#socket.write(answer, () => this.#watch())
      },
      onEnd: () => {
        this.#isWorking = false
        this.#goOn()
      },
      // compat: bytes that are no gob end their connection, without a word.
      onError: () => this.end(),
    })
  }

  #goOn(): void {
    this.#watch()
    if (this.#socket.writableLength <= MAX_UNREAD_BYTES) this.#socket.resume()
  }

  /** A call must be complete some time after it began, and its answer be read; the time does not begin anew with each byte. */
  #watch(): void {
    const isBusy = this.heldBytes > 0 || this.#connection.isInCall
    if (this.#socket.destroyed || (isBusy && this.#isCallTimer)) return
    this.#stopTimer()
    this.#isCallTimer = isBusy
    const { callMs, idleMs } = this.#limits
    this.#timer = setTimeout(() => this.#expire(), timerMs(isBusy ? callMs : idleMs)).unref()
  }

  #expire(): void {
    this.#stopTimer()
    // Work that waits for its turn is not the client's delay.
    if (this.#isWorking) this.#watch()
    else this.end()
  }

  #stopTimer(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    this.#isCallTimer = false
  }
}
