// `matches`: RE2 patterns, which take time in proportion to the text. Knows nothing of expressions.

import { compileRegexp } from '../go/regexp.ts'
import type { Budget } from './frame.ts'
import { CelError } from './values.ts'

/** security: the compiled form of a pattern is many times as long; a longer one that comes from a request is refused. */
const MAX_LENGTH = 10_000

/** A match walks the pattern's program for every character; so many steps are one unit of work. */
const STEPS_PER_UNIT = 32
/** What it costs to compile a pattern that is not known before. */
const COMPILE_UNITS = 500

/** Whether a pattern is found anywhere in a text. */
export type Matcher = (text: string, budget: Budget) => boolean

/** For patterns that an evaluation makes itself. Throws a CelError for what is no pattern. */
export function matchNewPattern(text: string, pattern: string, budget: Budget): boolean {
  budget.spend(COMPILE_UNITS + pattern.length)
  return compilePattern(pattern)(text, budget)
}

/** Throws a CelError for what is no pattern. */
export function compilePattern(pattern: string): Matcher {
  if (pattern.length > MAX_LENGTH) throw new CelError(`error parsing regexp: pattern has more than ${MAX_LENGTH} characters`)
  try {
    const compiled = compileRegexp(pattern)
    const units = compiled.programSize / STEPS_PER_UNIT
    return (text, budget) => {
      budget.spend(text.length * units)
      return compiled.matches(text)
    }
  } catch (error) {
    throw new CelError((error as Error).message)
  }
}
