// Component `plugin/http-client`: user code in the place of a backend's HTTP client, or around it.

import { component } from '../../../engine/compile/component.ts'
import { Type } from '../../../schema/type.ts'

/** Outside of redirects: everything of the HTTP client happens in `next`, or not at all. */
export const httpClientPlugin = component({
  stage: 'executor',
  namespace: 'plugin/http-client',
  options: Type.Unknown({ description: '`name` and its options: in versions 2 and 3 under the same name, in version 4 in `config`.' }),
  // perf: whoever checks a file needs nothing of what plugins see
  build: async (block, site) => (await import('./around-client.ts')).aroundClient(block, site),
})
