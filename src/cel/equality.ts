// Which values are equal, and which comes first. Numbers compare across their types.

import { compareText } from '../go/text.ts'
import type { Budget } from './frame.ts'
import { Duration, Timestamp } from './time.ts'
import { CelError, CelMap, noSuchOverload, TypeValue, Uint } from './values.ts'
import type { Value } from './values.ts'

/** Values of different types are unequal, numbers apart; NaN is unequal to itself. */
export function isEqual(a: Value, b: Value, budget: Budget): boolean {
  if (typeof a === 'string' || typeof b === 'string') {
    if (typeof a === 'string') budget.spendText(a.length)
    return a === b
  }
  if (typeof a === 'boolean' || typeof b === 'boolean' || a === null || b === null) return a === b
  const [left, right] = [numberOf(a), numberOf(b)]
  if (left !== null || right !== null) return left !== null && right !== null && isEqualNumber(left, right)
  return isEqualObject(a as object, b as object, budget)
}

/** compat: beside a double an int is one too, with the digits that a double has. */
function isEqualNumber(a: bigint | number, b: bigint | number): boolean {
  return typeof a === typeof b ? a === b : Number(a) === Number(b)
}

function isEqualObject(a: object, b: object, budget: Budget): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && isEqualList(a as Value[], b as Value[], budget)
  if (a instanceof CelMap) return b instanceof CelMap && isEqualMap(a, b, budget)
  if (a instanceof Uint8Array) {
    budget.spendText(a.length)
    return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && a.seconds === b.seconds && a.nanos === b.nanos
  if (a instanceof Duration) return b instanceof Duration && a.nanos === b.nanos
  return a instanceof TypeValue && b instanceof TypeValue && a.name === b.name
}

function isEqualList(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  if (a.length !== b.length) return false
  budget.spend(a.length)
  return a.every((value, index) => isEqual(value, b[index] as Value, budget))
}

function isEqualMap(a: CelMap, b: CelMap, budget: Budget): boolean {
  if (a.size !== b.size) return false
  budget.spend(a.size)
  return a.keys().every((key) => {
    const other = b.find(key)
    return other !== undefined && isEqual(a.find(key) as Value, other, budget)
  })
}

/** A number in JavaScript's types, which compare with each other; null when it is none. */
function numberOf(value: Value): bigint | number | null {
  if (typeof value === 'bigint' || typeof value === 'number') return value
  return value instanceof Uint ? value.value : null
}

/** Negative, 0 or positive. `name` is the operator's, for values that have no order. Throws a CelError. */
export function compare(a: Value, b: Value, name: string): number {
  if (typeof a === 'string') return typeof b === 'string' ? compareText(a, b) : refuse()
  if (typeof a === 'boolean') return typeof b === 'boolean' ? Number(a) - Number(b) : refuse()
  const left = numberOf(a)
  if (left !== null) {
    const right = numberOf(b)
    return right === null ? refuse() : compareNumbers(left, right)
  }
  if (a instanceof Uint8Array) return b instanceof Uint8Array ? Buffer.compare(a, b) : refuse()
  if (a instanceof Timestamp) return b instanceof Timestamp ? a.seconds - b.seconds || a.nanos - b.nanos : refuse()
  if (a instanceof Duration) return b instanceof Duration ? compareNumbers(a.nanos, b.nanos) : refuse()
  throw noSuchOverload(name)
}

function compareNumbers(a: bigint | number, b: bigint | number): number {
  if (Number.isNaN(a) || Number.isNaN(b)) throw new CelError('NaN values cannot be ordered')
  const [left, right] = typeof a === typeof b ? [a, b] : [Number(a), Number(b)]
  return left < right ? -1 : left > right ? 1 : 0
}

function refuse(): never {
  throw noSuchOverload()
}
