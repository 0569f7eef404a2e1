// Which route a request takes, asked of the gateway's own router with nothing behind it: no layer runs and nobody is called.

import type { EndpointConfig, GatewayConfig } from '../config/types.ts'
import type { ErrorAnswers } from '../engine/endpoint/error-answers.ts'
import { memoryExchange, type MemoryExchange, type MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { GatewayError } from '../engine/errors.ts'
import { paramCheck } from '../engine/routing/encoded-params.ts'
import { planRoutes, type PlannedRoute, type RoutePlan } from '../engine/routing/plan.ts'
import { ownRouteOf } from '../engine/routing/patterns/route-options.ts'
import { routerFor, type RouterFor } from '../engine/routing/router-for.ts'
import { readRouterOptions, type RouterOptions } from '../engine/routing/router-options.ts'
import type { Exchange, Handler, Route } from '../engine/types.ts'
import { findBadEscape } from '../go/url-escape.ts'
import { ginParamNames } from '../go/gin-path.ts'
import { paramName } from '../go/param-name.ts'
import { loadRewrites, type Rewrites, type Rewritten } from './rewrites.ts'

export type Routed = FoundRoute | NoRoute

export interface FoundRoute {
  readonly endpoint: EndpointConfig
  readonly exchange: Exchange
  readonly params: Readonly<Record<string, string>>
  readonly rewritten: Rewritten | null
}

export interface NoRoute {
  readonly endpoint: null
  /** Why no endpoint answers: begins with the status that the client gets. */
  readonly reason: string
  readonly rewritten: Rewritten | null
}

/** The routes of a configuration, ready to be asked. */
export interface Routing {
  readonly config: GatewayConfig
  readonly plan: RoutePlan
  /** Whether plugins, which nobody imports to explain something, see requests before the router does. */
  readonly hasPlugins: boolean
  readonly route: (request: MemoryRequest) => Routed
  /** The same for the pattern of an endpoint, which no plugin sees. */
  readonly routePattern: (request: MemoryRequest) => Routed
}

const MESSAGES = { health: 'the health check', debug: 'the debug endpoint', echo: 'the echo endpoint', options: 'the answer to OPTIONS' }
const FOUND = 200
const BAD_REQUEST = 400
/** Errors in KrakenD's words: those of the file are for clients. */
const PLAIN_ANSWERS: ErrorAnswers = { byEndpoint: new Map(), otherwise: null }

export async function compileRouting(config: GatewayConfig): Promise<Routing> {
  const options = readRouterOptions(config)
  const plan = planRoutes(config, options)
  const router = routerOf(config, options, plan)
  const rewrites = await loadRewrites(config)
  return {
    config,
    plan,
    hasPlugins: rewrites.hasOthers,
    route: (request) => routeRequest(request, router, plan, (exchange) => rewrites.apply(exchange)),
    routePattern: (request) => routeRequest(request, router, plan, () => null),
  }
}

function routeRequest(request: MemoryRequest, router: RouterFor, plan: RoutePlan, rewrite: Rewrites['apply']): Routed {
  const bad = findBadEscape(request.target.replace(/\?.*$/s, ''))
  if (bad !== null) return { endpoint: null, reason: `400: the path has a malformed escape, ${bad}`, rewritten: null }
  const exchange = memoryExchange(request)
  const rewritten = rewrite(exchange)
  try {
    // every handler answers at once
    void router.handle(exchange)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    return { endpoint: null, reason: `${error.statusCode}: ${error.message}`, rewritten }
  } finally {
    exchange.scope.close()
  }
  const { route, statusCode } = exchange
  if (statusCode === FOUND && route?.endpoint != null)
    return { endpoint: route.endpoint, exchange, params: namedParams(route, exchange), rewritten }
  return { endpoint: null, reason: reasonOf(exchange, plan), rewritten }
}

/** With the gateway's own check of parameters around it: what that refuses has a route, and no answer of it. */
function routerOf(config: GatewayConfig, options: RouterOptions, plan: RoutePlan): RouterFor {
  const plain = (handler: Handler): Handler => handler
  const answer = (status: number) => (exchange: Exchange) => exchange.answer(status)
  const routed = paramCheck(config, options, PLAIN_ANSWERS) ?? plain
  const init = { options, routed, guard: plain, tellsMethods: true }
  const router = routerFor(plan, { ...init, notFound: answer(404), methodNotAllowed: answer(405) }, () => answer(FOUND))
  for (const route of plan.routes) router.addRoute({ ...route, handle: answer(FOUND) })
  return router
}

/** As the file names them; the engine knows `id` as `Id`. */
function namedParams(route: Route, { params }: Exchange): Record<string, string> {
  const names = ownNames(route) ?? ginParamNames(route.pattern)
  return Object.fromEntries(names.map((name) => [name, params.get(paramName(name)) ?? '']))
}

/** Names that `_gw/route` gives to pieces of path and host; null without one. */
function ownNames({ endpoint }: Route): string[] | null {
  const own = endpoint === null ? null : ownRouteOf(endpoint)
  return own === null ? null : [...own.pattern.names, ...own.hosts.flatMap((host) => (host.kind === 'label' ? [host.name] : []))]
}

function reasonOf({ statusCode, method, responseHeaders: headers, route, kept }: MemoryExchange, plan: RoutePlan): string {
  if (statusCode === 404) return '404: no endpoint has this path'
  if (statusCode === 405) return `405: the path has no ${method}, but ${headers.get('Allow') ?? 'other methods'}`
  if (statusCode === FOUND) return `200: ${MESSAGES[kindOf(plan, route)]} of the gateway itself answers this path`
  if (statusCode === BAD_REQUEST) return `400: ${String(kept.bytes ?? '').replace(/^error: /, '')}`
  return `${statusCode}: redirected to ${headers.get('Location') ?? ''}`
}

function kindOf({ routes }: RoutePlan, route: Exchange['route']): keyof typeof MESSAGES {
  const own = (one: PlannedRoute): boolean => one.method === route?.method && one.pattern === route.pattern
  const kind = routes.find(own)?.kind
  return kind === undefined || kind === 'endpoint' ? 'options' : kind
}
