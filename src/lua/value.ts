// The values of Lua as JavaScript holds them. Knows nothing of how programs are compiled or run.
//
// nil is undefined, booleans and numbers are themselves, strings are JavaScript strings whose code units are bytes (0 to 255); everything
// else is an instance of a class of this module, so no JavaScript object of the host is ever a Lua value.

import type { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'

export type Value = undefined | boolean | number | string | LuaTable | LuaFunction | LuaUserData | LuaThread | LuaChannel

/** What a call gives back: one value as it is, any other number of values as an array (which is never itself a Lua value). */
export type Result = Value | Value[]

/** The code of a function: `this` is the function value, the thread comes first. */
export type Code = (this: LuaFunction, thread: LuaThread, ...args: Value[]) => Result

/** The same code where it may be suspended: it yields `Suspension`s and is sent values. */
export type SuspendableCode = (this: LuaFunction, thread: LuaThread, ...args: Value[]) => Generator<Suspension, Result, Value[]>

/** Why a generator stopped: a coroutine yields values, or the host must wait for a promise. */
export type Suspension = { readonly kind: 'yield'; readonly values: Value[] } | { readonly kind: 'wait'; readonly promise: Promise<Result> }

/** What is known of a function of a chunk before it runs. */
export interface Prototype {
  readonly chunkName: string
  readonly line: number
  readonly lastLine: number
  /** The locals of outer functions it uses. */
  readonly upvalues: ReadonlySet<string>
  /** Line and name of what is called, by number of the site. */
  readonly siteLines: readonly number[]
  readonly siteNames: readonly string[]
}

export class LuaFunction {
  readonly code: Code
  readonly suspendable: SuspendableCode | null
  /** null: a function of a library or of the host. */
  readonly prototype: Prototype | null
  /** Where its globals are; `setfenv` changes it. undefined for library functions. */
  env: LuaTable | undefined

  constructor(code: Code, suspendable: SuspendableCode | null, prototype: Prototype | null, env: LuaTable | undefined) {
    this.code = code
    this.suspendable = suspendable
    this.prototype = prototype
    this.env = env
  }
}

/** A value of the host that scripts can hold but not look into. */
export class LuaUserData {
  readonly value: unknown
  metatable: LuaTable | undefined

  constructor(value: unknown, metatable: LuaTable | undefined) {
    this.value = value
    this.metatable = metatable
  }
}

export class LuaChannel {
  readonly capacity: number
  readonly queue: Value[] = []
  isClosed = false

  constructor(capacity: number) {
    this.capacity = capacity
  }
}

/** No values at all. Shared: results are never changed. */
export const NOTHING: Value[] = []

/** The function of a library: gets the thread and its arguments. */
export function native(code: (thread: LuaThread, ...args: Value[]) => Result, suspendable: SuspendableCode | null = null): LuaFunction {
  return new LuaFunction(code, suspendable, null, undefined)
}

/**
 * A function of the host that scripts wait for: in suspendable runs the script stands still until the promise is settled (a rejection with
 * a LuaError is an error of the script); elsewhere calling it is an error.
 */
export function suspending(code: (thread: LuaThread, args: Value[]) => Promise<Result>): LuaFunction {
  return native(
    (thread) => thread.raise('attempt to wait across metamethod/C-call boundary'),
    function* (thread, ...args): Generator<Suspension, Result, Value[]> {
      return yield { kind: 'wait', promise: code(thread, args) }
    },
  )
}

export function firstOf(result: Result): Value {
  return Array.isArray(result) ? result[0] : result
}

export function valuesOf(result: Result): Value[] {
  return Array.isArray(result) ? result : [result]
}

export function isTrue(value: Value): boolean {
  return value !== undefined && value !== false
}
