// eq, ne, lt, le, gt and ge with Go's rules of what compares with what.

import { formatValue, formatVerb } from '../format-value.ts'
import { Flags } from '../format-flags.ts'
import { GoError } from '../function.ts'
import { compareText } from '../text.ts'
import { GoComplex, GoFunctionValue, GoInt, GoMap, GoObject, GoSlice, type GoValue, kindOf, typeOf } from '../value.ts'

type BasicKind = 'bool' | 'complex' | 'int' | 'uint' | 'float' | 'string' | 'none'

function basicKind(value: GoValue): BasicKind {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'float'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof GoInt) return value.isSigned ? 'int' : 'uint'
  return value instanceof GoComplex ? 'complex' : 'none'
}

/** Whether `value` equals one of the others. */
export function equalsAny(value: GoValue, others: readonly GoValue[]): boolean {
  if (others.length === 0) throw new GoError('missing argument for comparison')
  return others.some((other) => equals(value, other))
}

function equals(a: GoValue, b: GoValue): boolean {
  const [kind, other] = [basicKind(a), basicKind(b)]
  if (a instanceof GoInt && b instanceof GoInt) return a.value === b.value
  if (kind !== other) {
    if (isValid(a) && isValid(b)) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
    return false
  }
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary
  return kind === 'none' ? equalsOther(a, b) : a === b
}

function equalsOther(a: GoValue, b: GoValue): boolean {
  if (isValid(a) && isValid(b) && kindOf(a) !== kindOf(b)) {
    throw new GoError(`non-comparable types ${show(a)}: ${typeOf(a)}, ${typeOf(b)}: ${formatValue(b)}`)
  }
  if (isNil(a) || isNil(b)) return isNil(a) === isNil(b)
  if (a instanceof GoObject && b instanceof GoObject) return a.type === b.type && (a.kind === 'ptr' ? a === b : a.equals(b))
  throw new GoError(`non-comparable type ${show(b)}: ${typeOf(b)}`)
}

function show(value: GoValue): string {
  return value instanceof GoFunctionValue ? (typeOf(value) ?? '') : formatVerb(value, 's', new Flags())
}

function isValid(value: GoValue): boolean {
  return value !== null && value !== undefined
}

function isNil(value: GoValue): boolean {
  return !isValid(value) || ((value instanceof GoSlice || value instanceof GoMap) && value.isNil)
}

/** a < b. Booleans, lists and nil have no order. */
export function isLess(a: GoValue, b: GoValue): boolean {
  const [kind, other] = [basicKind(a), basicKind(b)]
  if (kind === 'none' || other === 'none') throw new GoError('invalid type for comparison')
  if (a instanceof GoInt && b instanceof GoInt) return a.value < b.value
  if (kind !== other) throw new GoError(`incompatible types for comparison: ${typeOf(a)} and ${typeOf(b)}`)
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b) < 0
  throw new GoError('invalid type for comparison')
}

export function isLessOrEqual(a: GoValue, b: GoValue): boolean {
  return isLess(a, b) || equals(a, b)
}
