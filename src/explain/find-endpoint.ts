// Which endpoints a method and a path mean: as the file writes them, as they are registered, or as a client asks for them.

import type { EndpointConfig } from '../config/types.ts'
import type { MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { ROUTE_METHODS } from '../engine/routing/patterns/methods.ts'
import type { PlannedRoute } from '../engine/routing/plan.ts'
import type { Routing } from './route-request.ts'

export interface FoundEndpoint {
  readonly endpoint: EndpointConfig
  /** The first by which it can be asked for, or the one that was asked with. */
  readonly method: string
  /** As registered: `/users/:id`, or `/users/{id}` by `_gw/route`. */
  readonly pattern: string
  /** Values of the parameters where a client's path was given, by the names of the pattern. */
  readonly params: Readonly<Record<string, string>>
  /** Whether its pattern was given, and no request. */
  readonly isNamed: boolean
  /** Why it has no route; null when it is served. */
  readonly dropped: string | null
}

/** `['GET', '/users/{id}']`, `['GET /users/7']` or `['/users/:id']`; null for what has no path, or more than that. */
export function readTarget(words: readonly string[]): { method: string | null; path: string } | null {
  const [first = '', second, third] = words.flatMap((word) => word.split(' ')).filter((word) => word !== '')
  if (first.startsWith('/')) return second === undefined ? { method: null, path: first } : null
  return second?.startsWith('/') === true && third === undefined ? { method: first.toUpperCase(), path: second } : null
}

/**
 * Every endpoint that is meant, in the order of the file. A path without parameters is a request, also where it is that of an endpoint:
 * `more` is what else the client says, where routes ask for that.
 */
export function findEndpoints(
  { plan, route: ask }: Routing,
  { method, path: written }: { method: string | null; path: string },
  more: Pick<MemoryRequest, 'headers' | 'host'> = {},
): FoundEndpoint[] {
  const path = written.replace(/\?.*$/s, '')
  const routes = plan.routes.filter((route) => route.endpoint !== null && (method === null || methodsOf(route).includes(method)))
  const dropped = plan.dropped
    .filter(({ endpoint }) => (method === null || endpoint.method === method) && [endpoint.path, endpoint.writtenPath].includes(path))
    .map(({ endpoint, reason }) => ({
      endpoint,
      method: endpoint.method,
      pattern: endpoint.path,
      params: {},
      isNamed: false,
      dropped: reason,
    }))
  const named = routes
    .filter((route) => isNamed(route, path))
    .map((route) => ({
      endpoint: route.endpoint as EndpointConfig,
      method: method ?? (methodsOf(route)[0] as string),
      pattern: route.pattern,
      params: {},
      isNamed: true,
      dropped: null,
    }))
  if (named.length > 0) return [...named, ...dropped]
  const methods = method === null ? [...new Set(routes.flatMap(methodsOf))] : [method]
  const found = new Map<EndpointConfig, FoundEndpoint>()
  for (const own of methods) {
    const { endpoint, ...routed } = ask({ ...more, method: own, target: written })
    if (endpoint === null || !('exchange' in routed) || found.has(endpoint)) continue
    const pattern = routed.exchange.route?.pattern ?? ''
    found.set(endpoint, { endpoint, method: own, pattern, params: routed.params, isNamed: false, dropped: null })
  }
  return [...found.values(), ...dropped]
}

/** Whether a text with parameters is the pattern of a route, as it is written or as it is registered. */
function isNamed({ pattern, endpoint, own }: PlannedRoute, path: string): boolean {
  const hasParams = path === own?.pattern.written ? own.pattern.names.length > 0 : /[{:*]/.test(path)
  return hasParams && [pattern, endpoint?.writtenPath, own?.pattern.written].includes(path)
}

/** By which a route can be asked for. */
function methodsOf({ method, own }: PlannedRoute): readonly string[] {
  return own === null ? [method] : (own.methods ?? ROUTE_METHODS)
}
