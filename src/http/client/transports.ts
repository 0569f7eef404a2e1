// The transports of one gateway: one for the settings of the service, one more for each other set of settings.

import type { TransportOptions } from '../../config/types.ts'
import type { Sender } from '../../engine/types.ts'
import { createTransport, type Transport, type TransportInit } from './transport.ts'

export interface Transports {
  /** With the settings of the service. */
  readonly send: Sender
  /** With some of them changed. Who asks for the same settings shares connections; nothing is opened before the first request. */
  sendWith(changes: Partial<TransportOptions>): Sender
  /** Closes idle connections now and the others when they are done. */
  close(): Promise<void>
}

/** Bounded by the configuration: `sendWith` is asked while a gateway is compiled. */
export function createTransports(defaults: TransportOptions, init: TransportInit = {}): Transports {
  const transports = new Map<string, Transport>()
  const sendWith = (changes: Partial<TransportOptions>): Sender => {
    const options = { ...defaults, ...changes }
    const key = JSON.stringify(options)
    let transport = transports.get(key)
    if (transport === undefined) transports.set(key, (transport = createTransport(options, init)))
    return transport.send
  }
  return {
    send: sendWith({}),
    sendWith,
    async close() {
      await Promise.all([...transports.values()].map((transport) => transport.close()))
    },
  }
}
