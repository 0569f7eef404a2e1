// The routes of a configuration as rows: what answers, whom it asks, what protects it.

import type { BackendConfig, EndpointConfig, GatewayConfig } from '../config/types.ts'
import { loadDeclarations, type DeclaredBlock } from '../engine/compile/order.ts'
import { writtenHost } from '../engine/routing/patterns/host-pattern.ts'
import { perList } from '../engine/per-list.ts'
import { takesMethod } from '../engine/routing/patterns/route-block.ts'
import { ownRouteOf } from '../engine/routing/patterns/route-options.ts'
import { planRoutes } from '../engine/routing/plan.ts'
import { withoutUserinfo } from '../go/url-parts.ts'
import { order } from '../order.ts'

export interface ListedRoute {
  readonly kind: 'health' | 'debug' | 'echo' | 'endpoint' | 'options'
  /** Several of `_gw/route` with commas between them; `*` for every one. */
  readonly method: string
  /** As the file writes it, or as it is registered where the gateway answers itself. */
  readonly path: string
  /** Those that `_gw/route` binds it to; empty for any. */
  readonly hosts: readonly string[]
  /** As registered: `/users/:id`. */
  readonly pattern: string
  /** `GET http://users:8080/{id}`, those that only get a copy among them. */
  readonly backends: readonly string[]
  /** Namespaces that refuse requests of this route: those of the service, the endpoint, the backends. */
  readonly protections: readonly string[]
  /** Null where the gateway answers itself. */
  readonly timeoutMs: number | null
  readonly outputEncoding: string | null
  /** Where it stands in the file; null for what the gateway adds. */
  readonly at: EndpointConfig['at'] | null
  /** Why the endpoint has no route; null for one that is served. */
  readonly dropped: string | null
}

export async function listRoutes(config: GatewayConfig): Promise<ListedRoute[]> {
  const protecting = (await loadDeclarations(order, config)).filter(({ declaration }) => declaration.restricting === true)
  const ofService = namesAt(config.extraConfig, 'service', protecting)
  const { routes, dropped } = planRoutes(config)
  const listed = routes.map((route): ListedRoute => {
    if (route.endpoint !== null) return listEndpoint(route.endpoint, route.pattern, null)
    const { kind, method, pattern } = route
    const own = { hosts: [], backends: [], timeoutMs: null, outputEncoding: null, at: null, dropped: null }
    // the health check stands outside the router's layers
    return { kind, method, path: pattern, pattern, protections: kind === 'health' ? [] : ofService, ...own }
  })
  return [...listed, ...dropped.map(({ endpoint, reason }) => listEndpoint(endpoint, endpoint.path, reason))]

  function listEndpoint(endpoint: EndpointConfig, pattern: string, reason: string | null): ListedRoute {
    const { backends, timeoutMs, outputEncoding, at, extraConfig } = endpoint
    const { methods, path, hosts } = readRoute(endpoint)
    const method = methods.join(', ')
    const protections = [
      ...ofService,
      ...namesAt(extraConfig, 'endpoint', protecting),
      ...backends.flatMap((backend) => namesAt(backend.extraConfig, 'backend', protecting)),
    ]
    const names = [...new Set(protections)]
    const calls = backends.map((backend) => describeBackend(backend, takesMethod(endpoint, backend) ? method : backend.method))
    return {
      kind: 'endpoint',
      method,
      path,
      hosts,
      pattern,
      backends: calls,
      protections: names,
      timeoutMs,
      outputEncoding,
      at,
      dropped: reason,
    }
  }
}

/** What an endpoint answers: as the file writes it, or its `_gw/route`. */
export function readRoute(endpoint: EndpointConfig): { methods: readonly string[]; path: string; hosts: readonly string[] } {
  const own = ownRouteOf(endpoint)
  if (own === null) return { methods: [endpoint.method], path: endpoint.writtenPath, hosts: [] }
  return { methods: own.methods ?? ['*'], path: own.pattern.written, hosts: own.hosts.map(writtenHost) }
}

/** `GET /users/{id}`, `GET,HEAD a.example/users/{id}`. */
export function nameOfEndpoint(endpoint: EndpointConfig): string {
  const { methods, path, hosts } = readRoute(endpoint)
  return `${methods.join(',')} ${hosts.join(',')}${path}`
}

function namesAt(
  blocks: GatewayConfig['extraConfig'],
  level: 'service' | 'endpoint' | 'backend',
  protecting: readonly DeclaredBlock[],
): string[] {
  return protecting
    .filter(({ levels, declaration }) => levels.includes(level) && blocks.has(declaration.namespace))
    .map(({ declaration }) => declaration.namespace)
}

function describeBackend({ hosts, urlPattern }: BackendConfig, method: string): string {
  return `${method} ${describeHosts(hosts)}${writtenPattern(urlPattern)}`
}

/** Every route names its hosts, so a list that all share is written as often as there are routes. */
const MAX_HOSTS = 100

/** security: without what hosts have of user and password. */
const describeHosts = perList((hosts: readonly string[]): string => {
  if (hosts.length === 0) return '(no host)'
  const names = hosts.slice(0, MAX_HOSTS).map(withoutUserinfo)
  if (hosts.length > MAX_HOSTS) names.push(`… and ${hosts.length - MAX_HOSTS} more`)
  return names.length === 1 ? (names[0] as string) : `{${names.join(', ')}}`
})

/** The engine's `{{.Id}}` as the file has it: `{id}`. */
export function writtenPattern(urlPattern: string): string {
  return urlPattern.replaceAll(
    /\{\{\.([^{}]+)\}\}/g,
    (_all, name: string) => `{${name.startsWith('JWT.') ? name : name.slice(0, 1).toLowerCase() + name.slice(1)}}`,
  )
}
