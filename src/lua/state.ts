// One Lua state: globals of its own, a budget, and the ways in and out for the host.

import type { Chunk } from './compile.ts'
import { newGlobals, openLibraries } from './environment.ts'
import { LuaError } from './errors.ts'
import { BARE_HOST } from './host.ts'
import type { Host } from './host.ts'
import { Machine } from './machine.ts'
import type { Budget } from './machine.ts'
import type { LuaTable } from './table.ts'
import { asLuaError, LuaThread } from './thread.ts'
import { valuesOf } from './value.ts'
import type { LuaFunction, Result, Suspension, Value } from './value.ts'

export interface StateOptions {
  /** All libraries; without: base, package and table only. */
  readonly openLibs?: boolean
  readonly budget?: Budget
  readonly host?: Host
  /** Whether chunks run so that host functions can wait for promises (`wait`) and everything can yield. Slower. */
  readonly isSuspendable?: boolean
}

export class LuaState {
  readonly globals: LuaTable
  readonly thread: LuaThread
  private readonly machine: Machine

  constructor(options: StateOptions = {}) {
    const isOpen = options.openLibs ?? false
    this.globals = newGlobals(isOpen)
    this.machine = new Machine(options.host ?? BARE_HOST, this.globals, options.budget ?? {}, options.isSuspendable ?? false)
    this.thread = new LuaThread(this.machine, null, false, this.globals)
    this.thread.status = 'running'
    this.machine.main = this.thread
    this.machine.current = this.thread
    openLibraries(this.machine, isOpen)
  }

  setGlobal(name: string, value: Value): void {
    this.globals.setHash(name, value)
  }

  /**
   * Runs a chunk and gives what it returns.
   * @throws LuaError what the script raised · LuaStop it took more than its budget
   */
  run(chunk: Chunk, ...args: Value[]): Value[] {
    const { thread, machine } = this
    const main = chunk.instantiate(this.globals, machine.isSuspendable || chunk.mentions('coroutine'))
    this.begin()
    try {
      const result = main.code(thread, ...args)
      return valuesOf(Array.isArray(result) ? thread.settle(result) : result)
    } catch (thrown) {
      throw this.failure(thrown)
    }
  }

  /** `run` for chunks whose host functions wait: each wait is a promise that is awaited here. */
  async runAsync(chunk: Chunk, ...args: Value[]): Promise<Value[]> {
    const { thread } = this
    const main = chunk.instantiate(this.globals, true)
    this.begin()
    try {
      return valuesOf(await this.drive(runMain(thread, main, args)))
    } catch (thrown) {
      throw this.failure(thrown)
    }
  }

  /** Closes what the script left open. */
  close(): void {
    this.machine.close()
  }

  private begin(): void {
    this.thread.depth = 1
    this.thread.tail = 0
  }

  private async drive(running: Generator<Suspension, Result, Value[]>): Promise<Result> {
    let step = running.next()
    while (step.done !== true) {
      if (step.value.kind === 'yield') this.thread.raise('can not yield from outside of a coroutine')
      else step = await resumeAfter(running, step.value.promise)
    }
    return step.value
  }

  private failure(thrown: unknown): unknown {
    if (!(thrown instanceof LuaError) && !(thrown instanceof RangeError)) return thrown
    const error = asLuaError(thrown, this.thread)
    error.traceback = this.thread.traceback(0)
    error.origin ??= this.thread.innermost()
    return error
  }
}

function* runMain(thread: LuaThread, main: LuaFunction, args: Value[]): Generator<Suspension, Result, Value[]> {
  const result = main.suspendable === null ? main.code(thread, ...args) : yield* main.suspendable(thread, ...args)
  return Array.isArray(result) ? yield* thread.settleSuspendable(result) : result
}

async function resumeAfter(
  running: Generator<Suspension, Result, Value[]>,
  promise: Promise<Result>,
): Promise<IteratorResult<Suspension, Result>> {
  let result: Result
  try {
    result = await promise
  } catch (error) {
    return running.throw(error)
  }
  return running.next(valuesOf(result))
}
