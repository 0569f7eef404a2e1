// Asks an endpoint by its name, from within: what a tool, a workflow or a test calls as a client would over a socket.

import type { EndpointConfig } from '../../config/types.ts'
import { bodyOf } from '../body.ts'
import type { HeaderMap } from '../headers.ts'
import type { Scope } from '../scope.ts'
import type { Handler, Route } from '../types.ts'
import { memoryExchange } from './memory-exchange.ts'

export interface CallRequest {
  /** Values of the pattern's parameters, by the names that stand there, decoded. One that is missing is empty. */
  readonly params?: Readonly<Record<string, string>>
  /** Without its question mark, encoded. */
  readonly query?: string
  readonly headers?: HeaderMap
  readonly body?: Buffer
  /** What rate limits count the caller by; `127.0.0.1` by default. */
  readonly clientIp?: string
  /** The call ends with it. */
  readonly scope?: Scope
  /** Bytes of a streamed answer that are kept at most. */
  readonly maxBytes?: number
}

export interface CallAnswer {
  readonly statusCode: number
  readonly headers: HeaderMap
  readonly body: Buffer | null
  /** Why the answer is an error or incomplete; null while nothing failed. */
  readonly failure: Error | null
  /** Whether it broke off: `body` is not all of it. */
  readonly isCut: boolean
}

/**
 * Asks the endpoint of that name: `GET /users/{id}` as the file has it, or `GET /users/:id` as it is registered. The layers of its own
 * stand around it (tokens, limits), those of the server and the router do not. Rejects when there is no such endpoint.
 */
export type Call = (name: string, request?: CallRequest) => Promise<CallAnswer>

interface Callee {
  readonly route: Route
  readonly handle: Handler
}

/** The endpoints of a gateway by their names. */
export class CallTable {
  readonly #callees = new Map<string, Callee>()

  /** `handle` never throws: what goes wrong is its answer. */
  add({ method, pattern }: Pick<Route, 'method' | 'pattern'>, endpoint: EndpointConfig, handle: Handler): void {
    const callee = { route: { method, pattern, endpoint, keepsEncoding: false }, handle }
    this.#callees.set(`${method} ${pattern}`, callee)
    this.#callees.set(`${method} ${endpoint.writtenPath}`, callee)
  }

  readonly call: Call = async (name, request = {}) => {
    const callee = this.#callees.get(name)
    if (callee === undefined) throw new Error(`there is no endpoint "${name}": names are like "GET /users/{id}"`)
    const { route, handle } = callee
    const { params, path } = fillPattern(route.pattern, request.params ?? {})
    const { query = '', headers, body, clientIp, scope, maxBytes } = request
    const exchange = memoryExchange({
      method: route.method,
      target: query === '' ? path : `${path}?${query}`,
      params,
      ...(headers === undefined ? null : { headers }),
      ...(body === undefined ? null : { body: bodyOf(body) }),
      ...(clientIp === undefined ? null : { peerAddress: clientIp }),
      ...(scope === undefined ? null : { scope }),
      ...(maxBytes === undefined ? null : { maxBytes }),
    })
    exchange.route = route
    await handle(exchange)
    exchange.finish()
    exchange.scope.close()
    const { statusCode, responseHeaders, kept, failure, isCut } = exchange
    return { statusCode, headers: responseHeaders, body: kept.bytes, failure, isCut }
  }
}

/** The path of a pattern's parameters, and these by their internal names. A catch-all's value begins with its slash. */
function fillPattern(pattern: string, given: Readonly<Record<string, string>>): { params: Map<string, string>; path: string } {
  const params = new Map<string, string>()
  const path = pattern.replaceAll(/(\/?)([:*])([^/]+)/g, (_all, slash: string, kind: string, name: string) => {
    const value = Object.hasOwn(given, name) ? (given[name] as string) : ''
    const key = name.slice(0, 1).toUpperCase() + name.slice(1)
    if (kind === ':') {
      params.set(key, value)
      return slash + encodeURIComponent(value)
    }
    const rest = value.startsWith('/') ? value : `/${value}`
    params.set(key, rest)
    return rest.split('/').map(encodeURIComponent).join('/')
  })
  return { params, path }
}
