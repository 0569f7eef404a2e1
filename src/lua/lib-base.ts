// The base library without what loads programs (lib-load.ts) and modules (lib-package.ts).

import { toInt64 } from './arithmetic.ts'
import { argumentError, checkAny, checkFunction, checkTable, checkTypes, optionalInteger, optionalString } from './check.ts'
import type { Args } from './check.ts'
import { INEXT, NEXT } from './iterators.ts'
import { typeOf } from './machine.ts'
import { textOfValue } from './number-format.ts'
import { parseFloat64, parseInteger, trimSpace } from './parse-number.ts'
import { rawSet } from './run-tables.ts'
import { LuaTable } from './table.ts'
import { lengthOf, nextEntry } from './table-walk.ts'
import { asLuaError, MAX_VALUES } from './thread.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, LuaUserData, NOTHING, firstOf, native, valuesOf } from './value.ts'
import type { Result, Suspension, Value } from './value.ts'

/** `tostring`: what `__tostring` gives, else the value's own text. */
export function toText(thread: LuaThread, value: Value): Value {
  const handler = thread.machine.metafield(value, '__tostring')
  if (handler instanceof LuaFunction) return firstOf(thread.call(handler, [value]))
  return textOfValue(value)
}

function assert(thread: LuaThread, args: Args): Result {
  if (args[0] === undefined || args[0] === false) thread.raise(optionalString(thread, args, 1, 'assertion failed!'))
  return [...args]
}

function error(thread: LuaThread, args: Args): never {
  const value = checkAny(thread, args, 0)
  const level = optionalInteger(thread, args, 1, 1)
  return typeof value === 'string' ? thread.raise(value, level) : thread.raiseValue(value, textOfValue(value))
}

/** What is at `level`, as `getfenv` and `setfenv` count: 1 is their caller. */
function functionAt(thread: LuaThread, level: number): LuaFunction | null {
  const found = thread.functionAt(level)
  return found?.prototype == null ? null : found
}

function getfenv(thread: LuaThread, args: Args): Value {
  const value = args.length === 0 ? 1 : args[0]
  const { machine } = thread
  if (value instanceof LuaFunction) return value.env ?? machine.globals
  if (typeof value !== 'number') return machine.globals
  const level = toInt64(value)
  return level <= 0 ? thread.env : (functionAt(thread, level)?.env ?? machine.globals)
}

function setfenv(thread: LuaThread, args: Args): Result {
  const value = args.length === 0 ? 1 : args[0]
  const env = checkTable(thread, args, 1)
  const level = typeof value === 'number' ? toInt64(value) : 1
  if (typeof value === 'number' && level <= 0) {
    thread.env = env
    return NOTHING
  }
  const target = typeof value === 'number' ? functionAt(thread, level) : value
  if (!(target instanceof LuaFunction) || target.prototype === null) return thread.raise('cannot change the environment of given object')
  target.env = env
  return target
}

/** What scripts see as the metatable: `__metatable` stands for it. */
function visibleMetatable(thread: LuaThread, value: Value): Value {
  const metatable = thread.machine.metatableOf(value)
  return metatable?.getString('__metatable') ?? metatable
}

function setmetatable(thread: LuaThread, args: Args): Value {
  checkTypes(thread, args, 1, ['nil', 'table'])
  const [value, metatable] = args
  if (value === undefined) thread.raise('cannot set metatable to a nil object.')
  if (thread.machine.metatableOf(value)?.getString('__metatable') !== undefined) thread.raise('cannot change a protected metatable')
  thread.machine.setMetatable(value, metatable as LuaTable | undefined)
  return value
}

function select(thread: LuaThread, args: Args): Result {
  checkTypes(thread, args, 0, ['number', 'string'])
  const [which] = args
  const count = args.length
  if (typeof which === 'number') {
    let index = toInt64(which)
    if (index < 0) index = count + index
    else if (index > count) index = count
    if (index < 1) argumentError(thread, 0, 'index out of range')
    return args.slice(index)
  }
  if (which !== '#') argumentError(thread, 0, `invalid string '${which as string}'`)
  return count - 1
}

function tonumber(thread: LuaThread, args: Args): Value {
  const base = optionalInteger(thread, args, 1, 10)
  const value = checkAny(thread, args, 0)
  if (typeof value === 'number') return value
  if (typeof value !== 'string') return undefined
  const text = trimSpace(value)
  if (text.includes('.')) return parseFloat64(text)
  if (args[1] === undefined && /^0x/i.test(text)) return parseInteger(text.slice(2), 16)
  return base === 0 ? parseInteger(text, 0) : parseInteger(text, base)
}

function unpack(thread: LuaThread, args: Args): Result {
  const table = checkTable(thread, args, 0)
  const from = optionalInteger(thread, args, 1, 1)
  const to = optionalInteger(thread, args, 2, lengthOf(thread, table))
  if (to < from) return NOTHING
  if (to - from >= MAX_VALUES) thread.raise('registry overflow')
  const values: Value[] = []
  for (let i = from; i <= to; i++) values.push(i >= 1 ? table.getNumber(i) : undefined)
  return values
}

function print(thread: LuaThread, args: Args): Result {
  const texts = args.map((value) => textOfValue(toText(thread, value)))
  thread.machine.host.write(`${texts.join('\t')}\n`)
  return NOTHING
}

function newproxy(thread: LuaThread, args: Args): Value {
  const [kind] = args
  if (kind === true) return new LuaUserData(null, new LuaTable())
  const metatable = kind instanceof LuaUserData ? visibleMetatable(thread, kind) : undefined
  return new LuaUserData(null, metatable instanceof LuaTable ? metatable : undefined)
}

/** Refuses what `pcall` cannot call, without raising. */
function cannotCall(thread: LuaThread, args: Args): Result | null {
  const callee = checkAny(thread, args, 0)
  if (callee instanceof LuaFunction || thread.machine.metafield(callee, '__call') instanceof LuaFunction) return null
  return [false, `attempt to call a ${typeOf(callee)} value`]
}

/** Puts the stack back to where the protected call was made, and gives what was raised. */
function caught(thread: LuaThread, depth: number, tail: number, thrown: unknown): Value {
  const { value } = asLuaError(thrown, thread)
  thread.depth = depth
  thread.tail = tail
  return value
}

const pcall = native(
  (thread, ...args) => {
    const refused = cannotCall(thread, args)
    if (refused !== null) return refused
    const { depth, tail } = thread
    try {
      return [true, ...valuesOf(thread.call(args[0], args.slice(1)))]
    } catch (thrown) {
      return [false, caught(thread, depth, tail, thrown)]
    }
  },
  function* (thread, ...args): Generator<Suspension, Result, Value[]> {
    const refused = cannotCall(thread, args)
    if (refused !== null) return refused
    const { depth, tail } = thread
    try {
      return [true, ...valuesOf(yield* thread.callSuspendable(args[0], args.slice(1)))]
    } catch (thrown) {
      return [false, caught(thread, depth, tail, thrown)]
    }
  },
)

/** The handler runs where the error was raised: the stack is put back after it. */
function handled(thread: LuaThread, handler: LuaFunction, depth: number, tail: number, thrown: unknown): Result {
  const { value } = asLuaError(thrown, thread)
  if (thread.depth >= 200) thread.depth = depth
  try {
    const result = firstOf(thread.call(handler, [value]))
    return [false, result]
  } catch (second) {
    return [false, asLuaError(second, thread).value]
  } finally {
    thread.depth = depth
    thread.tail = tail
  }
}

const xpcall = native(
  (thread, ...args) => {
    const callee = checkFunction(thread, args, 0)
    const handler = checkFunction(thread, args, 1)
    const { depth, tail } = thread
    try {
      return [true, ...valuesOf(thread.call(callee, []))]
    } catch (thrown) {
      return handled(thread, handler, depth, tail, thrown)
    }
  },
  function* (thread, ...args): Generator<Suspension, Result, Value[]> {
    const callee = checkFunction(thread, args, 0)
    const handler = checkFunction(thread, args, 1)
    const { depth, tail } = thread
    try {
      return [true, ...valuesOf(yield* thread.callSuspendable(callee, []))]
    } catch (thrown) {
      return handled(thread, handler, depth, tail, thrown)
    }
  },
)

export const BASE: Readonly<Record<string, LuaFunction>> = {
  assert: native((thread, ...args) => assert(thread, args)),
  collectgarbage: native(() => NOTHING),
  error: native((thread, ...args) => error(thread, args)),
  getfenv: native((thread, ...args) => getfenv(thread, args)),
  getmetatable: native((thread, ...args) => visibleMetatable(thread, checkAny(thread, args, 0))),
  ipairs: native((thread, ...args) => [INEXT, checkTable(thread, args, 0), 0]),
  next: native((thread, ...args) => {
    return nextEntry(thread, checkTable(thread, args, 0), args[1]) ? [thread.key, thread.value] : undefined
  }),
  pairs: native((thread, ...args) => [NEXT, checkTable(thread, args, 0), undefined]),
  pcall,
  print: native((thread, ...args) => print(thread, args)),
  rawequal: native((thread, ...args) => checkAny(thread, args, 0) === checkAny(thread, args, 1)),
  rawget: native((thread, ...args) => checkTable(thread, args, 0).get(checkAny(thread, args, 1))),
  rawset: native((thread, ...args) => {
    const table = checkTable(thread, args, 0)
    const key = checkAny(thread, args, 1)
    const value = checkAny(thread, args, 2)
    thread.markNative()
    rawSet(thread, table, key, value)
    return NOTHING
  }),
  select: native((thread, ...args) => select(thread, args)),
  setfenv: native((thread, ...args) => setfenv(thread, args)),
  setmetatable: native((thread, ...args) => setmetatable(thread, args)),
  tonumber: native((thread, ...args) => tonumber(thread, args)),
  tostring: native((thread, ...args) => toText(thread, checkAny(thread, args, 0))),
  type: native((thread, ...args) => typeOf(checkAny(thread, args, 0))),
  unpack: native((thread, ...args) => unpack(thread, args)),
  xpcall,
  newproxy: native((thread, ...args) => newproxy(thread, args)),
  _printregs: native(() => NOTHING),
}
