// Parts of an expression that may fail without it failing, and those that must be bool.

import type { Eval, Frame } from './frame.ts'
import { CelError, noSuchOverload } from './values.ts'
import type { Value } from './values.ts'

/** An error that is made, thrown and caught takes as long as so many simple rounds. */
const ERROR_UNITS = 20

/** The value, or the error where something else may still decide. */
export function attempt<C>(evaluate: Eval<C>, frame: Frame<C>): Value | CelError {
  try {
    return evaluate(frame)
  } catch (error) {
    if (!(error instanceof CelError) || error.isFinal) throw error
    frame.spend(ERROR_UNITS)
    return error
  }
}

/** Throws a CelError for anything else. */
export function asBool(value: Value): boolean {
  if (typeof value !== 'boolean') throw noSuchOverload()
  return value
}
