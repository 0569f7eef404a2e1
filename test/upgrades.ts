// For tests of connections that leave HTTP behind: a backend that switches and echoes, and a client that asks for it.

import { once } from 'node:events'
import net, { type AddressInfo, type Socket } from 'node:net'
import { until } from '../src/testing/until.ts'

export interface EchoBackend {
  readonly url: string
  /** The heads of requests, with what came ahead. */
  readonly heads: string[]
  close(): Promise<void>
}

/** Says `answer` to the first head, and gives back what comes in capitals; its last word is `bye`. */
export async function startEcho(answer: string, onSocket: (socket: Socket) => void = () => {}): Promise<EchoBackend> {
  const heads: string[] = []
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    let head = ''
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      if (head.includes('\r\n\r\n')) {
        socket.write(chunk.toString('latin1').toUpperCase())
        return
      }
      head += chunk.toString('latin1')
      if (!head.includes('\r\n\r\n')) return
      heads.push(head)
      socket.write(answer)
      const rest = head.slice(head.indexOf('\r\n\r\n') + 4)
      if (rest !== '') socket.write(rest.toUpperCase())
    })
    socket.on('end', () => socket.end('bye'))
    onSocket(socket)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    heads,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.close()
      await once(server, 'close')
    },
  }
}

/** A client whose first answer has come: all that came so far, and whether the other side has ended. */
export async function askToSwitch(port: number, path: string, fields: string, ahead = '') {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  const state = { text: '', ended: false, closed: false, socket }
  socket.on('error', () => {})
  socket.on('data', (chunk) => (state.text += chunk.toString('latin1')))
  socket.on('end', () => (state.ended = true))
  socket.on('close', () => (state.closed = true))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: a\r\n${fields}\r\n${ahead}`)
  await until(() => state.text.includes('\r\n\r\n') || state.closed, 'an answer')
  return state
}
