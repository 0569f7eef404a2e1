// Component `validation/cel`: expressions that requests, answers and tokens must fulfil. Knows nothing of how expressions are evaluated.

import type { Static } from 'typebox'
import { component } from '../../../engine/compile/component.ts'
import type { CheckedBlock } from '../../../engine/compile/component.ts'
import { ownRejecters } from '../../../engine/ports.ts'
import type { Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { CEL_QUIRKS } from './cel-quirks.ts'
import { findWrongExpressions } from './check-options.ts'
import { buildChecks, buildRejecter } from './checks.ts'

const options = Type.Array(
  Type.Object({
    check_expr: Type.String({ default: '', description: 'The expression. What it is not `true` for is refused.' }),
    mod_expr: Type.String({ default: '', description: 'Read and never used, as in KrakenD.' }),
  }),
  { description: 'The expressions, in the order in which they are asked.' },
)

type Options = Static<typeof options>

const declaration = { namespace: 'validation/cel', options, reading: 'struct', restricting: true } as const

/** Expressions about claims. Stands before the validator, which asks for rejecters while it is built; no layer of its own. */
export const celRejecter = component({
  ...declaration,
  stage: 'endpoint',
  check: checkAtEndpoint,
  build(options, site) {
    const rejecter = buildRejecter(textsOf(options), site)
    if (rejecter !== null) ownRejecters(site).push(rejecter)
    return null
  },
})

/** Expressions about what an endpoint or an agent is asked and answers. An endpoint's block is checked above, with those about tokens. */
export const endpointCel = component({
  ...declaration,
  stage: 'proxy',
  check: checkPipe,
  build: (options, site) => buildChecks(textsOf(options), site),
})

/** Expressions about what one backend is asked and answers. */
export const backendCel = component({
  ...declaration,
  stage: 'backend',
  check: checkPipe,
  build: (options, site) => buildChecks(textsOf(options), site),
})

function checkPipe(options: Options, { dialect }: CheckedBlock): Issue[] {
  return findWrongExpressions(textsOf(options), ['pre', 'post'], CEL_QUIRKS[dialect].wrongTypesDropAll)
}

function checkAtEndpoint(options: Options, { dialect }: CheckedBlock): Issue[] {
  return findWrongExpressions(textsOf(options), ['pre', 'post', 'jwt'], CEL_QUIRKS[dialect].wrongTypesDropAll)
}

function textsOf(options: Options): string[] {
  return options.map(({ check_expr: text }) => text)
}
