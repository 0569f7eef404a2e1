// What the client of Kafka leaves undone for its connections, done as each of them begins: it tells of them in a channel of diagnostics.

import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { isIP } from 'node:net'
import type { Base, Connection } from '@platformatic/kafka'

/** Told before the socket is made. */
const BEGINNINGS = 'tracing:plt:kafka:connections:connects:start'

interface Beginning {
  readonly connection: Connection
  readonly host: string
}

export interface Attendance {
  /** Why the newest connection was lost: the client itself says only that it was closed. */
  readonly lastError: Error | null
  /** No more connections begin. */
  end(): void
}

let host = ''

/** The name of the broker that a connection is being made to, which TLS asks for; empty for an address, which Node refuses there. */
export function nameOfBroker(): string {
  return isIP(host) === 0 ? host : ''
}

/** Called before a client makes its first connection. */
export function attendConnections({ instanceId }: Pick<Base, 'instanceId'>): Attendance {
  let lastError: Error | null = null
  function onBeginning(message: unknown): void {
    const { connection, host: asked } = message as Beginning
    if (connection.ownerId !== instanceId) return
    host = asked
    lastError = null
    // A broker that refuses a login and then breaks off is two errors. The client listens to the first one only, and what nobody hears is thrown.
    connection.on('error', (error) => (lastError = error))
    // A login that expires is renewed by a timer, which would keep until then what is gone.
    connection.on('close', () => void connection.close())
  }
  subscribe(BEGINNINGS, onBeginning)
  return {
    get lastError() {
      return lastError
    },
    end: () => void unsubscribe(BEGINNINGS, onBeginning),
  }
}
