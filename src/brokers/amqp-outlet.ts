// Publishes on one channel, and waits while the broker takes nothing: what waits stays with its request, and goes with it. Knows no options.

import type { ConfirmChannel, Options } from 'amqplib'
import type { Scope } from '../engine/scope.ts'

/** What goes with a body. */
export interface Envelope {
  readonly routingKey: string
  readonly properties: Options.Publish
}

export class Outlet {
  readonly #channel: ConfirmChannel
  /** Resolves when the broker takes more; null while it does. */
  #drained: PromiseWithResolvers<void> | null = null

  constructor(channel: ConfirmChannel) {
    this.#channel = channel
    const go = (): void => {
      this.#drained?.resolve()
      this.#drained = null
    }
    channel.on('drain', go)
    channel.on('close', go)
  }

  /** Resolves when the broker says that it has the message; rejects with what it or the connection says, or when the scope ends. */
  async publish(exchange: string, content: Buffer, { routingKey, properties }: Envelope, scope: Scope): Promise<void> {
    while (this.#drained !== null) await scope.wait(this.#drained.promise)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const hasRoom = this.#channel.publish(exchange, routingKey, content, properties, (error: Error | null) => {
      if (error === null) resolve()
      else reject(error)
    })
    if (!hasRoom) this.#drained ??= Promise.withResolvers()
    return scope.wait(promise)
  }
}
