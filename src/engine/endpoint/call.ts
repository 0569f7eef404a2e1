// Asks an endpoint by its name, from within: what a tool, a workflow or a test calls as a client would over a socket.

import type { EndpointConfig } from '../../config/types.ts'
import { formatValue } from '../../json/go-format.ts'
import type { JsonValue } from '../../json/types.ts'
import { Type } from '../../schema/type.ts'
import { bodyOf } from '../body.ts'
import { block } from '../compile/component.ts'
import { optionsOf } from '../compile/read-block.ts'
import { GatewayError } from '../errors.ts'
import type { HeaderMap } from '../headers.ts'
import { callDepth, type Claims, clientExchange, verifiedClaims } from '../ports.ts'
import type { Scope } from '../scope.ts'
import type { Exchange, Handler, Route } from '../types.ts'
import { GIN_PARAM, unescapeColons } from '../../go/gin-path.ts'
import { paramName } from '../../go/param-name.ts'
import { atDepth, currentDepth } from './call-depth.ts'
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
  /** What a token would say: the call enters behind the endpoint's own layers, with these claims as verified ones. */
  readonly trustedClaims?: Claims
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
 * stand around it (tokens, limits), those of the server and the router do not. The `operation_id` of its OpenAPI block is a name as well.
 * Rejects when there is no such endpoint, before the gateway serves, and where calls of calls go deeper than 8.
 */
export type Call = (name: string, request?: CallRequest) => Promise<CallAnswer>

/** Both never throw: what goes wrong is their answer. */
export interface CalleeHandlers {
  readonly handle: Handler
  /** Behind the layers of the endpoint. */
  readonly trusting: Handler
}

interface Callee extends CalleeHandlers {
  readonly route: Route
}

const MAX_DEPTH = 8
const TOO_DEEP = new GatewayError(`endpoints call each other more than ${MAX_DEPTH} levels deep`, { code: 'ERR_CALL_DEPTH' })
const NOT_OPEN = new GatewayError('endpoints cannot be called before the gateway has started', { code: 'ERR_CALL_TOO_EARLY' })
const OPEN_API = block({ namespace: 'documentation/openapi', options: Type.Object({ operation_id: Type.String({ default: '' }) }) })

/** The endpoints of a gateway by their names. */
export class CallTable {
  readonly #callees = new Map<string, Callee>()
  #isOpen = false

  add({ method, pattern }: Pick<Route, 'method' | 'pattern'>, endpoint: EndpointConfig, handlers: CalleeHandlers): void {
    const callee = { route: { method, pattern, endpoint, keepsEncoding: false }, ...handlers }
    const { operation_id: id } = optionsOf(OPEN_API, endpoint.extraConfig)
    if (id !== '') this.#callees.set(id, callee)
    this.#callees.set(`${method} ${pattern}`, callee)
    this.#callees.set(`${method} ${endpoint.writtenPath}`, callee)
  }

  /** From now on endpoints can be called. */
  open(): void {
    this.#isOpen = true
  }

  readonly call: Call = async (name, request = {}) => {
    const callee = this.#callees.get(name)
    if (!this.#isOpen) throw NOT_OPEN
    if (callee === undefined)
      throw new GatewayError(`there is no endpoint "${name}": names are like "GET /users/{id}"`, { code: 'ERR_NO_SUCH_ENDPOINT' })
    const { route } = callee
    const { params, path } = fillPattern(route.pattern, request.params ?? {})
    const { query = '', headers, body, clientIp, scope, maxBytes, trustedClaims } = request
    const depth = Math.max(scope === undefined ? 0 : (callDepth.get(scope) ?? 0), currentDepth()) + 1
    if (depth > MAX_DEPTH) throw TOO_DEEP
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
    callDepth.set(exchange.scope, depth)
    if (trustedClaims !== undefined) {
      clientExchange.set(exchange.scope, exchange)
      trust(exchange, trustedClaims)
    }
    const { handle, trusting } = callee
    await atDepth(depth, async () => (trustedClaims === undefined ? handle : trusting)(exchange))
    exchange.finish()
    exchange.scope.close()
    const { statusCode, responseHeaders, kept, failure, isCut } = exchange
    return { statusCode, headers: responseHeaders, body: kept.bytes, failure, isCut }
  }
}

/** Claims as the validator leaves them: verified, and those that are no structures as parameters. */
function trust(exchange: Exchange, claims: Claims): void {
  verifiedClaims.set(exchange.scope, claims)
  for (const [name, value] of Object.entries(claims))
    if (typeof value !== 'object' && value !== undefined) exchange.params.set(`JWT.${name}`, formatValue(value as JsonValue))
}

/** The path of a pattern's parameters, and these by their internal names. A catch-all's value begins with its slash. */
function fillPattern(pattern: string, given: Readonly<Record<string, string>>): { params: Map<string, string>; path: string } {
  const params = new Map<string, string>()
  const path = pattern.replaceAll(GIN_PARAM, (_all, slash: string, kind: string, name: string) => {
    const value = Object.hasOwn(given, name) ? (given[name] as string) : ''
    const key = paramName(name)
    if (kind === ':') {
      params.set(key, value)
      return slash + encodeURIComponent(value)
    }
    const rest = value.startsWith('/') ? value : `/${value}`
    params.set(key, rest)
    return rest.split('/').map(encodeURIComponent).join('/')
  })
  return { params, path: unescapeColons(path) }
}
