// Socket errors in the words of Go's net package, which clients and logs of KrakenD know.

import type { Socket } from 'node:net'

const TEXTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EPIPE: 'broken pipe',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
}

/** `read tcp 127.0.0.1:5->127.0.0.1:80: read: connection reset by peer`. */
export function describeSocketError(error: NodeJS.ErrnoException, socket: Socket): string {
  const text = TEXTS[error.code ?? '']
  if (text === undefined) return error.message
  const call = error.syscall === 'write' ? 'write' : 'read'
  return `${call} tcp ${socket.localAddress ?? ''}:${socket.localPort ?? ''}->${socket.remoteAddress ?? ''}:${socket.remotePort ?? ''}: ${call}: ${text}`
}

interface DialError extends NodeJS.ErrnoException {
  readonly address?: string
  readonly port?: number
  readonly hostname?: string
}

/** `dial tcp 127.0.0.1:81: connect: connection refused`. */
export function describeDialError(error: Error, host: string, port: number): string {
  // Several addresses were tried: the first failure speaks for all.
  const first = (error instanceof AggregateError ? error.errors[0] : error) as DialError
  if (first.code === 'ENOTFOUND' || first.code === 'EAI_AGAIN') return `dial tcp: lookup ${first.hostname ?? host}: no such host`
  const text = TEXTS[first.code ?? '']
  return text === undefined ? first.message : `dial tcp ${first.address ?? host}:${first.port ?? port}: connect: ${text}`
}
