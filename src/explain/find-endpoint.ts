// Which endpoints a method and a path mean: as the file writes them, as they are registered, or as a client asks for them.

import type { EndpointConfig, GatewayConfig } from '../config/types.ts'
import { planRoutes } from '../engine/routing/plan.ts'
import { RouteTree } from '../engine/routing/route-tree.ts'

export interface FoundEndpoint {
  readonly endpoint: EndpointConfig
  /** As registered: `/users/:id`. */
  readonly pattern: string
  /** Values of the parameters where a client's path was given, by the names of the pattern. */
  readonly params: Readonly<Record<string, string>>
  /** Why it has no route; null when it is served. */
  readonly dropped: string | null
}

/** `['GET', '/users/{id}']`, `['GET /users/7']` or `['/users/:id']`; null for what has no path. */
export function readTarget(words: readonly string[]): { method: string | null; path: string } | null {
  const [first = '', second] = words.flatMap((word) => word.split(' ')).filter((word) => word !== '')
  if (first.startsWith('/')) return { method: null, path: first }
  return second?.startsWith('/') === true ? { method: first.toUpperCase(), path: second } : null
}

/** Every endpoint that is meant, in the order of the file. */
export function findEndpoints(config: GatewayConfig, { method, path: written }: { method: string | null; path: string }): FoundEndpoint[] {
  const path = written.replace(/\?.*$/s, '')
  const plan = planRoutes(config)
  const routes = plan.routes.filter((route) => route.endpoint !== null && (method === null || route.method === method))
  const named = routes.filter(({ pattern, endpoint }) => pattern === path || endpoint?.writtenPath === path)
  const dropped = plan.dropped
    .filter(({ endpoint }) => (method === null || endpoint.method === method) && [endpoint.path, endpoint.writtenPath].includes(path))
    .map(({ endpoint, reason }) => ({ endpoint, pattern: endpoint.path, params: {}, dropped: reason }))
  if (named.length + dropped.length > 0)
    return [
      ...named.map(({ pattern, endpoint }) => ({ endpoint: endpoint as EndpointConfig, pattern, params: {}, dropped: null })),
      ...dropped,
    ]
  const trees = new Map<string, RouteTree<EndpointConfig>>()
  for (const { method: own, pattern, endpoint } of routes) {
    const tree = trees.get(own) ?? new RouteTree<EndpointConfig>()
    trees.set(own, tree)
    tree.add(pattern, endpoint as EndpointConfig)
  }
  return [...trees.values()].flatMap((tree) => {
    const match = tree.find(decode(path))
    if (match === null) return []
    const { value, pattern, paramNames } = match.route
    const params = Object.fromEntries(paramNames.map((name, index) => [name, match.values[index] ?? '']))
    return [{ endpoint: value, pattern, params, dropped: null }]
  })
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}
