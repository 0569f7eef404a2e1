// How functions of the gateway read their arguments: receivers, and the number of arguments that tells a getter from a setter.

import { checkUserData, type Args } from '../../../lua/check.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { native, NOTHING } from '../../../lua/value.ts'
import type { LuaFunction, Result } from '../../../lua/value.ts'

export const NEED_ARGUMENTS = 'need arguments'

/** The receiver of a method; raises `request expected` for another value of the gateway's. */
export type Receive<T> = (thread: LuaThread, args: Args) => T

type Class<T> = abstract new (...args: never[]) => T

export function receiver<T>(type: Class<T>, expected: string): Receive<T> {
  return function receive(thread, args) {
    const { value } = checkUserData(thread, args, 0)
    return value instanceof type ? value : thread.raise(`${expected} expected`)
  }
}

/** security: what is given costs the script what it would cost it to make that itself. */
export function paid(thread: LuaThread, result: Result): Result {
  if (typeof result === 'string') thread.gotString(result.length)
  return result
}

/** A method with exactly so many arguments, the receiver among them. */
export function method<T>(receive: Receive<T>, count: number, run: (thread: LuaThread, self: T, args: Args) => Result): LuaFunction {
  return native((thread, ...args) => {
    if (args.length !== count) thread.raise(NEED_ARGUMENTS)
    return paid(thread, run(thread, receive(thread, args), args))
  })
}

export interface Property<T> {
  readonly get: (self: T, thread: LuaThread) => Result
  readonly set: (self: T, thread: LuaThread, args: Args) => void
}

/** `x:method()` reads, `x:method(value)` writes; setters give nothing. */
export function property<T>(receive: Receive<T>, { get, set }: Property<T>): LuaFunction {
  return native((thread, ...args) => {
    const self = receive(thread, args)
    if (args.length < 2) return paid(thread, get(self, thread))
    set(self, thread, args)
    return NOTHING
  })
}

/** Like a property, but only exactly one value writes. */
export function bodyProperty<T>(receive: Receive<T>, { get, set }: Property<T>): LuaFunction {
  return native((thread, ...args) => {
    const self = receive(thread, args)
    if (args.length !== 2) return paid(thread, get(self, thread))
    set(self, thread, args)
    return NOTHING
  })
}

export interface Entries<T> {
  /** What `x:headers()` gives; raises where that means nothing. */
  readonly all: (self: T, thread: LuaThread) => Result
  readonly get: (self: T, thread: LuaThread, args: Args) => Result
  readonly set: (self: T, thread: LuaThread, args: Args) => void
}

/** `x:params()` gives all, `x:params(name)` one, `x:params(name, value)` writes; more arguments do nothing. */
export function entries<T>(receive: Receive<T>, { all, get, set }: Entries<T>): LuaFunction {
  return native((thread, ...args) => {
    const self = receive(thread, args)
    if (args.length < 2) return all(self, thread)
    if (args.length === 2) return paid(thread, get(self, thread, args))
    if (args.length === 3) set(self, thread, args)
    return NOTHING
  })
}
