// What may have been meant by a request that no endpoint answers.

import type { EndpointConfig } from '../config/types.ts'
import type { MemoryRequest } from '../engine/endpoint/memory-exchange.ts'
import { HeaderMap } from '../engine/headers.ts'
import { type HostPattern, writtenHost } from '../engine/routing/patterns/host-pattern.ts'
import { type OwnRoute, ownRouteOf } from '../engine/routing/patterns/route-options.ts'
import { formatPath } from '../schema/issue.ts'
import { suggest } from '../schema/suggest.ts'
import { readRoute } from './list-routes.ts'
import type { Routing } from './route-request.ts'

const MAX_LISTED = 10

/**
 * `target`: what the router sees. As the end of a sentence: `: endpoints[3] has it with the header X-V: 2` where only host and header fields do not fit, else
 * `: did you mean /users/{id}?`, or the endpoints of a small file.
 */
export function nearestRoutes(routing: Routing, request: MemoryRequest, target = request.target): string {
  const { endpoints } = routing.config
  const bound = endpoints.flatMap((endpoint) => describeMissing(endpoint, routing, request))
  if (bound.length > 0) return `: ${bound.join(', ')}`
  const [path = ''] = target.split('?', 1)
  const paths = [...new Set(endpoints.map((endpoint) => readRoute(endpoint).path))]
  const meant = suggest(path, paths)
  if (meant !== null) return `: did you mean ${meant}?`
  const listed = paths.slice(0, MAX_LISTED).join(', ')
  return paths.length === 0 ? ': the file has none' : `: there are ${listed}${paths.length > MAX_LISTED ? ', …' : ''}`
}

/** What of an endpoint's conditions the request does not meet; empty where it is not the endpoint's even with all of them. */
function describeMissing(endpoint: EndpointConfig, { route }: Routing, request: MemoryRequest): string[] {
  const own = ownRouteOf(endpoint)
  if (own === null || own.hosts.length + own.headers.length === 0) return []
  const reaches = (fitting: Partial<MemoryRequest>): boolean => route({ ...request, ...fitting }).endpoint === endpoint
  const host = own.hosts[0] === undefined ? {} : { host: hostOf(own.hosts[0]) }
  const headers = { headers: withFields(request.headers, own) }
  if (!reaches({ ...host, ...headers })) return []
  const missing = [
    ...(reaches(headers) ? [] : [`for the host ${own.hosts.map(writtenHost).join(' or ')}`]),
    ...(reaches(host) ? [] : own.headers.map(({ name, value }) => `with the header ${name}: ${value ?? '…'}`)),
  ]
  return [`${formatPath(endpoint.at)} has it ${missing.join(' and ')}`]
}

/** One that a pattern takes. */
function hostOf({ kind, suffix }: HostPattern): string {
  return kind === 'exact' ? suffix : `any${suffix}`
}

function withFields(sent: HeaderMap | undefined, { headers }: OwnRoute): HeaderMap {
  const fields = sent?.copy() ?? new HeaderMap()
  for (const { name, value } of headers) fields.set(name, value ?? 'any')
  return fields
}
