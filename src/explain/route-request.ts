// Which route a request takes, asked of the gateway's own router with nothing behind it: no layer runs and nobody is called.

import type { EndpointConfig, GatewayConfig } from '../config/types.ts'
import { GatewayError } from '../engine/errors.ts'
import { memoryExchange, type MemoryExchange, type MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { planRoutes, type PlannedRoute } from '../engine/routing/plan.ts'
import { ownRouteOf } from '../engine/routing/patterns/route-options.ts'
import { capitalize } from '../engine/routing/router.ts'
import { routerFor, type RouterFor } from '../engine/routing/router-for.ts'
import { readRouterOptions } from '../engine/routing/router-options.ts'
import type { Exchange, Route } from '../engine/types.ts'
import { findBadEscape } from '../go/url-escape.ts'

export type Routed =
  | { readonly endpoint: EndpointConfig; readonly exchange: Exchange; readonly params: Readonly<Record<string, string>> }
  /** Why no endpoint answers: begins with the status that the client gets. */
  | { readonly endpoint: null; readonly reason: string }

const MESSAGES = { health: 'the health check', debug: 'the debug endpoint', echo: 'the echo endpoint', options: 'the answer to OPTIONS' }

export function routeRequest(config: GatewayConfig, request: MemoryRequest): Routed {
  const bad = findBadEscape(request.target.replace(/\?.*$/s, ''))
  if (bad !== null) return { endpoint: null, reason: `400: the path has a malformed escape, ${bad}` }
  const exchange = memoryExchange(request)
  try {
    // every handler answers at once
    void routerOf(config).handle(exchange)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { endpoint: null, reason: `${error.statusCode}: ${error.message}` }
  } finally {
    exchange.scope.close()
  }
  const { route } = exchange
  if (route?.endpoint != null) return { endpoint: route.endpoint, exchange, params: namedParams(route, exchange) }
  return { endpoint: null, reason: reasonOf(exchange, request.method, config) }
}

function routerOf(config: GatewayConfig): RouterFor {
  const options = readRouterOptions(config)
  const plain = (handler: (exchange: Exchange) => void | Promise<void>) => handler
  const answer = (status: number) => (exchange: Exchange) => exchange.answer(status)
  const init = { options, routed: plain, guard: plain, tellsMethods: true }
  const plan = planRoutes(config, options)
  const router = routerFor(plan, { ...init, notFound: answer(404), methodNotAllowed: answer(405) }, () => answer(200))
  for (const route of plan.routes) router.addRoute({ ...route, handle: answer(200) })
  return router
}

/** As the file names them; the engine knows `id` as `Id`. */
function namedParams(route: Route, { params }: Exchange): Record<string, string> {
  const names = ownNames(route) ?? [...route.pattern.matchAll(/[:*]([^/]+)/g)].map(([, name = '']) => name)
  return Object.fromEntries(names.map((name) => [name, params.get(capitalize(name)) ?? '']))
}

/** Names that `_gw/route` gives to pieces of path and host; null without one. */
function ownNames({ endpoint }: Route): string[] | null {
  const own = endpoint === null ? null : ownRouteOf(endpoint)
  return own === null ? null : [...own.pattern.names, ...own.hosts.flatMap((host) => (host.kind === 'label' ? [host.name] : []))]
}

function reasonOf(exchange: MemoryExchange, method: string, config: GatewayConfig): string {
  const { statusCode, responseHeaders: headers, route } = exchange
  if (statusCode === 404) return '404: no endpoint has this path'
  if (statusCode === 405) return `405: the path has no ${method}, but ${headers.get('Allow') ?? 'other methods'}`
  if (statusCode === 200) return `200: ${MESSAGES[kindOf(config, route)]} of the gateway itself answers this path`
  return `${statusCode}: redirected to ${headers.get('Location') ?? ''}`
}

function kindOf(config: GatewayConfig, route: Exchange['route']): keyof typeof MESSAGES {
  const own = (one: PlannedRoute): boolean => one.method === route?.method && one.pattern === route.pattern
  const kind = planRoutes(config).routes.find(own)?.kind
  return kind === undefined || kind === 'endpoint' ? 'options' : kind
}
