// How generated code calls and takes results. Knows nothing of operators and libraries.

import { TAIL } from './thread.ts'
import type { LuaThread } from './thread.ts'
import { MAX_VALUES } from './thread.ts'
import { LuaFunction, native } from './value.ts'
import type { Code, Result, Suspension, Value } from './value.ts'

/** An array result → its first value, after calls that were left over. */
export function first(thread: LuaThread, result: Value[]): Value {
  if (result[0] !== TAIL) return result[0]
  const settledResult = thread.settle(result)
  return Array.isArray(settledResult) ? settledResult[0] : settledResult
}

export function settled(thread: LuaThread, result: Value[]): Result {
  return result[0] === TAIL ? thread.settle(result) : result
}

export function values(result: Result): Value[] {
  return Array.isArray(result) ? result : [result]
}

const NOT_CALLABLE = native((thread) => {
  // The place on the stack is not taken: the error is that of the caller.
  thread.depth--
  return thread.fail('attempt to call a non-function object')
})

/** What is called instead of a value that is no function. It fails when it is called, after the arguments were computed. */
export function callable(thread: LuaThread, value: Value): LuaFunction {
  const target = thread.machine.metafield(value, '__call')
  if (!(target instanceof LuaFunction)) return NOT_CALLABLE
  const { code, suspendable } = target
  const call: Code = (inner, ...args) => code.call(target, inner, value, ...args)
  if (suspendable === null) return new LuaFunction(call, null, target.prototype, target.env)
  return new LuaFunction(call, (inner, ...args) => suspendable.call(target, inner, value, ...args), target.prototype, target.env)
}

/** gopher-lua's registry holds so many values; more cannot be passed at a time. */
export function checkCount(thread: LuaThread, caller: LuaFunction, site: number, list: readonly Value[]): void {
  if (list.length < MAX_VALUES) return
  thread.mark(caller, site)
  thread.fail('registry overflow')
}

/** `code` of functions that are generators: runs them where nothing can be suspended. */
export const drive: Code = function drive(this: LuaFunction, thread, ...args) {
  const running = (this.suspendable as NonNullable<LuaFunction['suspendable']>)(thread, ...args)
  const step = running.next()
  if (step.done === true) return step.value
  const what =
    step.value.kind === 'yield' ? 'attempt to yield across metamethod/C-call boundary' : 'attempt to wait across metamethod/C-call boundary'
  return thread.raise(what)
}

export function iterate(thread: LuaThread, caller: LuaFunction, site: number, callee: Value, state: Value, control: Value): Result {
  const target = callee instanceof LuaFunction ? callee : callable(thread, callee)
  thread.enter(caller, site)
  let result = target.code(thread, state, control)
  if (Array.isArray(result) && result[0] === TAIL) result = thread.settle(result)
  thread.depth--
  return result
}

export function* iterateSuspendable(
  thread: LuaThread,
  caller: LuaFunction,
  site: number,
  callee: Value,
  state: Value,
  control: Value,
): Generator<Suspension, Result, Value[]> {
  const target = callee instanceof LuaFunction ? callee : callable(thread, callee)
  thread.enter(caller, site)
  let result = target.suspendable === null ? target.code(thread, state, control) : yield* target.suspendable(thread, state, control)
  if (Array.isArray(result) && result[0] === TAIL) result = yield* thread.settleSuspendable(result)
  thread.depth--
  return result
}
