// The blocks that the engine reads itself, described: `router`, `proxy`, `backend/http`, `backend/http/client`. Knows no component.

import type { TSchema } from 'typebox'
import type { Level } from '../../src/engine/compile/check-components.ts'
import type { RouterOptions } from '../../src/engine/routing/router-options.ts'
import { Type } from '../../src/schema/type.ts'

const flag = (description: string, value = false) => Type.Boolean({ default: value, description })
const text = (description: string) => Type.String({ default: '', description })
const texts = (description: string) => Type.Array(Type.String(), { default: [], description })

const router = {
  return_error_msg: flag('Answers that fail carry the text of the error.'),
  disable_health: flag('No health check.'),
  health_path: text('Path of the health check. Empty: `/__health`.'),
  hide_version_header: flag('`X-Krakend` does not tell the version.'),
  disable_access_log: flag('No line for each request.'),
  logger_skip_paths: texts('Paths without access log, exactly as requested.'),
  auto_options: flag('OPTIONS at every path, answered with `Allow`.'),
  error_body: Type.Object(
    {
      '404': Type.Optional(Type.Unknown({ description: 'JSON that answers unknown paths.' })),
      '405': Type.Optional(Type.Unknown({ description: 'JSON that answers methods that a path does not have.' })),
    },
    { default: {} },
  ),
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
  use_h2c: flag('Accepted, without effect: `use_h2c` of the service counts.'),
} satisfies Record<keyof RouterOptions, unknown>

const flatmap = Type.Array(
  Type.Object({
    type: Type.Enum(['move', 'append', 'del'], { description: 'What to do; an unknown type does nothing.' }),
    args: Type.Array(Type.String(), { description: 'Dotted paths, `*` for every element: source and target, or what goes.' }),
  }),
  { default: [], description: 'Operations on the data, in order.' },
)

const endpointProxy = Type.Object({
  sequential: flag('Backends are called one after the other; `{resp0_field}` in a later `url_pattern` is a value of the first answer.'),
  sequential_propagated_params: texts('Values such as `resp0_id` that all later backends get as parameters.'),
  flatmap_filter: flatmap,
  combiner: text('Accepted, without effect.'),
  static: Type.Optional(
    Type.Object({
      data: Type.Record(Type.String(), Type.Unknown(), { description: 'What is added to the answer.' }),
      strategy: Type.Enum(['always', 'success', 'errored', 'complete', 'incomplete'], {
        default: 'always',
        description: 'When it is added.',
      }),
    }),
  ),
})

const backendProxy = Type.Object({
  flatmap_filter: flatmap,
  shadow: flag('The backend gets a copy of the traffic; nobody waits for it.'),
  shadow_timeout: text('How long a copy may take, such as `2s`. Empty: `timeout` of the backend.'),
})

const backendHttp = Type.Object({
  return_error_details: text('A bad status becomes data under `error_NAME`: status, body and content type.'),
  return_error_code: flag('A single backend’s bad status, body and content type are the answer.'),
})

const backendHttpClient = Type.Object({
  send_body_on_redirect: flag('307 and 308 are followed with the body, which is buffered for it.'),
})

export interface EngineBlock {
  /** As in the markers of pages: the namespace, with its level where levels differ. */
  readonly label: string
  readonly namespace: string
  readonly level: Level
  readonly options: TSchema
}

export const engineBlocks: readonly EngineBlock[] = [
  { label: 'router', namespace: 'router', level: 'service', options: Type.Object(router) },
  { label: 'proxy at endpoint', namespace: 'proxy', level: 'endpoint', options: endpointProxy },
  { label: 'proxy at backend', namespace: 'proxy', level: 'backend', options: backendProxy },
  { label: 'backend/http', namespace: 'backend/http', level: 'backend', options: backendHttp },
  { label: 'backend/http/client', namespace: 'backend/http/client', level: 'backend', options: backendHttpClient },
]
