// The listener of `/__stats`. Knows nothing of the gateway's own requests.

import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import type { HostPort } from '../../../go/host-port.ts'
import { openSideListener, type SideListener } from '../side-listener.ts'

const PATH = '/__stats'
const MAX_REQUEST_MS = 30_000

/** `pieces` gives the page anew for each request. Rejects with what the system says about the port. */
export function openStatsServer({ host, port }: HostPort, pieces: () => Iterable<string>): Promise<SideListener> {
  return openSideListener({
    host,
    port,
    maxRequestMs: MAX_REQUEST_MS,
    answer: (request, response) => answer(request, response, pieces),
    onError: ignore,
  })
}

function answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse, pieces: () => Iterable<string>): void {
  const [path = ''] = url.split('?')
  if (path !== PATH) {
    // compat: gin mends the slash and the case of a path.
    if (path.replace(/\/$/, '').toLowerCase() === PATH) redirect(method, response)
    else end(response, 404, '404 page not found')
  } else if (method !== 'GET') {
    response.setHeader('Allow', 'GET')
    end(response, 405, '405 method not allowed')
  } else {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' })
    const page = Readable.from(unhurried(pieces()), { objectMode: false, highWaterMark: 64 * 1024 })
    page.on('error', () => response.destroy()).pipe(response)
    response.on('close', () => page.destroy())
  }
}

/** Lets requests of the gateway have their turn between two pieces. */
async function* unhurried(pieces: Iterable<string>): AsyncGenerator<string> {
  for (const piece of pieces) {
    yield piece
    await setImmediate()
  }
}

function redirect(method: string, response: ServerResponse): void {
  response.setHeader('Location', PATH)
  if (method === 'GET') {
    response.writeHead(301, { 'Content-Type': 'text/html; charset=utf-8' })
    response.end(`<a href="${PATH}">Moved Permanently</a>.\n\n`)
  } else {
    response.writeHead(307)
    response.end()
  }
}

function end(response: ServerResponse, statusCode: number, text: string): void {
  response.writeHead(statusCode, { 'Content-Type': 'text/plain' })
  response.end(text)
}

/** A connection that could not be taken, say for want of file descriptors: the next one is. */
function ignore(): void {}
