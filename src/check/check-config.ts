// Everything that is known to be wrong in a configuration without building it, one rule after the other; and how serious each
// finding is for whoever asked. Knows no component: their blocks are checked where they are declared.

import type { Issue } from '../schema/issue.ts'
import { checkAgents } from './agents.ts'
import { checkBackendMethods, checkDiscovery, checkEncodings, checkHosts, checkShadows } from './backends.ts'
import { checkDuplicateKeys } from './duplicate-keys.ts'
import { checkFields } from './fields.ts'
import { checkPort, checkTimeouts, checkTls } from './listeners.ts'
import { checkEndpointFlatmap, checkGroups, checkManipulation, checkNoOp } from './manipulation.ts'
import { checkCatchAll, checkClaims, checkColons, checkRoutePlan } from './routes.ts'
import { checkSequences } from './sequence.ts'
import type { CheckSubject, Rule } from './subject.ts'

const RULES: readonly Rule[] = [
  checkDuplicateKeys,
  checkPort,
  checkTimeouts,
  checkTls,
  checkFields,
  checkRoutePlan,
  checkCatchAll,
  checkColons,
  checkClaims,
  checkHosts,
  checkDiscovery,
  checkAgents,
  checkBackendMethods,
  checkEncodings,
  checkShadows,
  checkSequences,
  checkGroups,
  checkManipulation,
  checkEndpointFlatmap,
  checkNoOp,
]

/** Rule by rule. */
export function* checkConfig(subject: CheckSubject): Generator<Issue[]> {
  for (const rule of RULES) yield rule(subject)
}

export interface Grading {
  /** `check -t`: what certainly fails is an error. */
  readonly isTested: boolean
  /** `--strict`: so is whatever was not understood, and whatever does nothing although it was asked for. */
  readonly isStrict: boolean
}

/** What `--strict` refuses although it is only a warning of the file's reader. */
const REFUSED_BY_STRICT: ReadonlySet<string> = new Set([
  'missing-namespace',
  'missing-partial',
  'missing-setting',
  'no-driver',
  'old-protection',
  'unprotected',
  'enterprise-protection',
  'unknown-namespace',
  'unknown-key',
  'unknown-value',
])

/** A finding of the reader or of a rule as whoever asked takes it: plain `check` agrees with KrakenD, which knows none of the rules. */
export function gradeRule(issue: Issue, { isTested, isStrict }: Grading): Issue {
  const isError = (isStrict && (issue.severity === 'error' || REFUSED_BY_STRICT.has(issue.code))) || (isTested && issue.fails !== undefined)
  return { ...issue, severity: isError ? 'error' : 'warning' }
}
