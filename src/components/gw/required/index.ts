// Component `_gw/required`: a backend without whose answer an endpoint has none.

import { component, type CheckedBlock } from '../../../engine/compile/component.ts'
import { backendProxyOptions } from '../../../engine/pipe/proxy-block.ts'
import { requiredBackends } from '../../../engine/ports.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'

/** No layer: how the merge takes the failure of the backend. */
export const required = component({
  stage: 'backend',
  namespace: '_gw/required',
  options: Type.Literal(true, { description: 'The failure of this backend is that of the endpoint.' }),
  check: (_given, block) => checkRequired(block),
  build(_given, site) {
    if (site.backend !== null) requiredBackends(site).add(site.backend)
    return null
  },
})

function checkRequired({ place }: CheckedBlock): Issue[] {
  const backend = place?.backend ?? null
  if (backend === null || !backendProxyOptions(backend).shadow) return []
  return [errorIssue('contradiction', [], 'nobody waits for a shadow backend: it cannot be required', 'remove one of both')]
}
