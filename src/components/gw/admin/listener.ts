// The port of its own for the pages: few connections, none for long.

import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { readUpTo } from '../../../engine/body.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import { createServer } from '../../../node-http.ts'
import type { HostPort } from '../../../go/host-port.ts'
import { JSON_TYPE, MAX_BODY_BYTES, type Page } from './pages.ts'
import type { Access } from './access.ts'

const MAX_CONNECTIONS = 100
/** Whoever sends a request more slowly is cut. */
const MAX_REQUEST_MS = 10_000

export interface AdminListener {
  readonly port: number
  /** Resolves when the port is free again. */
  close(): Promise<void>
}

/** Rejects with the system's error when the port cannot be opened. */
export async function listenForAdmins(
  { host, port }: HostPort,
  pages: ReadonlyMap<string, Page>,
  mayEnter: Access['mayEnter'],
  onError: (error: Error) => void,
): Promise<AdminListener> {
  const server = createServer({ requestTimeout: MAX_REQUEST_MS, headersTimeout: MAX_REQUEST_MS }, (request, response) => {
    void answer(request, response, pages, mayEnter).catch((error: Error) => {
      onError(error)
      response.destroy()
    })
  })
  server.maxConnections = MAX_CONNECTIONS
  server.listen({ port, ...(host === '' ? {} : { host }) })
  await once(server, 'listening')
  server.on('error', onError)
  return {
    port: (server.address() as { port: number }).port,
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  pages: ReadonlyMap<string, Page>,
  mayEnter: Access['mayEnter'],
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?')
  const page = pages.get(path)
  const asker = { peerAddress: request.socket.remoteAddress ?? '', headers: HeaderMap.fromClient(request.rawHeaders) }
  // What remains of a body that nobody wants is not waited for.
  response.shouldKeepAlive = false
  if (page === undefined || !mayEnter(asker)) {
    response.writeHead(404, { 'Content-Type': 'text/plain' }).end('404 page not found')
    return
  }
  if (request.method !== page.method) {
    response.writeHead(405, { Allow: page.method }).end()
    return
  }
  const { status, text } = await page.answer(() => readUpTo(request, MAX_BODY_BYTES))
  response.writeHead(status, text === null ? {} : { 'Content-Type': JSON_TYPE }).end(text ?? undefined)
}
