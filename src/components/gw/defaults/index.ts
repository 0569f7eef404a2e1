// The block `_gw/defaults`: what it may hold. It is laid below endpoints and backends where a file becomes a configuration (`config/defaults.ts`).

import { block } from '../../../engine/compile/component.ts'
import { Type } from '../../../schema/type.ts'

export const defaults = block({
  namespace: '_gw/defaults',
  options: Type.Object({
    endpoint: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'What every endpoint has that does not say otherwise: all its keys but `endpoint`, `method` and `backend`.',
      }),
    ),
    backend: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description: 'The same for every backend, those of async agents and of `_gw/fallback` too: all keys but `url_pattern`.',
      }),
    ),
  }),
})
