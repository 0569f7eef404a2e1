// The client's own request as plugins see it everywhere: as it came, before any filter.

import { verifiedClaims, clientExchange } from '../engine/ports.ts'
import { type Scope, slot } from '../engine/scope.ts'
import type { Exchange } from '../engine/types.ts'
import { parseQuery } from '../go/url.ts'
import type { JsonValue } from '../json/types.ts'
import { LightHeaders, SEALED } from './headers.ts'
import { toPluginValue } from './json-values.ts'
import { LightQuery } from './query.ts'
import type { Claims, PluginClient, PluginHeaders, PluginQuery } from './types.ts'

/** Made for the first plugin that asks, for all of one client request. */
const clients = slot<LightClient>()
const states = slot<Map<unknown, unknown>>()
const frozenClaims = slot<{ readonly source: unknown; readonly frozen: Claims }>()

class LightClient implements PluginClient {
  readonly #exchange: Exchange
  readonly #sent: Exchange['sent']
  readonly ip: string
  #query: PluginQuery | null = null
  #headers: PluginHeaders | null = null

  constructor(exchange: Exchange) {
    this.#exchange = exchange
    this.#sent = exchange.sent
    this.ip = exchange.clientIp
    Object.freeze(this)
  }

  get method(): string {
    return this.#sent.method
  }

  get url(): string {
    return this.#sent.target
  }

  get path(): string {
    return this.#sent.path
  }

  get query(): PluginQuery {
    this.#query ??= new LightQuery(parseQuery(this.#sent.rawQuery), SEALED)
    return this.#query
  }

  get headers(): PluginHeaders {
    this.#headers ??= new LightHeaders(this.#sent.headers, SEALED)
    return this.#headers
  }

  get secure(): boolean {
    return this.#exchange.isSecure
  }

  get protocol(): string {
    return this.#exchange.protocol
  }

  get route(): PluginClient['route'] {
    const { route } = this.#exchange
    return route === null || route.endpoint === null ? null : { method: route.method, pattern: route.endpoint.writtenPath }
  }
}

/** Null where no client asks. */
export function clientOf(scope: Scope): PluginClient | null {
  const known = clients.get(scope)
  if (known !== undefined) return known
  const exchange = clientExchange.get(scope)
  if (exchange === undefined) return null
  const client = new LightClient(exchange)
  clients.set(scope, client)
  return client
}

export function stateOf(scope: Scope): Map<unknown, unknown> {
  let state = states.get(scope)
  if (state === undefined) states.set(scope, (state = new Map()))
  return state
}

/** Those of the verified token, frozen to the last member; null without one. */
export function claimsOf(scope: Scope): Claims | null {
  const source = verifiedClaims.get(scope)
  if (source === undefined) return null
  const known = frozenClaims.get(scope)
  if (known !== undefined && known.source === source) return known.frozen
  const frozen = deepFreeze(toPluginValue(source as JsonValue)) as Claims
  frozenClaims.set(scope, { source, frozen })
  return frozen
}

export function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value
  Object.freeze(value)
  for (const inner of Object.values(value)) deepFreeze(inner)
  return value
}
