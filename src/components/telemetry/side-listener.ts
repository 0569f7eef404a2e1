// A port of its own for figures that are asked for: few connections, none for long. Knows nothing of the gateway's own requests.

import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer } from '../../node-http.ts'
import type { HostPort } from '../../go/host-port.ts'

const MAX_CONNECTIONS = 100

export interface SideListenerInit extends HostPort {
  /** Whoever sends a request more slowly is cut. */
  readonly maxRequestMs: number
  readonly answer: RequestListener
  /** Hears of what goes wrong while it listens. */
  readonly onError: (error: Error) => void
}

export interface SideListener {
  /** Resolves when the port is free again. */
  close(): Promise<void>
}

/** Rejects with the system's error when the port cannot be opened. */
export async function openSideListener({ host, port, maxRequestMs, answer, onError }: SideListenerInit): Promise<SideListener> {
  const server = createServer({ requestTimeout: maxRequestMs, headersTimeout: maxRequestMs }, answer)
  server.maxConnections = MAX_CONNECTIONS
  server.listen({ port, ...(host === '' ? {} : { host }) })
  await once(server, 'listening')
  server.on('error', onError)
  return {
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
