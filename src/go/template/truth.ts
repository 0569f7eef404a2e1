// What counts as true and as empty.

import { GoComplex, GoInt, GoMap, GoSlice, type GoValue } from '../value.ts'

/** Not the zero value of its type: `if`, `and`, `or`, `not`. */
export function isTrue(value: GoValue): boolean {
  if (value === null || value === undefined) return false
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value !== ''
  // NaN is not zero
  if (typeof value === 'number') return value !== 0
  if (value instanceof GoInt) return value.value !== 0n
  if (value instanceof GoSlice) return value.items.length > 0
  if (value instanceof GoMap) return value.entries.size > 0
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0
  return true
}
