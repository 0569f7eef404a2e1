// The exchange that stands inside of a plugin around the router: its answer is held until the plugin lets it go.

import type { Duplex, Readable } from 'node:stream'
import { CANCELED } from '../engine/errors.ts'
import { HeaderMap, type ReadonlyHeaders } from '../engine/headers.ts'
import type { Scope } from '../engine/scope.ts'
import type { Answer, Body, Exchange, Handler, Route } from '../engine/types.ts'
import type { ServerInput } from './server-request.ts'

/** An answer that is finished and has not left. */
export interface HeldAnswer {
  readonly statusCode: number
  readonly headers: ReadonlyHeaders
  readonly body: Answer['body']
  /** Whoever streams waits until it has left, or nobody wants it. */
  readonly settle: (written: Promise<void> | null) => void
}

export class HeldExchange implements Exchange {
  method: string
  target: string
  path: string
  rawQuery: string
  readonly headers: HeaderMap
  host: string
  clientIp: string
  body: Body
  readonly scope: Scope
  readonly responseHeaders = new HeaderMap()
  readonly #outer: Exchange
  readonly #held = Promise.withResolvers<HeldAnswer>()
  #hooks: ((answer: Answer) => void)[] | null = null
  #statusCode = 0

  constructor(outer: Exchange, input: ServerInput, scope: Scope) {
    this.#outer = outer
    this.method = input.method
    this.target = input.target
    this.path = input.path
    this.rawQuery = input.rawQuery
    this.headers = input.headers
    this.host = input.host
    this.body = input.body
    this.clientIp = outer.clientIp
    this.scope = scope
  }

  /** Sends it through a handler. Resolves with the answer, which may stream long after; rejects where there is none. */
  ask(next: Handler): Promise<HeldAnswer> {
    const { promise, reject } = this.#held
    // Whoever is done without an answer has nobody to answer to.
    const endSilently = (): void => reject(CANCELED)
    try {
      const running = next(this)
      if (running === undefined) endSilently()
      else running.then(endSilently, reject)
    } catch (error) {
      reject(error)
    }
    return promise
  }

  get sent(): Exchange['sent'] {
    return this.#outer.sent
  }

  get peerAddress(): string {
    return this.#outer.peerAddress
  }

  get tls(): Exchange['tls'] {
    return this.#outer.tls
  }

  get isSecure(): boolean {
    return this.#outer.isSecure
  }

  get protocol(): string {
    return this.#outer.protocol
  }

  get startMs(): number {
    return this.#outer.startMs
  }

  get route(): Route | null {
    return this.#outer.route
  }

  set route(route: Route | null) {
    this.#outer.route = route
  }

  get params(): Map<string, string> {
    return this.#outer.params
  }

  set params(params: Map<string, string>) {
    this.#outer.params = params
  }

  get failure(): Error | null {
    return this.#outer.failure
  }

  set failure(failure: Error | null) {
    this.#outer.failure = failure
  }

  /** What has left in the end; before, what is held. */
  get statusCode(): number {
    return this.#outer.statusCode || this.#statusCode
  }

  get bytesIn(): number {
    return this.#outer.bytesIn
  }

  get bytesOut(): number {
    return this.#outer.bytesOut
  }

  answer(statusCode: number, body: string | Uint8Array | null = null): void {
    this.#hold(statusCode, body, ignore)
  }

  get upgrade(): string | null {
    return this.#outer.upgrade
  }

  /** Bytes of another protocol are nothing that can be held: they pass, with the header fields of the inner answer. */
  tunnel(peer: Duplex, onBytes: () => void): Promise<void> {
    const { fields } = this.responseHeaders
    for (let i = 0; i < fields.length; i += 2) this.#outer.responseHeaders.add(fields[i] as string, fields[i + 1] as string)
    return this.#outer.tunnel(peer, onBytes)
  }

  answerStream(statusCode: number, body: Readable): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#hold(statusCode, body, (written) => resolve(written ?? undefined))
    return promise
  }

  cut(): void {
    this.#outer.cut()
  }

  onAnswer(hook: (answer: Answer) => void): void {
    this.#hooks ??= []
    this.#hooks.push(hook)
  }

  onFinish(listener: () => void): void {
    this.#outer.onFinish(listener)
  }

  #hold(statusCode: number, body: Answer['body'], settle: HeldAnswer['settle']): void {
    if (this.#statusCode !== 0) throw new Error(`answered twice: ${this.#statusCode}, then ${statusCode}`)
    const answer: Answer = { statusCode, headers: this.responseHeaders, body }
    for (const hook of this.#hooks?.toReversed() ?? []) hook(answer)
    this.#statusCode = answer.statusCode
    this.#held.resolve({ ...answer, settle })
  }
}

function ignore(): void {}
