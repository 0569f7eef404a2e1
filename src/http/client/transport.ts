// The bare connection to backends: HTTP/1.1 as Go's http.Transport speaks it, with kept connections. Knows no component.

import type { TransportOptions } from '../../config/types.ts'
import type { Logger } from '../../engine/compile/component.ts'
import type { BackendResponse, Sender } from '../../engine/types.ts'
import { timerMs } from '../../engine/timer-ms.ts'
import { originError } from './backend-errors.ts'
import { Call } from './call.ts'
import { clientTls } from '../tls/client-tls.ts'
import { OriginPool, type PoolUses, type TransportState } from './origin-pool.ts'
import { compileProxies, type ProxyEnvironment } from './proxies.ts'
import { expectRequestNames } from './request-head.ts'
import { expectResponseNames } from './response-fields.ts'

export type { ProxyEnvironment } from './proxies.ts'

/** What transports of all options have in common. */
export interface TransportInit {
  /** Proxies of the environment; none by default. */
  readonly environment?: ProxyEnvironment
  /** Header names that requests and answers will have (`expectedNames`). */
  readonly names?: Iterable<string>
  /** Hears of certificates that cannot be read. */
  readonly log?: Logger
}

export interface Transport {
  /** One request to one backend. Rejects with the scope's reason, or with a GatewayError `ERR_BACKEND` in Go's words. */
  readonly send: Sender
  /** Closes idle connections now and the others when they are done. */
  close(): Promise<void>
}

const SWEEPS_PER_TIMEOUT = 4
const MIN_SWEEP_MS = 50
const MAX_UNUSED_ORIGINS = 256
/** Characters: no host that can be reached has a longer name. */
const MAX_KEPT_ORIGIN = 512

/** Builds a transport with connections of its own. It opens and reads nothing before the first request. */
export function createTransport(options: TransportOptions, init: TransportInit = {}): Transport {
  const state: TransportState = {
    options,
    tls: clientTls(options.clientTls, init.log),
    findProxy: compileProxies(init.environment),
    idleCount: 0,
    isClosed: false,
  }
  if (init.names !== undefined) {
    expectRequestNames(init.names)
    expectResponseNames(init.names)
  }
  const pools = new Map<string, OriginPool>()
  const uses: PoolUses = {
    begin: (pool) => void pools.set(pool.origin, pool),
    // Redirects name origins that no configuration bounds.
    end: (pool) => {
      if (pools.size > MAX_UNUSED_ORIGINS || pool.origin.length > MAX_KEPT_ORIGIN) pools.delete(pool.origin)
    },
  }
  const sweeper = startSweeping(options.idleConnectionTimeoutMs, pools)
  const send: Sender = (request, scope) => {
    if (scope.reason !== null) return Promise.reject(scope.reason)
    let pool = pools.get(request.origin)
    if (pool === undefined) {
      try {
        pool = new OriginPool(request.origin, state, uses)
      } catch (error) {
        return Promise.reject(originError(request, error))
      }
    }
    const found = pool
    return new Promise<BackendResponse>((resolve, reject) => {
      new Call(found, request, scope, resolve, reject).start()
    })
  }
  const close = (): Promise<void> => {
    state.isClosed = true
    clearInterval(sweeper)
    for (const pool of pools.values()) pool.sweep()
    return Promise.resolve()
  }
  return { send, close }
}

function startSweeping(timeoutMs: number, pools: Map<string, OriginPool>): NodeJS.Timeout | undefined {
  if (timeoutMs === Infinity) return undefined
  const sweep = (): void => {
    for (const pool of pools.values()) pool.sweep()
  }
  const sweeper = setInterval(sweep, timerMs(Math.max(MIN_SWEEP_MS, timeoutMs / SWEEPS_PER_TIMEOUT)))
  sweeper.unref()
  return sweeper
}
