// Operators for generated code where the operands are not both numbers, with metamethods and gopher-lua's errors.

import { modulo, power } from './arithmetic.ts'
import { typeOf } from './machine.ts'
import { formatNumber } from './number-format.ts'
import { parseNumber } from './parse-number.ts'
import { LuaTable } from './table.ts'
import { lengthOf } from './table-walk.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, firstOf, isTrue } from './value.ts'
import type { Value } from './value.ts'

type Operator = (thread: LuaThread, caller: LuaFunction, site: number, a: Value, b: Value) => Value

function arithmetic(name: string, compute: (a: number, b: number) => number): Operator {
  const event = `__${name}`
  return (thread, caller, site, a, b) => {
    thread.mark(caller, site)
    const handler = binaryHandler(thread, a, b, event)
    if (handler instanceof LuaFunction) return firstOf(thread.callMarked(handler, [a, b]))
    const left = typeof a === 'string' ? (parseNumber(a) ?? a) : a
    const right = typeof b === 'string' ? (parseNumber(b) ?? b) : b
    if (typeof left === 'number' && typeof right === 'number') return compute(left, right)
    return thread.fail(`cannot perform ${name} operation between ${typeOf(left)} and ${typeOf(right)}`)
  }
}

export const add = arithmetic('add', (a, b) => a + b)
export const sub = arithmetic('sub', (a, b) => a - b)
export const mul = arithmetic('mul', (a, b) => a * b)
export const div = arithmetic('div', (a, b) => a / b)
export const mod = arithmetic('mod', modulo)
export const pow = arithmetic('pow', power)

function binaryHandler(thread: LuaThread, a: Value, b: Value, event: string): Value {
  return thread.machine.metafield(a, event) ?? thread.machine.metafield(b, event)
}

export function negate(thread: LuaThread, caller: LuaFunction, site: number, value: Value): Value {
  thread.mark(caller, site)
  const handler = thread.machine.metafield(value, '__unm')
  if (handler instanceof LuaFunction) return firstOf(thread.callMarked(handler, [value]))
  const number = typeof value === 'string' ? parseNumber(value) : undefined
  return number === undefined ? thread.fail('__unm undefined') : -number
}

export function length(thread: LuaThread, caller: LuaFunction, site: number, value: Value): Value {
  if (typeof value === 'string') return value.length
  if (value instanceof LuaTable && value.metatable === undefined) return lengthOf(thread, value)
  thread.mark(caller, site)
  const handler = thread.machine.metafield(value, '__len')
  if (handler instanceof LuaFunction) return firstOf(thread.callMarked(handler, [value]))
  return value instanceof LuaTable ? lengthOf(thread, value) : thread.fail('__len undefined')
}

export function concat(thread: LuaThread, caller: LuaFunction, site: number, a: Value, b: Value): Value {
  if (typeof a === 'string' && typeof b === 'string') {
    const joined = a + b
    thread.madeString(joined.length)
    return joined
  }
  thread.mark(caller, site)
  return concatenate(thread, a, b)
}

/** Right to left, as the operator is. */
export function concatAll(thread: LuaThread, caller: LuaFunction, site: number, parts: readonly Value[]): Value {
  let joined = parts.at(-1)
  thread.mark(caller, site)
  for (let i = parts.length - 2; i >= 0; i--) joined = concatenate(thread, parts[i], joined)
  return joined
}

export function concatenate(thread: LuaThread, a: Value, b: Value): Value {
  const left = typeof a === 'number' ? formatNumber(a) : a
  const right = typeof b === 'number' ? formatNumber(b) : b
  if (typeof left === 'string' && typeof right === 'string') {
    const joined = left + right
    thread.madeString(joined.length)
    return joined
  }
  const handler = binaryHandler(thread, a, b, '__concat')
  if (handler instanceof LuaFunction) return firstOf(thread.callMarked(handler, [a, b]))
  return thread.fail(`cannot perform concat operation between ${typeOf(a)} and ${typeOf(b)}`)
}

/** `a == b` where they are not the same. */
export function equals(thread: LuaThread, caller: LuaFunction, site: number, a: Value, b: Value): boolean {
  const isTables = a instanceof LuaTable && b instanceof LuaTable
  if (!isTables && !(a instanceof LuaUserData && b instanceof LuaUserData)) return false
  const handler = thread.machine.metafield(a, '__eq')
  if (!(handler instanceof LuaFunction) || handler !== thread.machine.metafield(b, '__eq')) return false
  thread.mark(caller, site)
  return isTrue(firstOf(thread.callMarked(handler, [a, b])))
}

export function less(thread: LuaThread, caller: LuaFunction, site: number, a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a < b
  thread.mark(caller, site)
  return isLess(thread, a, b)
}

/** `a < b` for library code too. */
export function isLess(thread: LuaThread, a: Value, b: Value): boolean {
  if (typeof a === 'number' && typeof b === 'number') return a < b
  if (typeof a === 'string' && typeof b === 'string') return a < b
  return compared(thread, a, b, '__lt') ?? refuse(thread, a, b)
}

export function lessOrEqual(thread: LuaThread, caller: LuaFunction, site: number, a: Value, b: Value): boolean {
  if (typeof a === 'string' && typeof b === 'string') return a <= b
  thread.mark(caller, site)
  const answer = compared(thread, a, b, '__le')
  if (answer !== undefined) return answer
  // Lua 5.1: without __le, a <= b is not (b < a).
  return !(compared(thread, b, a, '__lt') ?? refuse(thread, b, a))
}

/** The answer of the metamethod both share; undefined without one. */
function compared(thread: LuaThread, a: Value, b: Value, event: string): boolean | undefined {
  if (typeof a === 'number' || typeOf(a) !== typeOf(b)) refuse(thread, a, b)
  const handler = thread.machine.metafield(a, event)
  if (!(handler instanceof LuaFunction) || handler !== thread.machine.metafield(b, event)) return undefined
  return isTrue(firstOf(thread.callMarked(handler, [a, b])))
}

function refuse(thread: LuaThread, a: Value, b: Value): never {
  return thread.fail(`attempt to compare ${typeOf(a)} with ${typeOf(b)}`)
}

/** A numeric loop whose start, limit or step is no number. */
export function badFor(thread: LuaThread, caller: LuaFunction, site: number, start: Value, limit: Value, step: Value): never {
  thread.mark(caller, site)
  if (typeof start !== 'number') thread.fail('for statement init must be a number')
  if (typeof step !== 'number') thread.fail('for statement step must be a number')
  return thread.fail(`for statement ${typeof limit === 'number' ? 'init' : 'limit'} must be a number`)
}
