// JSON values become Lua's: texts are bytes, numbers doubles, objects and lists views. Nothing is copied.

import { isJsonObject, JsonNumber, type JsonObject, type JsonValue, setKey } from '../../../json/types.ts'
import type { HeaderMap } from '../../../engine/headers.ts'
import { bytesOfText, textOfBytes } from '../../../lua/bytes.ts'
import { NOTHING, type Result } from '../../../lua/value.ts'
import type { ScriptRun } from './run.ts'
import { JSON_NULL, LIST, ListView, noOwner, NULL, type Owner, TABLE, TableView } from './views.ts'

/** No value at all for what is not there. */
export function toLua(run: ScriptRun, value: JsonValue | undefined, owner: Owner): Result {
  switch (typeof value) {
    case 'undefined':
      return NOTHING
    case 'string':
      return bytesOfText(value)
    case 'object':
      break
    default:
      return value
  }
  if (value === null) return run.wrap(NULL, JSON_NULL)
  if (value instanceof JsonNumber) return Number(value.text)
  if (isJsonObject(value)) return run.wrap(TABLE, new TableView(run, value, owner))
  // What a script sees was thawed for it: its lists may be written.
  return run.wrap(LIST, new ListView(run, value as JsonValue[], owner, true))
}

/** A `luaTable` of its own. */
export function toLuaTable(run: ScriptRun, object: JsonObject): Result {
  return run.wrap(TABLE, new TableView(run, object, noOwner()))
}

/** Values of header fields as a `luaList` of its own. */
export function toLuaList(run: ScriptRun, values: readonly string[]): Result {
  return run.wrap(LIST, new ListView(run, values.map(textOfBytes), noOwner(), false))
}

/** Header fields as an object: name → list of values. */
export function headersToObject({ fields }: HeaderMap): JsonObject {
  const lists = new Map<string, JsonValue[]>()
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    const value = textOfBytes(fields[i + 1] as string)
    const list = lists.get(name)
    if (list === undefined) lists.set(name, [value])
    else list.push(value)
  }
  const object: JsonObject = {}
  for (const [name, list] of lists) setKey(object, name, list)
  return object
}
