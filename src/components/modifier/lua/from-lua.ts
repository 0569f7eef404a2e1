// Lua's values become JSON values, by the rules that KrakenD has for `set`.

import { type JsonObject, type JsonValue, setKey, TypedNumber } from '../../../json/types.ts'
import { textOfBytes } from '../../../lua/bytes.ts'
import { textOfValue } from '../../../lua/number-format.ts'
import { type Cursor, LuaTable } from '../../../lua/table.ts'
import type { LuaThread } from '../../../lua/thread.ts'
import { LuaUserData, type Value } from '../../../lua/value.ts'
import type { ScriptRun } from './run.ts'
import { JSON_NULL, ListView, type Owner, TableView } from './views.ts'

/** security: a table can contain itself. */
const MAX_DEPTH = 200
/** What an element of a list or a member of an object takes, about. */
const ELEMENT_BYTES = 64
const INTEGER = /^[+-]?\d+$/

/** Who converts, and for whom. */
export interface Conversion {
  readonly run: ScriptRun
  readonly thread: LuaThread
  readonly owner: Owner
}

/** undefined for what is ignored: nil, functions, coroutines and whatever is no data. */
export function fromLua(conversion: Conversion, value: Value): JsonValue | undefined {
  if (value instanceof LuaTable) return toObject(readEntries(conversion, value, 0))
  if (typeof value === 'number') return toNumber(conversion, value, 'float64')
  return fromScalar(conversion, value)
}

function fromScalar({ owner }: Conversion, value: Value): JsonValue | undefined {
  if (typeof value === 'string') return textOfBytes(value)
  if (typeof value === 'boolean') return value
  if (!(value instanceof LuaUserData)) return undefined
  if (value.value === JSON_NULL) return null
  if (!(value.value instanceof TableView || value.value instanceof ListView)) return undefined
  owner.isLinked = true
  return value.value instanceof TableView ? value.value.object : value.value.share()
}

function toNumber({ run }: Conversion, value: number, type: 'int' | 'float64'): JsonValue {
  return run.tools.typesNumbers ? new TypedNumber(value, type) : value
}

/** compat: below the top a table with nothing but whole numbers for keys is a list, and an empty one is null. */
function fromNested(conversion: Conversion, value: Value, depth: number): JsonValue | undefined {
  if (typeof value === 'number') return toNumber(conversion, value, Number.isInteger(value) ? 'int' : 'float64')
  if (!(value instanceof LuaTable)) return fromScalar(conversion, value)
  const entries = readEntries(conversion, value, depth)
  if (entries.length === 0) return null
  if (!entries.every(([key]) => INTEGER.test(key))) return toObject(entries)
  return entries.toSorted(([a], [b]) => Number(a) - Number(b)).map(([, inner]) => inner)
}

function readEntries(conversion: Conversion, table: LuaTable, depth: number): [string, JsonValue][] {
  const { thread } = conversion
  if (depth >= MAX_DEPTH) thread.raise('the table is nested too deeply')
  const cursor: Cursor = { key: undefined, value: undefined }
  const entries: [string, JsonValue][] = []
  for (let key: Value = undefined; table.next(key, cursor); key = cursor.key) {
    thread.spend(1)
    thread.machine.take(ELEMENT_BYTES)
    const inner = fromNested(conversion, cursor.value, depth + 1)
    if (inner !== undefined) entries.push([textOfBytes(textOfValue(cursor.key)), inner])
  }
  return entries
}

function toObject(entries: readonly [string, JsonValue][]): JsonObject {
  const object: JsonObject = {}
  for (const [key, value] of entries) setKey(object, key, value)
  return object
}
