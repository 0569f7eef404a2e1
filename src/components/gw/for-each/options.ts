// The options of `_gw/for-each`, and what of them cannot be done. Knows no request.

import type { Static } from 'typebox'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { backendProxyOptions, splitShadows } from '../../../engine/pipe/proxy-block.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { namesAt, sourceOf } from '../values.ts'

export const options = Type.Object({
  in: Type.String({
    default: '',
    description:
      'Where the list is: `resp0_items`, `body.ids`, `input_query_strings.id` (all values, or one with commas), the name of a parameter with commas, `JWT.groups`. It must be set.',
  }),
  concurrency: Type.Integer({ default: 4, minimum: 1, maximum: 64, description: 'Calls at one time, for each request.' }),
  max: Type.Integer({ default: 100, minimum: 1, maximum: 10_000, description: 'Elements that a list may have; a longer one is an error.' }),
  as: Type.String({ default: 'collection', description: 'The name of the results in the data of this backend.' }),
  into: Type.Optional(
    Type.String({ description: 'A member of each element, with dots, that its result is put into; `in` is of an earlier step then.' }),
  ),
  on_error: Type.Enum(['fail', 'skip', 'null'], {
    default: 'fail',
    description: 'What becomes of an element whose call fails: the backend fails, the element is left out, or it is `null`.',
  }),
})

export type Options = Static<typeof options>

/** A list of an earlier step: which step, and where in its data. */
export const STEP_LIST = /^resp(\d{1,4})_(.+)$/
const CLIENTS_HEADER = 'input_headers.'

export function checkForEach(given: Options, { place, dialect }: CheckedBlock): Issue[] {
  const issues =
    given.in === '' ? [errorIssue('missing-option', ['in'], 'must be set: where is the list?', 'write "in": "resp0_items"')] : []
  if (given.in.startsWith(CLIENTS_HEADER))
    issues.push(errorIssue('unknown-value', ['in'], 'a header field is no list', 'a claim, a query string or the body may be one'))
  const step = STEP_LIST.exec(given.in)
  if (given.into !== undefined && step === null)
    issues.push(
      errorIssue(
        'contradiction',
        ['into'],
        'only the list of an earlier step has elements to put results into',
        'write "in": "resp0_items"',
      ),
    )
  const { endpoint = null, backend = null } = place ?? {}
  if (backend === null) return issues
  if (!backend.extraConfig.has('_gw/request'))
    issues.push(
      errorIssue(
        'contradiction',
        [],
        'needs "_gw/request" at the same backend: all calls would be the same',
        'write {item} into its path, for one',
      ),
    )
  if (backendProxyOptions(backend).shadow)
    issues.push(errorIssue('contradiction', [], 'a shadow backend has no loop', 'remove one of the two'))
  if (backend.encoding === 'no-op')
    issues.push(errorIssue('contradiction', [], 'answers that are not decoded cannot be a list', 'write an "encoding"'))
  if (endpoint === null || given.in === '') return issues
  // The loop's own elements are not known outside of it.
  const source = sourceOf(given.in, { ...namesAt(endpoint, backend, dialect), hasItem: false })
  if (typeof source === 'string') return [...issues, errorIssue('unknown-value', ['in'], source, 'placeholders stand here without braces')]
  if (given.into !== undefined && step !== null && isHidden(Number(step[1]), endpoint.backends))
    issues.push(
      errorIssue('contradiction', ['into'], `step ${step[1]} is hidden: nobody would see the results`, 'remove "_gw/hidden" there'),
    )
  if (source.isClients === true && !endpoint.extraConfig.has('qos/ratelimit/router'))
    issues.push(
      warningIssue(
        'unbounded-load',
        ['in'],
        `one request makes up to ${given.max} calls, and no limit holds the client back`,
        'add "qos/ratelimit/router" to the endpoint',
      ),
    )
  return issues
}

function isHidden(step: number, backends: Parameters<typeof splitShadows>[0]): boolean {
  return splitShadows(backends).regular[step]?.extraConfig.has('_gw/hidden') === true
}
