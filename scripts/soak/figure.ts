// What a figure of `npm run soak` is.

import { spawnSync } from 'node:child_process'

export interface Figure {
  readonly name: string
  /** What happens, in half a line. */
  readonly what: string
  readonly goal: string
  measure(settings: Settings): Promise<Measured>
}

export interface Settings {
  /** How long what has no length of its own goes on; 10 or more. */
  readonly seconds: number
  /** For `krakend run --workers`, where the figure does not say it. */
  readonly workers: string
}

export interface Measured {
  readonly text: string
  /** What misses the goal, or must never be; empty when all is well. */
  readonly faults: readonly string[]
}

/** The value below which that share of the numbers is. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

/** `[text]` when it is not so. */
export function unless(isSo: boolean, text: string): string[] {
  return isSo ? [] : [text]
}

/** The fault of a figure that needs programs which are not there; empty when all are. */
export function missingPrograms(programs: readonly string[]): string[] {
  const missing = programs.filter((program) => spawnSync(program, ['-v']).error !== undefined)
  return unless(missing.length === 0, `not installed: ${missing.join(', ')}`)
}
