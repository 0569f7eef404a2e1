// Every place of a configuration that names a plugin, with what it is given and where that stands in the file.

import type { EndpointConfig, GatewayConfig } from '../../config/types.ts'
import { type BlockPlace, placesOf } from '../../engine/compile/order.ts'
import type { IssuePath } from '../../schema/issue.ts'
import { readEntries } from '../entries.ts'
import type { Kind } from '../types.ts'

export interface PluginUse {
  readonly kind: Kind
  readonly namespace: string
  readonly name: string
  /** As written; `{}` where the file says nothing. */
  readonly options: unknown
  /** As written; empty where nothing is. */
  readonly onLoadError: unknown
  /** Of the file, as all paths here. */
  readonly blockPath: IssuePath
  readonly namePath: IssuePath
  readonly optionsPath: IssuePath
  /** The endpoint's, as it is written; null where there is no endpoint. */
  readonly pattern: string | null
  /** For people: `GET /users/{id}`, `GET /users/{id}, backend 0`, `service`. */
  readonly place: string
}

const BLOCKS: readonly { readonly namespace: string; readonly kind: Kind; readonly levels: readonly BlockPlace['level'][] }[] = [
  { namespace: 'plugin/http-server', kind: 'http-server', levels: ['service'] },
  { namespace: 'plugin/http-client', kind: 'http-client', levels: ['backend'] },
  { namespace: 'plugin/req-resp-modifier', kind: 'req-resp-modifier', levels: ['endpoint', 'agent', 'backend'] },
  { namespace: 'plugin/middleware', kind: 'middleware', levels: ['endpoint', 'agent', 'backend'] },
]

/** In the order of the file. What stands in the form of another version, or where nobody reads it, is not there. */
export function collectUses(config: GatewayConfig): PluginUse[] {
  return placesOf(config).flatMap((place) =>
    BLOCKS.filter(({ namespace, levels }) => levels.includes(place.level) && place.blocks.has(namespace)).flatMap((block) =>
      usesOf(config, place, block),
    ),
  )
}

function usesOf(config: GatewayConfig, { blocks, at }: BlockPlace, { namespace, kind }: (typeof BLOCKS)[number]): PluginUse[] {
  const blockPath = [...at, 'extra_config', namespace]
  const endpoint = at[0] === 'endpoints' ? (config.endpoints.find((one) => one.at[1] === at[1]) ?? null) : null
  const common = { kind, namespace, blockPath, pattern: endpoint?.writtenPath ?? null, place: describePlace(endpoint, at) }
  return readEntries(namespace, blocks.get(namespace), config.quirks.listsPlugins).map(
    ({ name, options, onLoadError, namePath, optionsPath }) => ({
      ...common,
      name,
      options,
      onLoadError,
      namePath: [...blockPath, ...namePath],
      optionsPath: [...blockPath, ...optionsPath],
    }),
  )
}

function describePlace(endpoint: EndpointConfig | null, at: IssuePath): string {
  if (at.length === 0) return 'service'
  const owner = endpoint === null ? `async agent ${at[1]}` : `${endpoint.method} ${endpoint.writtenPath}`
  return at.includes('backend') ? `${owner}, backend ${at.at(-1)}` : owner
}
