// `a.b`, `a[b]`, `has(a.b)` and `in`: reading from maps and lists.

import { isEqual } from './equality.ts'
import type { Budget } from './frame.ts'
import { formatNumber } from '../go/number.ts'
import { CelError, CelMap, noSuchOverload, typeName, Uint } from './values.ts'
import type { Value } from './values.ts'

/** The value under a key or an index. Throws a CelError where there is none. */
export function read(container: Value, key: Value): Value {
  if (container instanceof CelMap) {
    const found = container.find(key)
    if (found === undefined) throw missingKey(key)
    return found
  }
  if (!Array.isArray(container)) throw missingKey(key)
  const index = indexOf(key)
  const found = (container as readonly Value[])[index]
  if (found === undefined) throw new CelError(`index out of bounds: ${index}`)
  return found
}

/** Whether there is a field; a value without fields has none. */
export function hasField(container: Value, field: string): boolean {
  if (container instanceof CelMap) return container.find(field) !== undefined
  if (Array.isArray(container)) indexOf(field)
  return false
}

export function isIn(value: Value, container: Value, budget: Budget): boolean {
  if (container instanceof CelMap) return container.find(value) !== undefined
  if (!Array.isArray(container)) throw noSuchOverload('@in')
  budget.spend(container.length)
  return (container as readonly Value[]).some((element) => isEqual(value, element, budget))
}

function indexOf(key: Value): number {
  if (typeof key === 'bigint') return Number(key)
  if (key instanceof Uint) return Number(key.value)
  if (typeof key !== 'number') throw new CelError(`unsupported index type '${typeName(key)}' in list`)
  if (!Number.isInteger(key)) throw new CelError(`unsupported index value ${formatNumber(key)} in list`)
  return key
}

function missingKey(key: Value): CelError {
  return new CelError(`no such key: ${showKey(key)}`)
}

function showKey(key: Value): string {
  if (typeof key === 'number') return formatNumber(key)
  if (key instanceof Uint) return String(key.value)
  return typeof key === 'object' && key !== null ? typeName(key) : String(key)
}
