// The service's `router` block: what it may say and what it means. Knows nothing of routes.

import type { Static } from 'typebox'
import type { GatewayConfig } from '../../config/types.ts'
import { readOptions } from '../../schema/read-options.ts'
import { Type } from '../../schema/type.ts'

/** Options of the namespace `router`. As in KrakenD one wrong type and all of them are ignored. */
const schema = Type.Object({
  disable_redirect_trailing_slash: Type.Boolean({ default: false }),
  disable_redirect_fixed_path: Type.Boolean({ default: false }),
  disable_handle_method_not_allowed: Type.Boolean({ default: false }),
  forwarded_by_client_ip: Type.Boolean({ default: true }),
  remote_ip_headers: Type.Array(Type.String(), { default: [] }),
  trusted_proxies: Type.Array(Type.String(), { default: [] }),
  app_engine: Type.Boolean({ default: false }),
  max_multipart_memory: Type.Integer({ default: 0 }),
  remove_extra_slash: Type.Boolean({ default: false }),
  logger_skip_paths: Type.Array(Type.String(), { default: [] }),
  return_error_msg: Type.Boolean({ default: false }),
  disable_health: Type.Boolean({ default: false }),
  health_path: Type.String({ default: '' }),
  disable_access_log: Type.Boolean({ default: false }),
  disable_path_decoding: Type.Boolean({ default: false }),
  hide_version_header: Type.Boolean({ default: false }),
  use_h2c: Type.Boolean({ default: false }),
})

/** Read beside the others: they hold even where the rest is ignored. */
const separateSchema = Type.Object({
  auto_options: Type.Boolean({ default: false }),
  error_body: Type.Object({ '404': Type.Optional(Type.Unknown()), '405': Type.Optional(Type.Unknown()) }, { default: {} }),
})

/** All options of the block, for looking it through. */
export const routerSchema = Type.Object({ ...schema.properties, ...separateSchema.properties })

export type RouterOptions = Static<typeof schema> & Static<typeof separateSchema>

/** The options of a file; KrakenD 1.x has none. Anything wrong in them was reported when the file was read. */
export function readRouterOptions(config: GatewayConfig): RouterOptions {
  const raw = config.dialect === 2 ? {} : (config.extraConfig.get('router') ?? {})
  const options = readOptions(schema, raw, 'struct').value ?? readOptions(schema, {}, 'struct').value
  // A map always has a value: what is wrong in it counts as absent.
  return { ...options, ...readOptions(separateSchema, raw, 'map').value } as RouterOptions
}
