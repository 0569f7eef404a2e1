// The fields of an endpoint and of a backend with their effective values, and what a backend's options do to its answer.

import type { Quirks } from '../config/dialect.ts'
import type { BackendConfig, EndpointConfig, GatewayConfig } from '../config/types.ts'
import { backendProxyOptions } from '../engine/pipe/proxy-block.ts'
import { takesMethod } from '../engine/routing/patterns/route-block.ts'
import { withoutUserinfo } from '../go/url-parts.ts'
import type { Row } from './flatten.ts'
import type { Origins } from './origins.ts'

/** A duration as its row shows it. */
export interface Duration {
  readonly ms: number
}

export function endpointRows(endpoint: EndpointConfig, { service }: GatewayConfig, origins: Origins): Row[] {
  const { at } = endpoint
  const row = (name: string, value: unknown, ...inherited: readonly string[]): Row => ({
    name,
    value,
    origin: origins.of([...at, name], ...inherited.map((key) => [key])),
  })
  return [
    row('timeout', { ms: endpoint.timeoutMs } satisfies Duration, 'timeout'),
    row('cache_ttl', { ms: endpoint.cacheTtlMs } satisfies Duration, 'cache_ttl'),
    row('output_encoding', endpoint.outputEncoding, 'output_encoding'),
    row('input_headers', endpoint.inputHeaders),
    row('input_query_strings', endpoint.inputQueryStrings),
    row('concurrent_calls', endpoint.concurrentCalls),
    ...(service.disableRest ? [{ name: 'disable_rest', value: true, origin: origins.of(['disable_rest']) }] : []),
  ]
}

export function backendRows(backend: BackendConfig, endpoint: EndpointConfig, origins: Origins): Row[] {
  const { at } = backend
  const row = (name: string, value: unknown): Row => ({ name, value, origin: origins.of([...at, name]) })
  return [
    { name: 'host', value: backend.hosts.map(withoutUserinfo), origin: origins.of([...at, 'host'], ['host']) },
    methodRow(backend, endpoint, origins),
    row('encoding', backend.encoding === '' ? 'json' : backend.encoding),
    row('input_headers', backend.inputHeaders),
    row('input_query_strings', backend.inputQueryStrings),
    row('disable_host_sanitize', backend.disableHostSanitize),
    row('sd', backend.sd),
  ]
}

function methodRow(backend: BackendConfig, endpoint: EndpointConfig, origins: Origins): Row {
  if (takesMethod(endpoint, backend))
    return { name: 'method', value: 'that of the request', origin: origins.of([...endpoint.at, 'extra_config', '_gw/route']) }
  return { name: 'method', value: backend.method, origin: origins.of([...backend.at, 'method'], [...endpoint.at, 'method']) }
}

/** In the order in which it is done; nothing of it for a stream. */
export function stepsOfAnswer(backend: BackendConfig, quirks: Pick<Quirks, 'deniesDeeply'>): string[] {
  if (backend.encoding === 'no-op') return ['pass through untouched']
  const flatmap = backendProxyOptions(backend).flatmap_filter
  const filters =
    flatmap.length > 0
      ? [`flatmap ${flatmap.map(({ type }) => type).join(', ')}`]
      : [
          ...(backend.allow.length > 0 ? [`allow ${backend.allow.join(', ')}`] : denyOf(backend, quirks)),
          ...(backend.mapping.size > 0 ? [`mapping ${[...backend.mapping].map(([from, to]) => `${from} → ${to}`).join(', ')}`] : []),
        ]
  return [
    `decode ${backend.encoding === '' ? 'json' : backend.encoding}${backend.isCollection ? ' list' : ''}`,
    ...(backend.target === '' ? [] : [`target ${backend.target}`]),
    ...filters,
    ...(backend.group === '' ? [] : [`group ${backend.group}`]),
  ]
}

function denyOf({ deny }: BackendConfig, { deniesDeeply }: Pick<Quirks, 'deniesDeeply'>): string[] {
  if (deny.length === 0) return []
  return [`deny ${deny.join(', ')}${deniesDeeply ? '' : ' (to the second level)'}`]
}
