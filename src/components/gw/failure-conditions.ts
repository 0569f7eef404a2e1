// Lists of failures that retries and fallbacks are for: classes and statuses. Knows nothing of what is done about them.

import { GatewayError } from '../../engine/errors.ts'
import { backendStatusOf, type FailureClass, failureClassOf } from '../../engine/failures.ts'
import type { PipeResponse } from '../../engine/types.ts'
import { errorIssue, type Issue } from '../../schema/issue.ts'
import { suggestHint } from '../../schema/suggest.ts'
import { compileStatusList, namesStatus } from './status-list.ts'

/** A class, a status, or a hundred of them: `connect-failure`, 503, `5xx`. */
export type Condition = string | number

/** How a call ended that did not end well: `status` is that of the answer, null where there was none. */
export interface Outcome {
  readonly failureClass: FailureClass
  readonly status: number | null
  /** Whether it is an answer all the same: its encoding takes every status as it is. It counts only where its status is named. */
  readonly isAnswer: boolean
}

const CLASSES: readonly string[] = ['connect-failure', 'reset', 'timeout', 'body', 'rejected', 'any']

/** What an error is as an outcome; null for what is nobody's failure: the client left, a bug. */
export function outcomeOf(error: Error): Outcome | null {
  const failureClass = failureClassOf(error)
  return failureClass === null ? null : { failureClass, status: backendStatusOf(error), isAnswer: false }
}

/** An answer as an outcome; null where it has no status to be named by. */
export function outcomeOfAnswer({ statusCode }: PipeResponse): Outcome | null {
  return statusCode === 0 ? null : { failureClass: 'status', status: statusCode, isAnswer: true }
}

/** Whether one of the conditions is met. */
export function compileConditions(conditions: readonly Condition[]): (outcome: Outcome) => boolean {
  const names = new Set(conditions.map(String))
  const isListed = compileStatusList(conditions)
  return function isMet({ failureClass, status, isAnswer }) {
    if (names.has(failureClass) || (names.has('any') && !isAnswer)) return true
    return status !== null && isListed(status)
  }
}

/** Conditions that nothing meets. */
export function checkConditions(conditions: readonly Condition[], name: string): Issue[] {
  return conditions.flatMap((condition, index) => {
    const text = String(condition)
    if (CLASSES.includes(text) || namesStatus(text)) return []
    const hint = suggestHint(text, CLASSES) || `there are ${CLASSES.join(', ')}, statuses such as 503 and classes such as "5xx"`
    return [errorIssue('unknown-value', [name, index], `"${text}" is no kind of failure`, hint)]
  })
}

/** Whether an error is one that was met by nothing but the end of the whole request's time. */
export function isEndOfTime(error: Error): boolean {
  return error instanceof GatewayError && (error.code === 'ERR_DEADLINE' || error.code === 'ERR_CANCELED')
}
