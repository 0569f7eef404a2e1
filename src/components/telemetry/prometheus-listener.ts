// The port that Prometheus scrapes: `GET /metrics`, nothing else. Knows nothing of the gateway's own requests.

import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { CONTENT_TYPE } from './prometheus-page.ts'

const MAX_CONNECTIONS = 100
const MAX_REQUEST_MS = 10_000

export interface ListenerInit {
  readonly port: number
  /** Empty: all interfaces. */
  readonly host: string
  readonly page: () => string
  /** Hears of what goes wrong while it listens. */
  readonly onError: (error: Error) => void
}

export interface MetricsListener {
  /** Resolves when the port is free again. */
  close(): Promise<void>
}

/** Rejects with the system's error when the port cannot be opened. */
export async function listenForScrapes({ port, host, page, onError }: ListenerInit): Promise<MetricsListener> {
  const limits = { requestTimeout: MAX_REQUEST_MS, headersTimeout: MAX_REQUEST_MS }
  const server = createServer(limits, (request, response) => answer(request, response, page, onError))
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

function answer(request: IncomingMessage, response: ServerResponse, page: () => string, onError: (error: Error) => void): void {
  request.resume()
  const [path] = (request.url ?? '').split('?')
  if (path !== '/metrics') {
    response.writeHead(404, { 'Content-Type': 'text/plain; charset=utf-8' })
    response.end('404 page not found\n')
    return
  }
  try {
    const body = Buffer.from(page())
    response.writeHead(200, { 'Content-Type': CONTENT_TYPE, 'Content-Length': body.length })
    response.end(request.method === 'HEAD' ? undefined : body)
  } catch (error) {
    onError(error as Error)
    response.writeHead(500)
    response.end()
  }
}
