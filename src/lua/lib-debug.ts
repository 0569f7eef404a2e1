// The library `debug`, as far as compiled code can tell: no access to locals and upvalues of others.

import { checkAny, checkFunction, checkInteger, checkTypes, optionalInteger, optionalString } from './check.ts'
import type { Args } from './check.ts'
import { typeOf } from './machine.ts'
import { LuaTable } from './table.ts'
import { LuaThread } from './thread.ts'
import { LuaFunction, NOTHING, native } from './value.ts'
import type { Result, Value } from './value.ts'

function describe(thread: LuaThread, args: Args): Value {
  checkTypes(thread, args, 0, ['function', 'number'])
  const what = optionalString(thread, args, 1, 'Slunf')
  if (/[^Slunf]/.test(what)) return undefined
  const [of] = args
  const level = typeof of === 'number' ? Math.trunc(of) : -1
  const depth = thread.depth - 1 - level
  if (typeof of === 'number' && (depth < 0 || level < 0)) return undefined
  const target = typeof of === 'number' ? (level === 0 ? null : thread.functionAt(level)) : (of as LuaFunction)
  const info = new LuaTable()
  const prototype = target?.prototype ?? null
  const isLua = prototype !== null
  if (what.includes('n') && typeof of === 'number') info.setHash('name', thread.nameAt(level))
  info.setHash('what', what.includes('S') ? (depth === 0 ? 'main' : isLua ? 'Lua' : 'G') : '')
  info.setHash('source', what.includes('S') && isLua ? prototype.chunkName : '')
  info.setHash('currentline', what.includes('l') ? (isLua && typeof of === 'number' ? thread.lineAt(level) : -1) : 0)
  info.setHash('nups', what.includes('u') ? (prototype?.upvalues.size ?? 0) : 0)
  info.setHash('linedefined', what.includes('S') && isLua ? prototype.line : 0)
  info.setHash('lastlinedefined', what.includes('S') && isLua ? prototype.lastLine : 0)
  if (what.includes('f') && target !== null) info.setHash('func', target)
  return info
}

function environment(thread: LuaThread, args: Args): Value {
  const value = checkAny(thread, args, 0)
  if (value instanceof LuaFunction) return value.env ?? thread.machine.globals
  return value instanceof LuaThread ? value.env : undefined
}

function setEnvironment(thread: LuaThread, args: Args): Result {
  const value = checkAny(thread, args, 0)
  const env = checkAny(thread, args, 1)
  if (!(env instanceof LuaTable)) return thread.raise(`cannot use ${typeOf(env)} as an environment`)
  // security: functions of libraries are shared by all states, so they keep having none.
  if (value instanceof LuaThread || (value instanceof LuaFunction && value.prototype !== null)) value.env = env
  return NOTHING
}

/** Whether there is such a level; raises where there is not. What stands in it, compiled code does not tell. */
function checkLevel(thread: LuaThread, args: Args): Value {
  const level = checkInteger(thread, args, 0)
  checkInteger(thread, args, 1)
  if (level < 0 || level > thread.depth - 1) thread.raise(`bad argument #1 to ${thread.calledName()} (level out of range)`)
  return undefined
}

function setmetatable(thread: LuaThread, args: Args): Value {
  checkTypes(thread, args, 1, ['nil', 'table'])
  thread.machine.setMetatable(args[0], args[1] as LuaTable | undefined)
  return args[0]
}

function traceback(thread: LuaThread, args: Args): Value {
  const level = optionalInteger(thread, args, 1, 1)
  const message = typeof args[0] === 'string' && args[0] !== '' ? `${args[0]}\n` : ''
  return `${message}${(args[0] instanceof LuaThread ? args[0] : thread).traceback(level)}`.trimEnd()
}

export const DEBUG: Readonly<Record<string, LuaFunction>> = {
  getfenv: native((thread, ...args) => environment(thread, args)),
  getinfo: native((thread, ...args) => describe(thread, args)),
  getlocal: native((thread, ...args) => checkLevel(thread, args)),
  getmetatable: native((thread, ...args) => {
    const metatable = thread.machine.metatableOf(checkAny(thread, args, 0))
    return metatable?.getString('__metatable') ?? metatable
  }),
  getupvalue: native((thread, ...args) => {
    checkFunction(thread, args, 0)
    checkInteger(thread, args, 1)
    return undefined
  }),
  setfenv: native((thread, ...args) => setEnvironment(thread, args)),
  setlocal: native((thread, ...args) => {
    checkAny(thread, args, 2)
    return checkLevel(thread, args)
  }),
  setmetatable: native((thread, ...args) => setmetatable(thread, args)),
  setupvalue: native((thread, ...args) => {
    checkFunction(thread, args, 0)
    checkInteger(thread, args, 1)
    checkAny(thread, args, 2)
    return undefined
  }),
  traceback: native((thread, ...args) => traceback(thread, args)),
}
