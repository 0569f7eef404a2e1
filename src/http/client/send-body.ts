// Sends a request's body, as fast as the backend takes it. Knows nothing of responses.

import type { Socket } from 'node:net'
import { CANCELED } from '../../engine/errors.ts'
import type { Body } from '../../engine/types.ts'

/** Resolves when everything is handed to the socket; rejects when the client broke off, and leaves the socket to the caller. */
export function sendBody(body: Body, socket: Socket, isChunked: boolean): Promise<void> {
  const source = body.stream()
  return new Promise((resolve, reject) => {
    const write = (chunk: Buffer): boolean => {
      if (!isChunked) return socket.write(chunk)
      socket.cork()
      socket.write(`${chunk.length.toString(16)}\r\n`, 'latin1')
      socket.write(chunk)
      const goesOn = socket.write('\r\n', 'latin1')
      socket.uncork()
      return goesOn
    }
    const onData = (chunk: Buffer): void => {
      if (chunk.length > 0 && !write(chunk)) source.pause()
    }
    const onDrain = (): void => {
      source.resume()
    }
    const settle = (error: Error | null): void => {
      source.off('data', onData)
      socket.off('drain', onDrain).off('close', onGone)
      if (error !== null) {
        reject(error)
        return
      }
      if (isChunked) socket.write('0\r\n\r\n', 'latin1')
      resolve()
    }
    const onGone = (): void => {
      // The client may still be sending: what it says goes nowhere.
      source.resume()
      settle(CANCELED)
    }
    socket.on('drain', onDrain).on('close', onGone)
    source.on('data', onData).once('end', () => settle(null))
    source
      .once('error', () => settle(CANCELED))
      .once('close', () => {
        if (!source.readableEnded) settle(CANCELED)
      })
  })
}
