// What the tests of this folder share: configurations, raw clients and raw backends. Knows nothing of the gateway.

import assert from 'node:assert/strict'
import net, { type Socket } from 'node:net'
import type { Readable } from 'node:stream'
import type { ServerConfig, TransportOptions } from '../config/types.ts'
import type { Logger } from '../engine/compile/component.ts'
import { GatewayError } from '../engine/errors.ts'
import { Scope } from '../engine/scope.ts'
import type { BackendRequest, BackendResponse, Body, Exchange, Handler } from '../engine/types.ts'
import { startSocketBackend } from '../testing/backend.ts'
import { makeServer, makeTransport } from '../testing/config.ts'
import { makeBackendRequest } from '../testing/index.ts'
import { createNodeServer, type NodeServer } from './server/listener.ts'
import type { Transport } from './client/transport.ts'

type WireConfig = ServerConfig & TransportOptions

/** What servers and transports need, with the defaults of the kit. */
export function configWith(changes: Partial<WireConfig> = {}): WireConfig {
  return { ...makeServer(), ...makeTransport(), ...changes }
}

/** Keeps what is logged, without its level. */
export function listLogger(): { log: Logger; lines: string[] } {
  const lines: string[] = []
  const note = (message: string): void => {
    lines.push(message)
  }
  return { log: { debug: note, info: note, warning: note, error: note, critical: note }, lines }
}

export interface RawBackend {
  readonly origin: string
  /** Complete requests in the order they came, head and body as one text. */
  readonly requests: string[]
  /** Connections so far. */
  readonly sockets: Socket[]
  close(): Promise<void>
}

/** A backend that answers each complete request head (and its chunked or counted body) with whatever `answer` does. */
export async function startBackend(answer: (request: string, socket: Socket, count: number) => void): Promise<RawBackend> {
  const requests: string[] = []
  const sockets: Socket[] = []
  const backend = await startSocketBackend((socket) => {
    sockets.push(socket)
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
      while (isComplete(text)) {
        const request = text
        text = ''
        requests.push(request)
        answer(request, socket, requests.length)
      }
    })
  })
  return { origin: backend.url, requests, sockets, close: () => backend.close() }
}

function isComplete(text: string): boolean {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return false
  if (/transfer-encoding: chunked/i.test(text)) return text.endsWith('0\r\n\r\n')
  return text.length - end - 4 >= Number(/content-length: (\d+)/i.exec(text)?.[1] ?? 0)
}

/** A counted answer. */
export function ok(body: string, fields = ''): string {
  return `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
}

/** A request with little in it. */
export const requestTo = makeBackendRequest

/** A body that comes as a stream of unknown length. */
export function streamBody(stream: Readable, length: number | null = null): Body {
  return { length, inMemory: null, clientMs: 0, stream: () => stream, bytes: () => Promise.reject(new Error('not read')) }
}

/** Sends bytes and gives everything that comes back until the server closes. */
export async function exchangeRaw(port: number, bytes: string): Promise<string> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(bytes, 'latin1')
  return readToEnd(socket)
}

/** The end of a request that is the last of its connection. */
export const CLOSE = 'Host: a\r\nConnection: close\r\n\r\n'

export async function readToEnd(stream: Readable): Promise<string> {
  let text = ''
  stream.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
  await new Promise<void>((resolve) => {
    stream.on('close', resolve)
  })
  return text
}

/** Sends without deadline. */
export function send(transport: Transport, request: BackendRequest): Promise<BackendResponse> {
  return transport.send(request, Scope.root())
}

/** For `assert.rejects`: an error of the way to a backend with such a message. */
export function isBackendError(message: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof GatewayError)
    assert.match(error.code, /^ERR_BACKEND(?:_[A-Z_]+)?$/)
    assert.equal(error.source, 'backend')
    assert.match(error.message, message)
    return true
  }
}

export function closed(socket: Socket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (socket === undefined || socket.closed) resolve()
    else socket.on('close', () => resolve())
  })
}

/** Runs a server for `use`. */
export async function serve(
  handle: Handler,
  use: (port: number, server: NodeServer, lines: string[]) => Promise<void>,
  changes: Partial<ServerConfig> = {},
): Promise<void> {
  const { log, lines } = listLogger()
  const server = await createNodeServer(configWith(changes), handle, log)
  const { port } = await server.listen()
  try {
    await use(port, server, lines)
  } finally {
    await server.close(1)
  }
}

/** Answers with what the exchange knows. */
export function describeExchange(exchange: Exchange): void {
  const { method, path, rawQuery, host, peerAddress, protocol } = exchange
  exchange.answer(200, JSON.stringify([method, path, rawQuery, host, peerAddress, protocol]))
}
