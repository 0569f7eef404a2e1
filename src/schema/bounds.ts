// Bounds of numbers and texts that a type alone does not say. A value beyond them is read as it is, with a warning.

import { parseDuration } from '../go/duration.ts'
import { type Issue, warningIssue } from './issue.ts'

export interface Bounds {
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  /** `duration`: a text that Go's time.ParseDuration takes, and not below zero. */
  readonly format?: string
}

/** Where issues go, and where the reader stands. */
export interface IssueContext {
  readonly issues: Issue[]
  readonly path: readonly (string | number)[]
}

export const DURATION_HINT = 'durations look like "300ms", "2s" or "1h30m"'

/** `value` is null for a text that is too short. */
export function warnOfRange(
  value: number | null,
  { minimum = -Infinity, maximum = Infinity }: Bounds,
  { issues, path }: IssueContext,
): void {
  if (value === null) issues.push(warningIssue('out-of-range', [...path], 'must not be empty'))
  else if (value < minimum) issues.push(warningIssue('out-of-range', [...path], `must be at least ${minimum}, not ${value}`))
  else if (value > maximum) issues.push(warningIssue('out-of-range', [...path], `must be at most ${maximum}, not ${value}`))
}

export function warnOfDuration(text: string, { issues, path }: IssueContext): void {
  const parsed = parseDuration(text)
  if (typeof parsed === 'number' && parsed >= 0) return
  issues.push(warningIssue('invalid-duration', [...path], `"${text}" is no duration`, DURATION_HINT))
}
