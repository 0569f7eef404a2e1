// What calls do at run time, operators with rules of their own (`&&`, `?:`, `[]`, `==`) apart.

import { countRunes } from '../go/text.ts'
import { add, divide, modulo, multiply, negate, subtract } from './arithmetic.ts'
import { compileGetter, GETTER_NAMES } from './calendar.ts'
import { CONVERSIONS } from './conversions.ts'
import type { Conversion } from './conversions.ts'
import { compare } from './equality.ts'
import type { Budget } from './frame.ts'
import { matchNewPattern } from './regex.ts'
import { CelMap, noSuchOverload } from './values.ts'
import type { Value } from './values.ts'

/** A function of one argument, a receiver counted. Throws a CelError. */
export type Unary = (a: Value, budget: Budget) => Value
/** A function of two arguments. Throws a CelError. */
export type Binary = (a: Value, b: Value, budget: Budget) => Value

export const UNARY: ReadonlyMap<string, Unary> = new Map<string, Unary>([
  ...Object.entries(CONVERSIONS).map(([name, convert]): [string, Unary] => [name, charged(convert)]),
  ...GETTER_NAMES.map((name): [string, Unary] => {
    const get = compileGetter(name)
    return [name, (value, budget) => get(value, undefined, budget)]
  }),
  ['!_', not],
  ['-_', negate],
  ['size', sizeOf],
])

export const BINARY: ReadonlyMap<string, Binary> = new Map<string, Binary>([
  ...GETTER_NAMES.map((name): [string, Binary] => [name, compileGetter(name)]),
  ['_+_', add],
  ['_-_', subtract],
  ['_*_', multiply],
  ['_/_', divide],
  ['_%_', modulo],
  ['_<_', ordering('_<_', (order) => order < 0)],
  ['_<=_', ordering('_<=_', (order) => order <= 0)],
  ['_>_', ordering('_>_', (order) => order > 0)],
  ['_>=_', ordering('_>=_', (order) => order >= 0)],
  ['contains', onTexts('contains', (text, part) => text.includes(part))],
  ['startsWith', onTexts('startsWith', (text, part) => text.startsWith(part))],
  ['endsWith', onTexts('endsWith', (text, part) => text.endsWith(part))],
  ['matches', onTexts('matches', matchNewPattern)],
])

/** A conversion reads all of a text and of bytes. */
function charged(convert: Conversion): Unary {
  return (value, budget) => {
    if (typeof value === 'string' || value instanceof Uint8Array) budget.spendText(value.length)
    return convert(value)
  }
}

function ordering(name: string, accept: (order: number) => boolean): Binary {
  return (a, b, budget) => {
    if (typeof a === 'string' || a instanceof Uint8Array) budget.spendText(a.length)
    return accept(compare(a, b, name))
  }
}

function not(value: Value): Value {
  if (typeof value !== 'boolean') throw noSuchOverload()
  return !value
}

/** Texts have code points, bytes have bytes. */
function sizeOf(value: Value, budget: Budget): Value {
  if (typeof value === 'string') {
    budget.spendText(value.length)
    return BigInt(countRunes(value))
  }
  if (Array.isArray(value) || value instanceof Uint8Array) return BigInt(value.length)
  if (value instanceof CelMap) return BigInt(value.size)
  throw noSuchOverload('size')
}

function onTexts(name: string, run: (text: string, argument: string, budget: Budget) => boolean): Binary {
  return (a, b, budget) => {
    if (typeof a !== 'string' || typeof b !== 'string') throw noSuchOverload(name)
    budget.spendText(a.length + b.length)
    return run(a, b, budget)
  }
}
