// One evaluation: what it reads, the variables of its macros, and how much it may still do.

import { CelError } from './values.ts'
import type { Value } from './values.ts'

/**
 * Units of work of one evaluation: a round of a macro, an element that is compared or copied, sixteen characters that are
 * written or searched. security: at this many an expression ends within a fraction of a second and some tens of megabytes.
 */
const MAX_WORK = 1_000_000
const CHARACTERS_PER_UNIT = 16

/** Counts what an evaluation does. */
export class Budget {
  #left = MAX_WORK

  /** Throws a CelError that nothing swallows when the work is too much. */
  spend(units: number): void {
    this.#left -= units
    if (this.#left < 0) throw new CelError('operation cancelled: actual cost limit exceeded', true)
  }

  spendText(characters: number): void {
    if (characters >= CHARACTERS_PER_UNIT) this.spend(characters / CHARACTERS_PER_UNIT)
  }
}

/** `C` is what declared variables are read from. */
export class Frame<C> extends Budget {
  readonly context: C
  readonly locals: Value[] = []

  constructor(context: C) {
    super()
    this.context = context
  }
}

/** A compiled expression or a part of it. Throws a CelError. */
export type Eval<C> = (frame: Frame<C>) => Value
