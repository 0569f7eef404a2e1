// What is served, as a text: routes with their backends and how their hosts are now. Knows no request.

import { createHash } from 'node:crypto'
import type { BackendConfig, EndpointConfig, GatewayConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { type HostState, hostStates } from '../../../engine/ports.ts'
import { writtenHost } from '../../../engine/routing/patterns/host-pattern.ts'
import { ownRouteOf, understoodRouteOf } from '../../../engine/routing/patterns/route-options.ts'
import { showReferences } from '../../../engine/secrets.ts'
import { withoutUserinfo } from '../../../go/url-parts.ts'
import { plainly } from '../../../json/digest-of.ts'
import { formatPath } from '../../../schema/issue.ts'

/** What a host is whom nobody watches. */
type ReadHosts = (backend: BackendConfig) => readonly HostState[] | null

/** JSON of the routes. Ask for it when the gateway is complete: until then hosts are not known. */
export function compileRoutes({ config, clock, ask }: Pick<Site, 'config' | 'clock' | 'ask'>): () => string {
  const loadedAt = new Date(clock.now()).toISOString()
  const hash = createHash('sha256').update(JSON.stringify(config, plainly)).digest('hex')
  let states: ReadonlyMap<BackendConfig, () => readonly HostState[]> | null = null
  return function describeRoutes() {
    const known = (states ??= new Map(ask(hostStates).map(({ backend, read }) => [backend, read])))
    const routes = config.endpoints.map((endpoint) => describeEndpoint(endpoint, (backend) => known.get(backend)?.() ?? null))
    return showReferences(JSON.stringify({ routes, config: { hash, loaded_at: loadedAt } }), config.secrets)
  }
}

function describeEndpoint(endpoint: EndpointConfig, readHosts: ReadHosts): object {
  const own = ownRouteOf(endpoint)
  return {
    methods: own === null ? [endpoint.method] : (own.methods ?? ['*']),
    path: own === null ? endpoint.writtenPath : own.pattern.written,
    hosts: own === null ? [] : own.hosts.map(writtenHost),
    config_path: formatPath(endpoint.at),
    output_encoding: endpoint.outputEncoding,
    timeout_ms: endpoint.timeoutMs,
    layers: [...endpoint.extraConfig.keys()],
    backends: endpoint.backends.map((backend) => ({
      method: backend.method,
      hosts: (readHosts(backend) ?? backend.hosts.map(unwatched)).map(({ host, state, weight, inFlight }) => {
        return { host: withoutUserinfo(host), state, weight, in_flight: inFlight }
      }),
      url_pattern: backend.urlPattern.replaceAll(/\{\{\.([^{}]+)\}\}/g, (_whole, name: string) => `{${writtenName(name)}}`),
      encoding: backend.encoding === '' ? 'json' : backend.encoding,
    })),
  }
}

function unwatched(host: string): HostState {
  return { host, state: 'healthy', weight: 1, inFlight: 0 }
}

/** A parameter as the file has it. */
function writtenName(name: string): string {
  return name.startsWith('JWT.') ? name : name.slice(0, 1).toLowerCase() + name.slice(1)
}

/** Paths that endpoints of a file have. */
export function pathsOf({ endpoints }: GatewayConfig): string[] {
  return endpoints.map((endpoint) => understoodRouteOf(endpoint)?.pattern.written ?? endpoint.writtenPath)
}
