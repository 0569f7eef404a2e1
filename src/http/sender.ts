// The innermost sender: HTTP/1.1 to backends over pooled connections. Knows nothing of endpoints.

import type { GatewayConfig } from '../config/types.ts'
import type { Logger } from '../engine/component.ts'
import { GatewayError } from '../engine/errors.ts'
import type { BackendResponse, Sender } from '../engine/types.ts'
import { Call } from './client/call.ts'
import { dial } from './client/dial.ts'
import { Pool } from './client/pool.ts'
import { compileProxies, type ProxyServer } from './client/proxies.ts'
import { writeRequestHead, type RequestHeadOptions } from './client/request-head.ts'
import { loadClientTls } from './client-tls.ts'
import { inflateResponse } from './gunzip.ts'

export interface TransportOptions {
  readonly log: Logger
  /** Where `HTTP_PROXY` and the like are looked up. */
  readonly environment: Readonly<Record<string, string | undefined>>
}

export interface Transport {
  readonly send: Sender
  /** Closes idle connections; those in use end with their call. */
  close(): void
}

/** One backend host: its connections, and what is the same in all its requests. */
interface Route {
  readonly pool: Pool
  readonly head: RequestHeadOptions
}

export function createTransport(config: GatewayConfig, options: TransportOptions): Transport {
  const routes = new Map<string, Route>()
  const findProxy = compileProxies(options.environment)
  const idle = countIdle(config.maxIdleConnections)
  const tls = once(() => loadClientTls(config.clientTls, config.dialect, options.log))

  function openRoute(origin: string): Route {
    const target = parseOrigin(origin)
    const proxy = findProxy === null ? null : findProxy(target.isSecure, target.host, target.port)
    const pool = new Pool({
      ...idle,
      dial: (done) => dial(target, proxy, { config, tls }, done),
      maxIdle: config.disableKeepAlives ? 0 : config.maxIdleConnectionsPerHost,
      idleTimeoutMs: config.idleConnectionTimeoutMs,
      headerTimeoutMs: config.responseHeaderTimeoutMs,
    })
    const route = { pool, head: requestHeadOptions(config, origin, target.isSecure ? null : proxy) }
    routes.set(origin, route)
    return route
  }

  return {
    send: function sendToBackend(request, scope) {
      return new Promise((resolve, reject) => {
        const route = routes.get(request.origin) ?? openRoute(request.origin)
        const head = writeRequestHead(request, route.head)
        const { wantsStream } = request
        const asked = head.asksForGzip
        // compat: who decodes inflates whatever is gzip; a stream only if the client did not ask for gzip itself.
        const answer = (response: BackendResponse): void => {
          if (response.headers.get('Content-Encoding') !== 'gzip' || (wantsStream && !asked)) resolve(response)
          else {
            try {
              resolve(inflateResponse(response))
            } catch (error) {
              reject(error as Error)
            }
          }
        }
        const call = new Call(request, scope, head, answer, reject)
        if (!call.isSettled) route.pool.send(call)
      })
    },
    close() {
      for (const { pool } of routes.values()) pool.close()
    },
  }
}

function requestHeadOptions(config: GatewayConfig, origin: string, proxy: ProxyServer | null): RequestHeadOptions {
  return {
    prefix: proxy === null ? '' : origin,
    extra: proxy === null || proxy.authorization === null ? '' : `Proxy-Authorization: ${proxy.authorization}\r\n`,
    disableCompression: config.disableCompression,
    disableKeepAlives: config.disableKeepAlives,
  }
}

/** Room among the idle connections of all hosts; 0 is no limit. */
function countIdle(limit: number): { reserveIdle(): boolean; releaseIdle(): void } {
  let count = 0
  return {
    reserveIdle() {
      if (limit !== 0 && count >= limit) return false
      count++
      return true
    },
    releaseIdle() {
      count--
    },
  }
}

function parseOrigin(origin: string): { host: string; port: number; isSecure: boolean } {
  const url = URL.parse(origin)
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:')) {
    const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(origin)?.[1] ?? ''
    throw new GatewayError(`unsupported protocol scheme "${scheme}"`, { code: 'ERR_BACKEND_URL', source: 'gateway' })
  }
  const isSecure = url.protocol === 'https:'
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) || (isSecure ? 443 : 80), isSecure }
}

function once<T>(make: () => T): () => T {
  let value: T | undefined
  return () => (value ??= make())
}
