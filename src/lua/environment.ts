// The libraries of new states, made once: a state gets copies of the tables that share everything until something is written.

import { CHANNEL, CHANNEL_METHODS } from './lib-channel.ts'
import { BASE } from './lib-base.ts'
import { COROUTINE } from './lib-coroutine.ts'
import { DEBUG } from './lib-debug.ts'
import { openIo } from './lib-io.ts'
import { LOAD } from './lib-load.ts'
import { MATH } from './lib-math.ts'
import { OS } from './lib-os.ts'
import { MODULES, openPackage, packagePath } from './lib-package.ts'
import { STRING } from './lib-string.ts'
import { TABLE } from './lib-table.ts'
import type { Machine } from './machine.ts'
import { LuaTable } from './table.ts'

const GLOBALS = { ...BASE, ...LOAD, ...MODULES, _VERSION: 'Lua 5.1', _GOPHER_LUA_VERSION: 'GopherLua 0.1' }
const CLOSED = ['_G', 'package', 'table']
const OPEN = [...CLOSED, 'io', 'os', 'string', 'math', 'debug', 'channel', 'coroutine']
/** perf: every name that a state will fill stands in the template, so that filling it adds no key. */
const CLOSED_GLOBALS = LuaTable.of({ ...GLOBALS, ...Object.fromEntries(CLOSED.map((name) => [name, false])) })
const OPEN_GLOBALS = LuaTable.of({ ...GLOBALS, ...Object.fromEntries(OPEN.map((name) => [name, false])) })
const LIBRARIES = {
  table: LuaTable.of(TABLE),
  os: LuaTable.of(OS),
  string: LuaTable.of({ ...STRING, __index: false }),
  math: LuaTable.of(MATH),
  debug: LuaTable.of(DEBUG),
  channel: LuaTable.of(CHANNEL),
  coroutine: LuaTable.of(COROUTINE),
}
const CHANNEL_METATABLE = LuaTable.of({ ...CHANNEL_METHODS, __index: false })

/** Fresh globals: only base, package and table, or all libraries. */
export function newGlobals(isOpen: boolean): LuaTable {
  return (isOpen ? OPEN_GLOBALS : CLOSED_GLOBALS).cloneRecord()
}

/** Puts the libraries into the globals of a new machine. */
export function openLibraries(machine: Machine, isOpen: boolean): void {
  const { globals, registry } = machine
  const loaded = new LuaTable()
  const add = (name: string, table: LuaTable): void => {
    globals.setHash(name, table)
    loaded.setHash(name, table)
  }
  add('_G', globals)
  globals.setHash('package', openPackage(packagePath(machine.host.getEnvironment('LUA_PATH')), loaded, registry))
  add('table', LIBRARIES.table.cloneRecord())
  if (!isOpen) return
  add('io', openIo(registry))
  for (const name of ['os', 'math', 'debug', 'channel', 'coroutine'] as const) add(name, LIBRARIES[name].cloneRecord())
  const strings = LIBRARIES.string.cloneRecord()
  strings.setHash('__index', strings)
  add('string', strings)
  machine.stringMetatable = strings
  machine.channelMetatable = CHANNEL_METATABLE.cloneRecord()
  machine.channelMetatable.setHash('__index', machine.channelMetatable)
}
