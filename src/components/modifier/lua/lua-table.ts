// `luaTable` and `luaNil`: objects of JSON for scripts.

import { sortedKeys } from '../../../json/write.ts'
import { getKey, setKey } from '../../../json/types.ts'
import { textOfBytes } from '../../../lua/bytes.ts'
import { checkString } from '../../../lua/check.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { native, NOTHING } from '../../../lua/value.ts'
import { method, receiver } from './arguments.ts'
import { fromLua } from './from-lua.ts'
import type { ScriptRun } from './run.ts'
import { toLua, toLuaTable } from './to-lua.ts'
import { errorDetails } from './error-details.ts'
import { addMethods } from './userdata-type.ts'
import { JSON_NULL, LIST, ListView, noOwner, NULL, TABLE, TableView } from './views.ts'

/** compat: KrakenD expects a response here, by its words. */
const table = receiver(TableView, 'response')

/** What a key costs that is listed, in steps and in memory. */
const KEY_STEPS = 8
const KEY_BYTES = 16

/** security: a backend may have sent a million of them. */
function listed(thread: LuaThread, keys: string[]): string[] {
  thread.spend(keys.length * KEY_STEPS)
  thread.machine.take(keys.length * KEY_BYTES)
  return keys
}

addMethods(TABLE, {
  get: method(table, 2, (thread, { run, object, owner }, args) => {
    const key = textOfBytes(checkString(thread, args, 1))
    const value = getKey(object, key)
    const details = errorDetails(key, value)
    return details === null ? toLua(run, value, owner) : toLuaTable(run, details)
  }),
  set: method(table, 3, (thread, { run, object, owner }, args) => {
    const key = textOfBytes(checkString(thread, args, 1))
    const value = fromLua({ run, thread, owner }, args[2])
    if (value === undefined) return NOTHING
    thread.machine.take(key.length)
    setKey(object, key, value)
    owner.isChanged = true
    return NOTHING
  }),
  len: native((thread, ...args) => listed(thread, Object.keys(table(thread, args).object)).length),
  del: method(table, 2, (thread, { object, owner }, args) => {
    Reflect.deleteProperty(object, textOfBytes(checkString(thread, args, 1)))
    owner.isChanged = true
    return NOTHING
  }),
  keys: native((thread, ...args) => {
    const { run, object } = table(thread, args)
    return run.wrap(LIST, new ListView(run, listed(thread, sortedKeys(object)), noOwner(), false))
  }),
  keyExists: method(table, 2, (thread, { object }, args) => Object.hasOwn(object, textOfBytes(checkString(thread, args, 1)))),
})

/** The global `luaTable`. */
export function installLuaTable(run: ScriptRun): void {
  run.setLibrary('luaTable', { new: native(() => run.wrap(TABLE, new TableView(run, {}, noOwner()))) })
}

/** The global `luaNil`. */
export function installLuaNil(run: ScriptRun): void {
  run.setLibrary('luaNil', { new: native(() => run.wrap(NULL, JSON_NULL)) })
}
