// Lists of failures that retries and fallbacks are for: classes and statuses. Knows nothing of what is done about them.

import { GatewayError } from '../../engine/errors.ts'
import { backendStatusOf, type FailureClass, failureClassOf } from '../../engine/failures.ts'
import { errorIssue, type Issue } from '../../schema/issue.ts'
import { suggestHint } from '../../schema/suggest.ts'

/** A class, a status, or a hundred of them: `connect-failure`, 503, `5xx`. */
export type Condition = string | number

/** How a call ended that did not end well: `status` is that of the answer, null where there was none. */
export interface Outcome {
  readonly failureClass: FailureClass
  readonly status: number | null
}

const CLASSES: readonly string[] = ['connect-failure', 'reset', 'timeout', 'body', 'rejected', 'any']
const STATUS = /^[1-5]\d\d$/
const STATUS_CLASS = /^[1-5]xx$/
const FIRST_ERROR = 400

/** What an error is as an outcome; null for what is nobody's failure: the client left, a bug. */
export function outcomeOf(error: Error): Outcome | null {
  const failureClass = failureClassOf(error)
  return failureClass === null ? null : { failureClass, status: backendStatusOf(error) }
}

/** An answer whose status may be named, although its encoding takes every status as it is. */
export function outcomeOfStatus(status: number): Outcome {
  return { failureClass: 'status', status }
}

/** Whether one of the conditions is met. */
export function compileConditions(conditions: readonly Condition[]): (outcome: Outcome) => boolean {
  const names = new Set(conditions.map(String))
  return function isMet({ failureClass, status }) {
    if (names.has(failureClass)) return true
    if (status === null) return names.has('any')
    return names.has(String(status)) || names.has(`${Math.trunc(status / 100)}xx`) || (names.has('any') && status >= FIRST_ERROR)
  }
}

/** Conditions that nothing meets. */
export function checkConditions(conditions: readonly Condition[], name: string): Issue[] {
  return conditions.flatMap((condition, index) => {
    const text = String(condition)
    if (CLASSES.includes(text) || STATUS.test(text) || STATUS_CLASS.test(text)) return []
    const hint = suggestHint(text, CLASSES) || `there are ${CLASSES.join(', ')}, statuses such as 503 and classes such as "5xx"`
    return [errorIssue('unknown-value', [name, index], `"${text}" is no kind of failure`, hint)]
  })
}

/** Whether an error is one that was met by nothing but the end of the whole request's time. */
export function isEndOfTime(error: Error): boolean {
  return error instanceof GatewayError && (error.code === 'ERR_DEADLINE' || error.code === 'ERR_CANCELED')
}
