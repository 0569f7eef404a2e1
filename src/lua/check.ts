// Arguments of library functions: their types, and gopher-lua's errors when they are wrong. `at` counts from 0.

import { toInt64 } from './arithmetic.ts'
import { typeOf } from './machine.ts'
import type { TypeName } from './machine.ts'
import { formatNumber } from './number-format.ts'
import { parseNumber } from './parse-number.ts'
import { LuaTable } from './table.ts'
import { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData } from './value.ts'
import type { Value } from './value.ts'

export type Args = readonly Value[]

export function argumentError(thread: LuaThread, at: number, message: string): never {
  return thread.raise(`bad argument #${at + 1} to ${thread.calledName()} (${message})`)
}

export function typeError(thread: LuaThread, args: Args, at: number, expected: string): never {
  return argumentError(thread, at, `${expected} expected, got ${typeOf(args[at])}`)
}

/** Any value, but there must be one: nil counts, nothing does not. */
export function checkAny(thread: LuaThread, args: Args, at: number): Value {
  if (at >= args.length) argumentError(thread, at, 'value expected')
  return args[at]
}

/** A string, or a number as its text. */
export function checkString(thread: LuaThread, args: Args, at: number): string {
  const value = args[at]
  if (typeof value === 'string') return value
  return typeof value === 'number' ? formatNumber(value) : typeError(thread, args, at, 'string')
}

/** A number, or a string that is one. */
export function checkNumber(thread: LuaThread, args: Args, at: number): number {
  const value = args[at]
  if (typeof value === 'number') return value
  const number = typeof value === 'string' ? parseNumber(value) : undefined
  return number ?? typeError(thread, args, at, 'number')
}

/** A number cut to an integer; no string, as in gopher-lua. */
export function checkInteger(thread: LuaThread, args: Args, at: number): number {
  const value = args[at]
  return typeof value === 'number' ? toInt64(value) : typeError(thread, args, at, 'number')
}

export function optionalInteger(thread: LuaThread, args: Args, at: number, otherwise: number): number {
  return args[at] === undefined ? otherwise : checkInteger(thread, args, at)
}

/** A string and nothing else. */
export function optionalString(thread: LuaThread, args: Args, at: number, otherwise: string): string {
  const value = args[at]
  if (value === undefined) return otherwise
  return typeof value === 'string' ? value : typeError(thread, args, at, 'string')
}

export function checkTable(thread: LuaThread, args: Args, at: number): LuaTable {
  const value = args[at]
  return value instanceof LuaTable ? value : typeError(thread, args, at, 'table')
}

export function checkFunction(thread: LuaThread, args: Args, at: number): LuaFunction {
  const value = args[at]
  return value instanceof LuaFunction ? value : typeError(thread, args, at, 'function')
}

export function checkUserData(thread: LuaThread, args: Args, at: number): LuaUserData {
  const value = args[at]
  return value instanceof LuaUserData ? value : typeError(thread, args, at, 'userdata')
}

export function checkThread(thread: LuaThread, args: Args, at: number): LuaThread {
  const value = args[at]
  return value instanceof LuaThread ? value : typeError(thread, args, at, 'thread')
}

export function checkBoolean(thread: LuaThread, args: Args, at: number): boolean {
  const value = args[at]
  return typeof value === 'boolean' ? value : typeError(thread, args, at, 'boolean')
}

export function checkTypes(thread: LuaThread, args: Args, at: number, types: readonly TypeName[]): void {
  if (!types.includes(typeOf(args[at]))) typeError(thread, args, at, types.join(' or '))
}
