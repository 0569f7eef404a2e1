// `KRAKEND_*` variables over the file. Knows the variables it is given, not the process.

import { keyInAnyCase } from '../json/any-case.ts'
import { isObject, type PlainObject, setKey } from '../json/types.ts'
import type { Quirks } from './dialect.ts'

export type Environment = Readonly<Record<string, string | undefined>>

export interface Override {
  readonly raw: PlainObject
  /** Root key → the variable it comes from. */
  readonly variables: ReadonlyMap<string, string>
}

const prefix = 'KRAKEND_'

/**
 * Lays the variables over a copy of `raw`: the rest of the name in lower case is the key, a dot descends.
 * Without `environmentAddsKeys` only keys that the file has, and no empty values.
 */
export function overrideByEnvironment(raw: PlainObject, environment: Environment, { environmentAddsKeys }: Quirks): Override {
  const variables = new Map<string, string>()
  const result: PlainObject = {}
  for (const [key, value] of Object.entries(raw)) setKey(result, key, value)
  for (const [name, value] of Object.entries(environment)) {
    if (!name.startsWith(prefix) || value === undefined) continue
    const steps = name.slice(prefix.length).toLowerCase().split('.')
    const key = steps[0]!
    if (!environmentAddsKeys && (value === '' || !isWritten(raw, steps))) continue
    // an exact key counts more than one in another case, so the file's own spelling needs no removal
    setKey(result, key, steps.length === 1 ? value : override(result[key], steps.slice(1), value))
    variables.set(key, name)
  }
  return { raw: result, variables }
}

/** Whether a file has the key that a variable means, in whatever case. */
function isWritten(target: unknown, steps: readonly string[]): boolean {
  const [step, ...rest] = steps
  if (step === undefined) return true
  if (!isObject(target)) return false
  const key = keyInAnyCase(target, step)
  return key !== undefined && isWritten(target[key], rest)
}

function override(target: unknown, steps: readonly string[], value: string): unknown {
  const [step, ...rest] = steps
  if (step === undefined) return value
  const copy: PlainObject = isObject(target) ? { ...target } : {}
  setKey(copy, step, override(copy[step], rest, value))
  return copy
}
