// Component `plugin/middleware`: user code around what an endpoint, an agent or a backend asks. Knows nothing of modules.

import { component, type Site } from '../../../engine/compile/component.ts'
import type { Layer, Pipe } from '../../../engine/types.ts'
import { Type } from '../../../schema/type.ts'

const common = {
  namespace: 'plugin/middleware',
  options: Type.Unknown({
    description: 'Versions 2 and 3: `name`, a list, and a member for each name; version 4: `plugins`, a list of entries.',
  }),
  answers: false,
  // perf: whoever checks a file needs nothing of what plugins see
  build: async (block: unknown, site: Site): Promise<Layer<Pipe> | null> =>
    (await import('../../../plugins/pipe-plugins.ts')).pipePlugins(
      {
        kind: 'middleware',
        block,
        groupsPairs: false,
        describe: ({ length }) => `[Middleware Plugins] Adding ${length} middlewares`,
      },
      site,
    ),
} as const

/** Around what the modifiers of the same place see. */
export const endpointMiddlewares = component({ ...common, stage: 'proxy' })

export const backendMiddlewares = component({ ...common, stage: 'backend' })
