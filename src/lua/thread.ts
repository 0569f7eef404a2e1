// One thread of execution: its stack of calls, what it may still spend, and where it stands. Knows nothing of libraries and syntax.

import { LuaError, LuaStop } from './errors.ts'
import type { Machine } from './machine.ts'
import type { LuaTable } from './table.ts'
import { LuaFunction, NOTHING } from './value.ts'
import type { Prototype, Result, Suspension, Value } from './value.ts'

/** gopher-lua's `CallStackSize`. */
export const MAX_CALLS = 256
/** gopher-lua's `RegistrySize`: how many values can be on the way at a time. */
export const MAX_VALUES = 5120
/** perf: after so many calls and loop passes the clock is read. */
const FUEL = 2048
/** The same once there are long strings: comparing two of them is one step and may take a millisecond. */
const FUEL_WITH_LONG_STRINGS = 64
const LONG_STRING = 65_536
/** Stands on the stack for a function that is no Lua code. */
const NATIVE = null

export type ThreadStatus = 'suspended' | 'running' | 'normal' | 'dead'

export class LuaThread {
  readonly machine: Machine
  /** Number of calls on the stack. */
  depth = 1
  /** Calls in tail position that were made as real calls. */
  tail = 0
  /** Runs down with every call and loop pass; below 0 the clock is read. */
  fuel = FUEL
  /** Where iterators put what they found. */
  key: Value = undefined
  value: Value = undefined
  status: ThreadStatus = 'suspended'
  /** Coroutines: the function, then its generator once it has begun. */
  body: LuaFunction | null
  running: Generator<Suspension, Result, Value[]> | null = null
  readonly isWrapped: boolean
  /** Where the globals of programs that are loaded here are; `setfenv(0, …)` changes it. */
  env: LuaTable
  /** The function of each call on the stack that has called another, and at which of its sites. */
  readonly functions: (LuaFunction | null)[] = []
  readonly sites: number[] = []

  constructor(machine: Machine, body: LuaFunction | null, isWrapped: boolean, env: LuaTable) {
    this.machine = machine
    this.body = body
    this.isWrapped = isWrapped
    this.env = env
  }

  /** Before every call: notes who calls from where. */
  enter(caller: LuaFunction, site: number): void {
    const at = this.depth - 1
    this.functions[at] = caller
    this.sites[at] = site
    if (at >= MAX_CALLS - 1) this.fail('stack overflow')
    this.depth = at + 2
    if (--this.fuel < 0) this.tick()
  }

  /** Notes where a running Lua function stands, for an error or a metamethod. */
  mark(caller: LuaFunction, site: number): void {
    this.functions[this.depth - 1] = caller
    this.sites[this.depth - 1] = site
  }

  /** Notes that a library function runs, before it does what may fail or call by itself. */
  markNative(): void {
    this.functions[this.depth - 1] = NATIVE
  }

  /** Time and memory are looked at; ends the script if one is over. */
  tick(): void {
    this.fuel = this.machine.hasLongStrings ? FUEL_WITH_LONG_STRINGS : FUEL
    this.machine.checkBudget()
  }

  /** For work that is no call: so many steps were made. */
  spend(steps: number): void {
    this.fuel -= steps
    if (this.fuel < 0) this.tick()
  }

  /** A string of so many bytes was made. */
  madeString(length: number): void {
    if (length > this.machine.maxStringLength) this.machine.charge(length)
    this.gotString(length)
  }

  /** The host gave a string of so many bytes, longer than the script may make perhaps. */
  gotString(length: number): void {
    if (length <= 256) return
    this.machine.take(length)
    if (length > LONG_STRING) this.machine.hasLongStrings = true
    this.spend(length >> 6)
  }

  /** Calls a value from the code of a library or a metamethod. */
  call(callee: Value, args: Value[]): Result {
    const at = this.depth - 1
    this.functions[at] = NATIVE
    return this.callMarked(callee, args)
  }

  /** Like `call`, but the position of the running Lua function, noted by `mark`, stays. */
  callMarked(callee: Value, args: Value[]): Result {
    let target = callee
    if (!(target instanceof LuaFunction)) {
      target = this.machine.metafield(callee, '__call')
      if (!(target instanceof LuaFunction)) return this.fail('attempt to call a non-function object')
      args.unshift(callee)
    }
    const at = this.depth - 1
    if (at >= MAX_CALLS - 1) this.fail('stack overflow')
    this.depth = at + 2
    if (--this.fuel < 0) this.tick()
    const result = target.code(this, ...args)
    const settled = Array.isArray(result) && result[0] === TAIL ? this.settle(result) : result
    this.depth = at + 1
    return settled
  }

  /** Makes the calls that were left over by calls in tail position. */
  settle(left: Value[]): Result {
    let result: Result = left
    while (Array.isArray(result) && result[0] === TAIL) {
      if (--this.fuel < 0) this.tick()
      const callee = result[1] as LuaFunction
      result = callee.code(this, ...result.slice(2))
    }
    return result
  }

  /** `settle` where calls may be suspended. */
  *settleSuspendable(left: Value[]): Generator<Suspension, Result, Value[]> {
    let result: Result = left
    while (Array.isArray(result) && result[0] === TAIL) {
      if (--this.fuel < 0) this.tick()
      const callee = result[1] as LuaFunction
      const args = result.slice(2)
      result = callee.suspendable === null ? callee.code(this, ...args) : yield* callee.suspendable(this, ...args)
    }
    return result
  }

  /** `call` where calls may be suspended. */
  *callSuspendable(callee: Value, args: Value[]): Generator<Suspension, Result, Value[]> {
    if (!(callee instanceof LuaFunction) || callee.suspendable === null) return this.call(callee, args)
    const at = this.depth - 1
    this.functions[at] = NATIVE
    if (at >= MAX_CALLS - 1) this.fail('stack overflow')
    this.depth = at + 2
    if (--this.fuel < 0) this.tick()
    const result = yield* callee.suspendable(this, ...args)
    const settled = Array.isArray(result) && result[0] === TAIL ? yield* this.settleSuspendable(result) : result
    this.depth = at + 1
    return settled
  }

  /** `chunk:line:` of the call `level` levels up (0: the running Lua function), '' where there is none. Library functions do not count. */
  where(level: number): string {
    let at = this.depth - 1 - level
    while (at >= 0 && this.functions[at] === NATIVE) at--
    const at0 = this.functions[at]
    if (at0 === undefined || at0 === null || at0.prototype === null) return ''
    return `${at0.prototype.chunkName}:${at0.prototype.siteLines[this.sites[at] as number]}:`
  }

  /** Line of the call `level` levels up; 0 where there is none. */
  lineAt(level: number): number {
    let at = this.depth - 1 - level
    while (at >= 0 && this.functions[at] === NATIVE) at--
    return this.functions[at]?.prototype?.siteLines[this.sites[at] as number] ?? 0
  }

  /** Raises a text with the position of the running Lua function, noted by `mark` or `enter`. */
  fail(message: string): never {
    const text = `${this.where(0)} ${message}`
    throw LuaError.of(text, text, this.lineAt(0))
  }

  /** Raises a text out of a library function: the position is that of the Lua function that called it. */
  raise(message: string, level = 1): never {
    this.functions[this.depth - 1] = NATIVE
    const text = level > 0 ? `${this.where(level - 1)} ${message}` : message
    throw LuaError.of(text, text, this.lineAt(Math.max(level - 1, 0)))
  }

  /** Raises any value out of a library function, without a position. */
  raiseValue(value: Value, text: string): never {
    this.functions[this.depth - 1] = NATIVE
    throw LuaError.of(value, text, this.lineAt(0))
  }

  /** The name by which the running library function was called, as gopher-lua's messages have it. */
  calledName(): string {
    const caller = this.functions[this.depth - 2]
    const names = caller?.prototype?.siteNames
    if (names === undefined) return '(anonymous)'
    const name = names[this.sites[this.depth - 2] as number]
    return name === undefined || name === '' ? '(anonymous)' : name
  }

  /** The name by which the function `level` levels up was called, as gopher-lua has it. */
  nameAt(level: number): string {
    const at = this.depth - 1 - level
    if (at <= 0) return 'main chunk'
    const name = this.functions[at - 1]?.prototype?.siteNames[this.sites[at - 1] as number]
    const prototype = this.functions[at]?.prototype
    if (prototype != null && (name === undefined || name === '?')) return `<${prototype.chunkName}:${prototype.line}>`
    return name ?? '(anonymous)'
  }

  /** The calls on the stack, innermost first, from `level` on. */
  traceback(level: number): string {
    const lines: string[] = []
    for (let i = 0; i < this.depth; i++) {
      const name = this.nameAt(i)
      const isPlain = name === 'main chunk'
      const where = i === 0 || this.functions[this.depth - 1 - i] === NATIVE ? '[G]' : this.where(i).replace(/:$/, '')
      lines.push(`\t${where}: in ${isPlain ? name : /^[(<]/.test(name) ? `function ${name}` : `function '${name}'`}`)
    }
    lines.push('\t[G]: ?')
    const shown = lines.slice(Math.max(0, level))
    const short = shown.length > 20 ? [...shown.slice(0, 7), '\t...', ...shown.slice(-7)] : shown
    return `stack traceback:\n${short.join('\n')}`
  }

  /** The Lua function that runs, or that called the library function that does; null if there is none. */
  innermost(): Prototype | null {
    for (let at = this.depth - 1; at >= 0; at--) {
      const running = this.functions[at]?.prototype
      if (running != null) return running
    }
    return null
  }

  /** The function `level` calls up from the running library function; null if it is none of Lua's. */
  functionAt(level: number): LuaFunction | null {
    return this.functions[this.depth - 1 - level] ?? null
  }
}

/** First element of a result that is a call still to be made: `[TAIL, function, ...arguments]`. Never reaches a script. */
export const TAIL = new LuaFunction(() => NOTHING, null, null, undefined)

/** What a script sees of something thrown in its call; stops and bugs of the host pass. */
export function asLuaError(error: unknown, thread: LuaThread): LuaError {
  if (error instanceof LuaError) return error
  if (error instanceof RangeError && /call stack/i.test(error.message)) {
    const text = `${thread.where(0)} stack overflow`
    return LuaError.of(text, text)
  }
  if (error instanceof RangeError && /string length|array length/i.test(error.message)) {
    throw new LuaStop('memory', 'a value of the script grew beyond what JavaScript can hold')
  }
  throw error
}
