// A gateway with the number of its requests, so that it can go when the last one has ended.

import type { CompiledGateway } from '../engine/compile/compile.ts'
import type { Exchange } from '../engine/types.ts'

export class ServedGateway {
  readonly #gateway: CompiledGateway
  #requests = 0
  #onIdle: (() => void) | null = null
  #retired: Promise<void> | null = null

  constructor(gateway: CompiledGateway) {
    this.#gateway = gateway
  }

  get requests(): number {
    return this.#requests
  }

  handle(exchange: Exchange): void | Promise<void> {
    this.#requests++
    exchange.onFinish(this.#leave)
    return this.#gateway.handle(exchange)
  }

  get refused(): CompiledGateway['refused'] {
    return this.#gateway.refused
  }

  /** Resolves when the last request has ended and everything the gateway holds is given back, once. Call it after the last `handle`. */
  retire(): Promise<void> {
    this.#retired ??= this.#end()
    return this.#retired
  }

  async #end(): Promise<void> {
    if (this.#requests > 0) await new Promise<void>((resolve) => (this.#onIdle = resolve))
    await this.#gateway.retire()
  }

  /** Counts its requests as ended: their connections were cut. */
  abandon(): void {
    this.#requests = 0
    this.#onIdle?.()
  }

  /** perf: one function for all requests. */
  readonly #leave = (): void => {
    this.#requests--
    if (this.#requests === 0) this.#onIdle?.()
  }
}
