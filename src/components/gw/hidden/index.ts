// Component `_gw/hidden`: a backend that is called, and seen by later steps, but leaves nothing in the answer.

import { discardBody } from '../../../engine/body.ts'
import { component, type CheckedBlock } from '../../../engine/compile/component.ts'
import { Data } from '../../../engine/data.ts'
import { backendProxyOptions, splitShadows } from '../../../engine/pipe/proxy-block.ts'
import type { PipeResponse } from '../../../engine/types.ts'
import { type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'

export const hidden = component({
  stage: 'backend',
  namespace: '_gw/hidden',
  options: Type.Literal(true, { description: 'The backend is called, and leaves nothing in the answer.' }),
  check: (_given, block) => checkHidden(block),
  build(_given, { place }) {
    if (place === null) return null
    // What stands alone is not merged.
    const hide = place.backends.length > 1 ? (response: PipeResponse): PipeResponse => ({ ...response, isHidden: true }) : emptied
    return (next) =>
      function hideAnswer(request, scope) {
        return next(request, scope).then(hide)
      }
  },
})

/** Nothing of it, and so not complete. */
function emptied({ body, statusCode, error }: PipeResponse): PipeResponse {
  discardBody(body)
  return { data: Data.EMPTY, isComplete: false, error, statusCode: statusCode === 0 ? 0 : 200, headers: null, body: null }
}

function checkHidden({ place }: CheckedBlock): Issue[] {
  const { endpoint = null, backend = null } = place ?? {}
  if (endpoint === null || backend === null) return []
  if (backendProxyOptions(backend).shadow)
    return [warningIssue('unused-option', [], 'a shadow backend is never in the answer', 'remove the block')]
  const { regular } = splitShadows(endpoint.backends)
  if (regular.some(({ extraConfig }) => !extraConfig.has('_gw/hidden'))) return []
  return [
    warningIssue('unused-option', [], 'all backends of the endpoint are hidden: every answer is {} and not complete', 'let one be seen'),
  ]
}
