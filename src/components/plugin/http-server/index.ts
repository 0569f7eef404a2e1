// Component `plugin/http-server`: user code around the router, which sees every request and every finished answer.

import { component } from '../../../engine/compile/component.ts'
import { Type } from '../../../schema/type.ts'

/** Inside of CORS: preflights are answered outside, and what a plugin answers itself has the headers. */
export const httpServerPlugins = component({
  stage: 'server',
  namespace: 'plugin/http-server',
  options: Type.Unknown({
    description: 'Versions 2 and 3: `name`, a text or a list, and a member for each name; version 4: `plugins`, a list of entries.',
  }),
  // perf: whoever checks a file needs nothing of what plugins see
  build: async (block, site) => (await import('./around-router.ts')).aroundRouter(block, site),
})
