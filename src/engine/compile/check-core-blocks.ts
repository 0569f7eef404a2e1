// Finds what is wrong in the blocks that the engine reads itself: router, proxy and backend/http. Builds nothing.

import type { Issue } from '../../schema/issue.ts'
import { readOptions } from '../../schema/read-options.ts'
import { Type } from '../../schema/type.ts'
import { routerSchema } from '../routing/router-options.ts'

export type Level = 'service' | 'endpoint' | 'backend'

/** Values are left alone: what the engine makes of a wrong one differs from option to option. */
const any = Type.Optional(Type.Unknown())

const proxy = Type.Object({
  combiner: any,
  flatmap_filter: any,
  sequential: any,
  sequential_propagated_params: any,
  shadow: any,
  shadow_timeout: any,
  static: Type.Optional(Type.Object({ data: any, strategy: any })),
})

const BLOCKS: Readonly<Record<Level, Readonly<Record<string, Parameters<typeof readOptions>[0]>>>> = {
  service: { router: routerSchema },
  endpoint: { proxy },
  backend: {
    proxy,
    'backend/http': Type.Object({ return_error_code: any, return_error_details: any }),
    'backend/http/client': Type.Object({ send_body_on_redirect: any }),
  },
}

/** Warnings about one `extra_config`; their paths begin with the namespace. */
export function checkCoreBlocks(level: Level, blocks: ReadonlyMap<string, unknown>): Issue[] {
  return Object.entries(BLOCKS[level]).flatMap(([namespace, schema]) => {
    if (!blocks.has(namespace)) return []
    const { issues } = readOptions(schema, blocks.get(namespace), 'struct')
    return issues.map((issue): Issue => ({ ...issue, severity: 'warning', path: [namespace, ...issue.path] }))
  })
}
