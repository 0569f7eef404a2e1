// What the protocols of one listener share: its settings, and how an exchange is carried out. Knows nothing of protocols.

import type { ServerConfig } from '../../config/types.ts'
import type { Logger } from '../../engine/compile/component.ts'
import { asError, CANCELED, describeBug } from '../../engine/errors.ts'
import type { RefusedRequest } from '../../engine/ports.ts'
import type { Handler } from '../../engine/types.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import type { WireExchange } from './wire-exchange.ts'
import type { Draining } from './http1-exchange.ts'

const TIMEOUT_CHECKS = 8

/** What the protocols of one listener share. */
export interface ServerState extends Draining {
  readonly server: ServerConfig
  readonly handle: Handler
  readonly log: Logger
  /** Hears of a request that is no exchange, and what it was answered. */
  readonly refused: (request: RefusedRequest) => void
}

/** The peer of a connection as Go prints it: IPv4 without its IPv6 mapping. */
export function peerOf(socket: { remoteAddress?: string | undefined }): string {
  const address = socket.remoteAddress ?? ''
  return address.startsWith('::ffff:') ? address.slice(7) : address
}

/** In milliseconds; 0 is none, as Node.js wants it. */
export interface ReadTimeouts {
  readonly headerMs: number
  readonly requestMs: number
  readonly idleMs: number
  /** How often to look. */
  readonly checkMs: number
}

/** Go's rules: the header's time is part of the request's; without `idle_timeout`, that of a request limits the wait for the next. */
export function readTimeouts({ readTimeoutMs, readHeaderTimeoutMs, idleTimeoutMs }: ServerConfig): ReadTimeouts {
  const headerMs = Math.min(readHeaderTimeoutMs, readTimeoutMs)
  const idleMs = idleTimeoutMs === Infinity ? readTimeoutMs : idleTimeoutMs
  const shortestMs = Math.min(headerMs, 30_000 * TIMEOUT_CHECKS)
  return {
    headerMs: orZero(headerMs),
    requestMs: orZero(readTimeoutMs),
    idleMs: orZero(idleMs),
    checkMs: Math.max(10, Math.round(shortestMs / TIMEOUT_CHECKS)),
  }
}

function orZero(ms: number): number {
  return ms === Infinity ? 0 : timerMs(ms)
}

/** compat: Go's write deadline begins with the request; when it has passed, nothing can be sent. */
export function limitWriting(exchange: WireExchange, cut: () => void, timeoutMs: number): void {
  const timer = setTimeout(cut, timerMs(timeoutMs))
  exchange.onFinish(() => clearTimeout(timer))
}

/** Hands an exchange to the gateway. Whatever goes wrong becomes an answer, or the end of its connection. */
export function run(state: ServerState, exchange: WireExchange): void {
  try {
    const pending = state.handle(exchange)
    if (pending !== undefined) pending.catch((error: unknown) => fail(state, exchange, error))
  } catch (error) {
    fail(state, exchange, error)
  }
}

/** A bug, or an answer that broke off midway: its connection must not look complete. */
function fail(state: ServerState, exchange: WireExchange, thrown: unknown): void {
  const error = asError(thrown)
  if (error === CANCELED || exchange.statusCode !== 0) {
    if (!exchange.scope.ended)
      state.log.debug(`[SERVICE: HTTP Server] the answer to ${exchange.method} ${exchange.target} broke off: ${error.message}`)
    exchange.cut()
    return
  }
  state.log.error(...describeBug('[SERVICE: HTTP Server]', error))
  exchange.answer(500)
}
