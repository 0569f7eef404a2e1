// The service's `router` block: what it may say and what it means.

import { BlockList } from 'node:net'
import type { Static } from 'typebox'
import type { GatewayConfig, ServerConfig } from '../../config/types.ts'
import { readOptions } from '../../schema/read-options.ts'
import { Type } from '../../schema/type.ts'
import { isObject } from '../../json/types.ts'
import { errorIssue, type Issue } from '../../schema/issue.ts'
import { block } from '../compile/component.ts'
import { addNetwork } from '../networks.ts'
import { upgradesOf } from '../endpoint/stream-block.ts'

const flag = (description: string, value = false) => Type.Boolean({ default: value, description })
const text = (description: string) => Type.String({ default: '', description })
const texts = (description: string) => Type.Array(Type.String(), { default: [], description })

const common = {
  return_error_msg: flag('Answers that fail carry the text of the error.'),
  disable_health: flag('No health check.'),
  health_path: text('Path of the health check. Empty: `/__health`.'),
  hide_version_header: flag('`X-Krakend` does not tell the version.'),
  disable_access_log: flag('No line for each request.'),
  logger_skip_paths: texts('Paths without access log, exactly as requested.'),
  disable_redirect_trailing_slash: flag('`/x/` is not redirected to `/x`; needs the next one as well.'),
  disable_redirect_fixed_path: flag('Paths with `//`, `..` or other cases are not redirected to the right one.'),
  disable_handle_method_not_allowed: flag('Other methods of a path are answered 404 instead of 405.'),
  remove_extra_slash: flag('`//` counts as `/` before routes are looked up.'),
  disable_path_decoding: flag('Parameters with encoded characters are not refused.'),
  forwarded_by_client_ip: flag('The client address comes from headers of trusted proxies.', true),
  remote_ip_headers: texts('Those headers, in order. Empty: `X-Forwarded-For`, `X-Real-IP`.'),
  trusted_proxies: texts('Addresses or networks whose headers count. Empty: all.'),
  app_engine: flag('The client address comes from `X-Appengine-Remote-Addr`.'),
  max_multipart_memory: Type.Integer({ default: 0, description: 'Accepted, without effect.' }),
  use_h2c: flag('HTTP/2 in clear text, as `use_h2c` of the service.'),
}

const autoOptions = { auto_options: flag('OPTIONS at every path, answered with `Allow`.') }

/** Read a second time beside the others: they hold even where the rest is ignored. */
const separate = Type.Object({
  ...autoOptions,
  error_body: Type.Object(
    {
      '404': Type.Optional(Type.Unknown({ description: 'JSON that answers unknown paths.' })),
      '405': Type.Optional(Type.Unknown({ description: 'JSON that answers methods that a path does not have.' })),
    },
    { default: {} },
  ),
})

/** compat: read as one: a wrong type anywhere, in `auto_options` and `error_body` too, and all of them are ignored. */
const together = Type.Object({ ...common, ...autoOptions, error_body: Type.Record(Type.String(), Type.Unknown(), { default: {} }) })

export const routerBlock = block({
  namespace: 'router',
  options: Type.Object({ ...common, ...separate.properties }),
  reading: 'struct',
  // Whose word about the client's address counts.
  restricting: 'partly',
  check: ({ trusted_proxies: proxies }) => checkProxies(proxies),
})

/** compat: gin cuts the list at the first entry that is none, and says nothing. */
function checkProxies(proxies: readonly string[]): Issue[] {
  const wrong = proxies.findIndex((proxy) => !addNetwork(new BlockList(), proxy))
  if (wrong < 0) return []
  const rest = wrong === proxies.length - 1 ? 'it is not trusted' : 'it and all behind it are not trusted'
  const message = `"${proxies[wrong]}" is neither an address nor a network: ${rest}, clients behind them count as one`
  return [errorIssue('invalid-address', ['trusted_proxies', wrong], message, 'write "10.0.0.0/8"')]
}

export type RouterOptions = Omit<Static<typeof together>, 'error_body'> & Static<typeof separate>

/** The options of a file, where it may have some. Anything wrong in them was reported when the file was read. */
export function readRouterOptions({ quirks, extraConfig }: Pick<GatewayConfig, 'quirks' | 'extraConfig'>): RouterOptions {
  const block = quirks.readsRouterBlock ? extraConfig.get(routerBlock.namespace) : null
  // What is no object was warned of when the file was read, and says nothing.
  const raw = isObject(block) ? block : {}
  const read = (schema: typeof together | typeof separate, reading: 'struct' | 'map'): object =>
    readOptions(schema, raw, reading).value ?? readOptions(schema, {}, reading).value ?? {}
  return { ...read(together, 'struct'), ...read(separate, 'map') } as RouterOptions
}

/** What the listening socket needs, with what the `router` block says of it. */
export function serverConfigOf(config: GatewayConfig): ServerConfig {
  const { server } = config
  const upgrades = [...new Set(config.endpoints.flatMap((endpoint) => upgradesOf(endpoint)))]
  return { ...server, upgrades, useH2c: server.useH2c || readRouterOptions(config).use_h2c }
}
