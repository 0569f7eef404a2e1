// What `krakend check` says of expressions: those that cannot run, that never run, and that run where a variable is missing.

import { errorIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { isOf, missingVariables, problemOf } from './phases.ts'
import type { Phase } from './phases.ts'

const WHEN: Readonly<Record<Phase, string>> = { pre: 'before the call', post: 'after the call', jwt: 'with the claims of the token' }

/** `phases`: those of the level. `wrongTypesDropAll`: as one that cannot be read does. */
export function findWrongExpressions(texts: readonly string[], phases: readonly Phase[], wrongTypesDropAll: boolean): Issue[] {
  return texts.flatMap((text, index): Issue[] => {
    const path = [index, 'check_expr']
    const active = phases.filter((phase) => isOf(text, phase))
    const problem = problemOf(text)
    if (problem !== null && active.length > 0) {
      const dropsAll = problem.stage === 'parse' || wrongTypesDropAll
      const follows = dropsAll ? 'no expression of this list is checked' : 'this expression is skipped, requests pass unchecked'
      return [errorIssue('invalid-expression', path, `${problem.message}; ${follows}`)]
    }
    if (active.length === 0) {
      const marks = phases.includes('jwt') ? '"req", "resp" or "JWT"' : '"req" or "resp"'
      const hint = "add a condition on a variable that is always true, such as req_method != ''"
      return [errorIssue('expression-never-runs', path, `never runs: its text has neither of ${marks}`, hint)]
    }
    return active.flatMap((phase) => findMissing(text, phase, path))
  })
}

/** Not wrong: another operand may decide without it. */
function findMissing(text: string, phase: Phase, path: Issue['path']): Issue[] {
  const missing = missingVariables(text, phase)
  if (missing.length === 0) return []
  const names = missing.join(', ')
  return [
    warningIssue('variable-of-other-phase', path, `is also evaluated ${WHEN[phase]}, because of its text; ${names} cannot be read then`),
  ]
}
