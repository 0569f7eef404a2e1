// The port that Prometheus scrapes: `GET /metrics`, nothing else. Knows nothing of the gateway's own requests.

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { HostPort } from '../../go/host-port.ts'
import { CONTENT_TYPE } from './prometheus-page.ts'
import { openSideListener, type SideListener } from './side-listener.ts'

const MAX_REQUEST_MS = 10_000

export interface ListenerInit extends HostPort {
  readonly page: () => string
  /** Hears of what goes wrong while it listens. */
  readonly onError: (error: Error) => void
}

/** Rejects with the system's error when the port cannot be opened. */
export function listenForScrapes({ port, host, page, onError }: ListenerInit): Promise<SideListener> {
  return openSideListener({
    port,
    host,
    maxRequestMs: MAX_REQUEST_MS,
    answer: (request, response) => answer(request, response, page, onError),
    onError,
  })
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
