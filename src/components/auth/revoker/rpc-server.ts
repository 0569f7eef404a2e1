// The revoker's RPC port: sockets around the connections. Knows nothing of the protocol.

import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import type { Revocations } from './revocations.ts'
import { RpcConnection } from './rpc-connection.ts'

/** Answers that a client does not read stop the reading of its calls. */
const MAX_UNREAD_BYTES = 1024 * 1024

/** A server that is not listening yet, and a function that ends its connections. */
export function createRpcServer(revocations: Revocations): { server: Server; endConnections: () => void } {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    serve(socket, new RpcConnection(revocations))
  })
  return {
    server,
    endConnections() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

function serve(socket: Socket, connection: RpcConnection): void {
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('drain', () => socket.resume())
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const answer of connection.receive(chunk)) socket.write(answer)
    } catch {
      // compat: bytes that are no gob end their connection, without a word.
      socket.destroy()
      return
    }
    if (socket.writableLength > MAX_UNREAD_BYTES) socket.pause()
  })
}
