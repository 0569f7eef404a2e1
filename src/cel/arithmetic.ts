// `+ - * / %` and the sign. Whole numbers have 64 bits and never wrap around.

import { MAX_INT64, MAX_UINT64, MIN_INT64 } from '../go/number.ts'
import type { Budget } from './frame.ts'
import { Duration, Timestamp } from './time.ts'
import { CelError, noSuchOverload, Uint } from './values.ts'
import type { Value } from './values.ts'

/** Throws a CelError beyond 64 bits. */
export function checkedInt(value: bigint): bigint {
  if (value > MAX_INT64 || value < MIN_INT64) throw new CelError('integer overflow')
  return value
}

/** Throws a CelError beyond 64 bits. */
export function checkedUint(value: bigint): Uint {
  if (value < 0n || value > MAX_UINT64) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}

export function add(a: Value, b: Value, budget: Budget): Value {
  if (typeof a === 'string' && typeof b === 'string') {
    budget.spendText(a.length + b.length)
    return a + b
  }
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a + b)
  if (typeof a === 'number' && typeof b === 'number') return a + b
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value + b.value)
  if (a instanceof Duration) {
    if (b instanceof Duration) return Duration.checked(a.nanos + b.nanos)
    if (b instanceof Timestamp) return b.plus(a.nanos)
  }
  if (a instanceof Timestamp && b instanceof Duration) return a.plus(b.nanos)
  return addParts(a, b, budget)
}

function addParts(a: Value, b: Value, budget: Budget): Value {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    budget.spendText(a.length + b.length)
    return Buffer.concat([a, b])
  }
  if (!Array.isArray(a) || !Array.isArray(b)) throw noSuchOverload()
  budget.spend(a.length + b.length)
  return [...(a as readonly Value[]), ...(b as readonly Value[])]
}

export function subtract(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a - b)
  if (typeof a === 'number' && typeof b === 'number') return a - b
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value - b.value)
  if (a instanceof Duration && b instanceof Duration) return Duration.checked(a.nanos - b.nanos)
  if (a instanceof Timestamp) {
    if (b instanceof Duration) return a.plus(checkedInt(-b.nanos))
    if (b instanceof Timestamp) return Duration.checked(a.total - b.total)
  }
  throw noSuchOverload()
}

export function multiply(a: Value, b: Value): Value {
  if (typeof a === 'bigint' && typeof b === 'bigint') return checkedInt(a * b)
  if (typeof a === 'number' && typeof b === 'number') return a * b
  if (a instanceof Uint && b instanceof Uint) return checkedUint(a.value * b.value)
  throw noSuchOverload()
}

export function divide(a: Value, b: Value): Value {
  if (typeof a === 'number' && typeof b === 'number') return a / b
  return wholeNumbers(a, b, 'division by zero', (left, right) => left / right)
}

export function modulo(a: Value, b: Value): Value {
  return wholeNumbers(a, b, 'modulus by zero', (left, right) => left % right)
}

function wholeNumbers(a: Value, b: Value, byZero: string, reckon: (a: bigint, b: bigint) => bigint): Value {
  const isInt = typeof a === 'bigint' && typeof b === 'bigint'
  if (!isInt && !(a instanceof Uint && b instanceof Uint)) throw noSuchOverload()
  const [left, right] = isInt ? [a, b] : [(a as Uint).value, (b as Uint).value]
  if (right === 0n) throw new CelError(byZero)
  // The least int has no positive counterpart; Go refuses the remainder as well.
  if (right === -1n && left === MIN_INT64) throw new CelError('integer overflow')
  return isInt ? reckon(left, right) : new Uint(reckon(left, right))
}

export function negate(a: Value): Value {
  if (typeof a === 'bigint') return checkedInt(-a)
  if (typeof a === 'number') return -a
  // No overload of the checker takes one, but dyn may be one.
  if (a instanceof Duration) return Duration.checked(-a.nanos)
  throw noSuchOverload()
}
