// Backends with real sockets on a free port of this machine: one of node:http, one that does what it likes with the connection.

import { once } from 'node:events'
import http, { type RequestListener } from 'node:http'
import net, { type AddressInfo, type Socket } from 'node:net'

export interface TestBackend {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string
  /** Connections that are open now. */
  readonly sockets: Set<Socket>
  /** Connections so far. */
  readonly connections: number
  /** Ends every connection; resolves when the port is free. */
  close(): Promise<void>
}

/** A backend of node:http; `{"path": …}` by default. `port`: any that is free by default. */
export function startBackend(listener: RequestListener = answerPath, port = 0): Promise<TestBackend> {
  return listenOn(http.createServer({ keepAliveTimeout: 0 }, listener), port)
}

function answerPath(request: http.IncomingMessage, response: http.ServerResponse): void {
  response.setHeader('Content-Type', 'application/json').end(JSON.stringify({ path: request.url }))
}

/** A backend whose connections are given away; their errors are its own business. */
export function startSocketBackend(onConnection: (socket: Socket) => void): Promise<TestBackend> {
  return listenOn(
    net.createServer((socket) => {
      socket.on('error', () => {})
      onConnection(socket)
    }),
  )
}

async function listenOn(server: net.Server, port = 0): Promise<TestBackend> {
  const sockets = new Set<Socket>()
  const backend = {
    url: '',
    sockets,
    connections: 0,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
  server.on('connection', (socket: Socket) => {
    backend.connections++
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  backend.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return backend
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
