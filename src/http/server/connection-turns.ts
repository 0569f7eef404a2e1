// The requests of one HTTP/1 connection, carried out one after the other. Knows nothing of what they ask for.

import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { GatewayResponse } from './http1-exchange.ts'

/** How Node announces a request: any, one with `Expect: 100-continue`, one that expects what nobody knows. */
export type RequestKind = 'plain' | 'continue' | 'unknown-expectation'
export type Begin = (request: IncomingMessage, response: GatewayResponse, kind: RequestKind) => void
/** What becomes of a connection that cannot be read any further. */
export type Outcome = (socket: ClientSocket) => void

/** A client's connection with the order of its requests; null before the first of them. */
export interface ClientSocket extends Socket {
  turns?: Turns
  /** Whether it is no longer HTTP that is spoken there, or about to be not. */
  isTunnel?: boolean
}

interface Waiting {
  readonly request: IncomingMessage
  readonly response: GatewayResponse
  readonly kind: RequestKind
  /** Set when its body turns out unreadable: happens instead of it. */
  outcome: Outcome | null
}

/** An end of the client's side within this time after the last of a request says that no more will come; a later one that the client has left. */
const HALF_CLOSE_MS = 100

/**
 * security: Node starts every request that it finds in its buffer. Here the next begins when the answer before it has left, as in
 * Go's server: otherwise one connection makes thousands of backend calls at a time, and a read overtakes the write before it.
 * Nothing is read from the socket while requests wait, so that no more of them wait than one buffer holds (64 KB).
 */
export class Turns {
  readonly #socket: ClientSocket
  readonly #begin: Begin
  #current: GatewayResponse | null = null
  /** The one that was read last; null where none is under way. */
  #last: IncomingMessage | null = null
  readonly #waiting: Waiting[] = []
  #outcome: Outcome | null = null
  #isHeld = false
  #isEnding = false
  #isAskedOut = false
  #heardMs = 0

  private constructor(socket: ClientSocket, begin: Begin) {
    this.#socket = socket
    this.#begin = begin
    socket.on('end', onClientEnd)
  }

  /** Begins a request, or lets it wait for its turn. */
  static take(begin: Begin, request: IncomingMessage, response: GatewayResponse, kind: RequestKind): void {
    const socket: ClientSocket = request.socket
    const turns = (socket.turns ??= new Turns(socket, begin))
    turns.#last = request
    // security: what follows an answer that ends the connection would be carried out without anybody hearing of it.
    if (turns.#isEnding) return
    if (turns.#current === null) turns.#start(request, response, kind)
    else turns.#wait({ request, response, kind, outcome: null })
  }

  /** Whether an answer is under way. */
  get isBusy(): boolean {
    return this.#current !== null
  }

  /** Whether requests wait for the answer that is under way. */
  get hasWaiting(): boolean {
    return this.#waiting.length > 0
  }

  /** Whether the client has ended its side: no more requests will come than those that wait. */
  get isAskedOut(): boolean {
    return this.#isAskedOut
  }

  /** Says that the answer under way is the last one: what the client has sent behind its request is not for us. */
  markEnding(): void {
    this.#isEnding = true
  }

  /** The answer under way has left, or its connection is gone. */
  next(): void {
    this.#current = null
    const socket = this.#socket
    if (this.#isEnding || socket.destroyed) {
      this.#waiting.length = 0
      return
    }
    const turn = this.#waiting.shift()
    if (turn !== undefined) {
      this.#letGo()
      if (turn.outcome !== null) turn.outcome(socket)
      else this.#start(turn.request, turn.response, turn.kind)
      return
    }
    // An idle connection keeps nothing of what was asked.
    if (this.#last?.complete === true) this.#last = null
    this.#outcome?.(socket)
  }

  /**
   * Keeps what becomes of the connection until the answers that are due have left; false when none is. An answer whose own request
   * is what cannot be read is not due, unless it has been given already.
   */
  postpone(outcome: Outcome): boolean {
    const current = this.#current
    if (current === null && !this.#isEnding) return false
    const waiting = this.#waiting.at(-1)
    if (this.#last?.complete === true || this.#isEnding) {
      if (current !== null && !current.writableEnded && this.#last?.complete !== true) return false
      this.#outcome = outcome
    } else if (waiting !== undefined) waiting.outcome = outcome
    else return false
    this.#hold()
    return true
  }

  /** The client takes too long with the body of the request under way; false where none is. */
  giveUpBody(): boolean {
    const exchange = this.#current?.exchange ?? null
    exchange?.bodyIsLate()
    return exchange !== null
  }

  /** The connection is no longer Node's: passes on what the answer under way waits for. */
  relayDrain(): void {
    this.#socket.on('drain', () => this.#current?.emit('drain'))
  }

  #start(request: IncomingMessage, response: GatewayResponse, kind: RequestKind): void {
    this.#current = response
    this.heard()
    response.turns = this
    response.on('close', onResponseClose)
    this.#begin(request, response, kind)
    if (!request.readableEnded) request.once('end', onRequestEnd)
  }

  #wait(turn: Waiting): void {
    this.#waiting.push(turn)
    this.#hold()
  }

  #hold(): void {
    if (!this.#isHeld) {
      this.#isHeld = true
      this.#socket.on('resume', onResume)
    }
    this.#socket.pause()
  }

  #letGo(): void {
    if (this.#waiting.length === 0 && this.#outcome === null) this.#socket.resume()
  }

  /** Node resumes a socket whenever a message ends or is read. */
  resumed(): void {
    if (this.#waiting.length > 0 || this.#outcome !== null) this.#socket.pause()
  }

  /** The client has sent something of a request. */
  heard(): void {
    this.#heardMs = performance.now()
  }

  /**
   * compat: Go cancels a request whose client ends its side of the connection. A client that does so together with its request is
   * only done with asking, and waits for the answer.
   */
  clientEnded(): void {
    this.#isAskedOut = true
    if (this.#current === null || performance.now() - this.#heardMs < HALF_CLOSE_MS) return
    this.#current.exchange?.leave()
  }
}

// perf: one function of each listens to all sockets, requests and responses; a connection that is idle holds 400 bytes less.

function onResume(this: ClientSocket): void {
  this.turns?.resumed()
}

function onClientEnd(this: ClientSocket): void {
  this.turns?.clientEnded()
}

function onRequestEnd(this: IncomingMessage): void {
  ;(this.socket as ClientSocket).turns?.heard()
}

function onResponseClose(this: GatewayResponse): void {
  this.exchange?.closed(this.writableFinished)
  this.turns?.next()
}
