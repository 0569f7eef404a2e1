// Which routes a configuration has, as data: for the router, for checks and for whoever shows or documents a gateway.

import type { EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { proxyOptions } from '../pipe/proxy-block.ts'
import { registeredPath } from '../../go/url.ts'
import { readRouterOptions, type RouterOptions } from './router-options.ts'
import { type OwnRoute, ownRouteOf } from './patterns/route-options.ts'

export interface PlannedRoute {
  readonly kind: 'health' | 'debug' | 'echo' | 'endpoint' | 'options'
  readonly method: string
  /** With gin's parameters: `/users/:id`. */
  readonly pattern: string
  /** Only of kind `endpoint`. */
  readonly endpoint: EndpointConfig | null
  /** Only of kind `options`: the methods that the path has. */
  readonly methods: readonly string[]
  /** What the endpoint's `_gw/route` says; null without one. Method and pattern are KrakenD's then. */
  readonly own: OwnRoute | null
}

/** An endpoint of the file that gets no route. */
export interface DroppedEndpoint {
  readonly endpoint: EndpointConfig
  readonly reason: string
}

export interface RoutePlan {
  /** In the order in which they are registered. */
  readonly routes: readonly PlannedRoute[]
  readonly dropped: readonly DroppedEndpoint[]
}

/** Methods an endpoint may have. */
export const ENDPOINT_METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])
/** In the order in which gin's Any registers them. */
const ANY_METHOD = ['GET', 'POST', 'PUT', 'PATCH', 'HEAD', 'OPTIONS', 'DELETE', 'CONNECT', 'TRACE']

export function planRoutes(config: GatewayConfig, options: RouterOptions = readRouterOptions(config)): RoutePlan {
  const routes: PlannedRoute[] = []
  const dropped: DroppedEndpoint[] = []
  const add = (kind: PlannedRoute['kind'], method: string, pattern: string, more: Partial<PlannedRoute> = {}): void => {
    routes.push({ kind, method, pattern: registeredPath(pattern), endpoint: null, methods: [], own: null, ...more })
  }
  if (!options.disable_health) add('health', 'GET', options.health_path === '' ? '/__health' : options.health_path)
  if (config.service.debugEndpoint) for (const method of ANY_METHOD) add('debug', method, '/__debug/*param')
  if (config.service.echoEndpoint) for (const method of ANY_METHOD) add('echo', method, '/__echo/*param')
  for (const endpoint of config.endpoints) {
    const own = ownRouteOf(endpoint)
    const reason = own === null ? findRefusal(endpoint, config) : null
    if (reason === null) add('endpoint', endpoint.method, endpoint.path, { endpoint, own })
    else dropped.push({ endpoint, reason })
  }
  if (options.auto_options) for (const [path, methods] of methodsByPath(config)) add('options', 'OPTIONS', path, { methods })
  return { routes, dropped }
}

/** KrakenD's words for an endpoint that it leaves out; null when it is served. */
function findRefusal(endpoint: EndpointConfig, { quirks }: GatewayConfig): string | null {
  if (!ENDPOINT_METHODS.has(endpoint.method)) return `Unsupported method ${endpoint.method}`
  if (!quirks.dropsUnservableEndpoints || !isRefusedByVersion1(endpoint)) return null
  return `${endpoint.method} endpoints with sequential proxy disabled and several backends are not served by KrakenD 1.x. Ignoring`
}

/** KrakenD 1.x: a method other than GET with several backends wants a sequence whose first steps are all GET. */
function isRefusedByVersion1(endpoint: EndpointConfig): boolean {
  if (endpoint.method === 'GET' || endpoint.backends.length < 2) return false
  if (!endpoint.extraConfig.has('proxy') || proxyOptions(endpoint).sequential === false) return true
  return endpoint.backends.slice(0, -1).some((backend) => backend.method !== 'GET')
}

function methodsByPath({ endpoints }: GatewayConfig): Map<string, string[]> {
  const methods = new Map<string, string[]>()
  for (const endpoint of endpoints) {
    const { path: written, method } = endpoint
    if (!ENDPOINT_METHODS.has(method) || ownRouteOf(endpoint) !== null) continue
    const path = registeredPath(written)
    const known = methods.get(path)
    if (known === undefined) methods.set(path, [method])
    else if (!known.includes(method)) known.push(method)
  }
  return methods
}
