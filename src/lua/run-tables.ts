// Reading and writing fields for generated code, with metamethods, and making tables.

import { INEXT, NEXT } from './iterators.ts'
import { LuaTable } from './table.ts'
import { nextEntry } from './table-walk.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, firstOf } from './value.ts'
import type { Value } from './value.ts'
import { typeOf } from './machine.ts'
import { textOfValue } from './number-format.ts'

/** gopher-lua's `MaxTableGetLoop`. */
const MAX_LOOKUPS = 100

export function getGlobal(thread: LuaThread, caller: LuaFunction, site: number, name: string): Value {
  const env = caller.env as LuaTable
  const value = env.getString(name)
  if (value !== undefined || env.metatable === undefined) return value
  return getSlow(thread, caller, site, env, name)
}

export function setGlobal(thread: LuaThread, caller: LuaFunction, site: number, name: string, value: Value): void {
  setField(thread, caller, site, caller.env, name, value)
}

export function getField(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: string): Value {
  if (object instanceof LuaTable) {
    const value = object.getString(key)
    if (value !== undefined || object.metatable === undefined) return value
  }
  return getSlow(thread, caller, site, object, key)
}

export function getIndex(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: Value): Value {
  if (object instanceof LuaTable) {
    const value = typeof key === 'number' ? object.getNumber(key) : object.get(key)
    if (value !== undefined || object.metatable === undefined) return value
  }
  return getSlow(thread, caller, site, object, key)
}

function getSlow(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: Value): Value {
  thread.mark(caller, site)
  return index(thread, object, key)
}

/** `object[key]` for library code too; the position of an error is the one noted. */
export function index(thread: LuaThread, object: Value, key: Value): Value {
  let at = object
  for (let i = 0; i < MAX_LOOKUPS; i++) {
    const table = at instanceof LuaTable ? at : null
    const value = table?.get(key)
    if (value !== undefined) return value
    const handler: Value = thread.machine.metafield(at, '__index')
    if (handler === undefined) {
      if (table === null) thread.fail(`attempt to index a non-table object(${typeOf(at)}) with key '${textOfValue(key)}'`)
      return undefined
    }
    if (handler instanceof LuaFunction) return firstOf(thread.callMarked(handler, [at, key]))
    at = handler
  }
  return thread.fail('too many recursions in gettable')
}

export function setField(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: string, value: Value): void {
  if (object instanceof LuaTable && object.metatable === undefined) {
    const taken = object.setHash(key, value)
    if (taken > 0) thread.machine.take(taken)
    return
  }
  setSlow(thread, caller, site, object, key, value)
}

export function setIndex(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: Value, value: Value): void {
  if (object instanceof LuaTable && object.metatable === undefined && key !== undefined && key === key) {
    const taken = object.set(key, value)
    if (taken > 0) thread.machine.take(taken)
    return
  }
  setSlow(thread, caller, site, object, key, value)
}

function setSlow(thread: LuaThread, caller: LuaFunction, site: number, object: Value, key: Value, value: Value): void {
  thread.mark(caller, site)
  assign(thread, object, key, value)
}

/** `object[key] = value` for library code too. */
export function assign(thread: LuaThread, object: Value, key: Value, value: Value): void {
  let at = object
  for (let i = 0; i < MAX_LOOKUPS; i++) {
    const table = at instanceof LuaTable ? at : null
    if (table !== null && table.get(key) !== undefined) return rawSet(thread, table, key, value)
    const handler: Value = thread.machine.metafield(at, '__newindex')
    if (handler === undefined) {
      if (table === null) return thread.fail(`attempt to index a non-table object(${typeOf(at)}) with key '${textOfValue(key)}'`)
      return rawSet(thread, table, key, value)
    }
    if (handler instanceof LuaFunction) {
      thread.callMarked(handler, [at, key, value])
      return
    }
    at = handler
  }
  thread.fail('too many recursions in settable')
}

export function rawSet(thread: LuaThread, table: LuaTable, key: Value, value: Value): void {
  if (key === undefined) thread.fail('table index is nil')
  if (key !== key) thread.fail('table index is NaN')
  const taken = table.set(key, value)
  if (taken > 0) thread.machine.take(taken)
}

/** A table of the list; takes the array over. */
export function list(thread: LuaThread, array: Value[]): LuaTable {
  thread.machine.take(64 + array.length * 8)
  return new LuaTable(array)
}

export function append(array: Value[], more: readonly Value[]): void {
  for (const value of more) array.push(value)
}

/** Ends a constructor: the values without keys win over keys that say the same. */
export function fill(thread: LuaThread, table: LuaTable, array: Value[]): LuaTable {
  thread.machine.take(64 + array.length * 8)
  for (let i = 0; i < array.length; i++) table.set(i + 1, array[i])
  return table
}

/** A table of constant keys. */
export function record(thread: LuaThread, keys: Value[], fields: Value[]): LuaTable {
  thread.machine.take(64 + fields.length * 16)
  if (!fields.includes(undefined)) return LuaTable.record(keys, fields)
  const table = new LuaTable()
  for (let i = 0; i < keys.length; i++) table.setHash(keys[i], fields[i])
  return table
}

/** The table `arg` of functions with `...` that do not say `...`. */
export function argTable(values: readonly Value[]): LuaTable {
  const table = new LuaTable([...values])
  table.setHash('n', values.length)
  return table
}

/** perf: loops over `pairs` (1) and `ipairs` (2) need no calls. 0: any other iterator. */
export function quick(iterator: Value, state: Value): 0 | 1 | 2 {
  if (!(state instanceof LuaTable)) return 0
  if (iterator === NEXT) return 1
  return iterator === INEXT ? 2 : 0
}

export function step(thread: LuaThread, kind: 1 | 2, table: LuaTable, control: Value): boolean {
  if (kind === 1) return nextEntry(thread, table, control)
  const key = (control as number) + 1
  const value = table.getNumber(key)
  thread.key = key
  thread.value = value
  return value !== undefined
}
