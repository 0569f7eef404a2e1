// Between plain data of the host and Lua values. For data the host owns; scripts never see the objects themselves.

import { bytesOfText, textOfBytes } from './bytes.ts'
import { textOfValue } from './number-format.ts'
import { LuaTable } from './table.ts'
import type { Cursor } from './table.ts'
import type { Value } from './value.ts'

export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain }

/** Arrays and objects become tables (copies), null becomes nil, texts their UTF-8 bytes. */
export function toLua(value: Plain): Value {
  if (value === null) return undefined
  if (typeof value === 'string') return bytesOfText(value)
  if (typeof value !== 'object') return value
  if (Array.isArray(value)) return new LuaTable(value.map(toLua))
  const table = new LuaTable()
  for (const [key, inner] of Object.entries(value)) table.setHash(bytesOfText(key), toLua(inner))
  return table
}

/** Deepest data that is read from a table: tables can contain themselves. */
const MAX_DEPTH = 200

/**
 * Tables with nothing but 1…n become arrays, other tables objects with their keys as texts; functions and the like are left out.
 * @throws RangeError for tables nested deeper than 200, which those that contain themselves are
 */
export function fromLua(value: Value, depth = 0): Plain | undefined {
  if (value === undefined) return null
  if (typeof value === 'string') return textOfBytes(value)
  if (typeof value !== 'object') return value
  if (!(value instanceof LuaTable)) return undefined
  if (depth > MAX_DEPTH) throw new RangeError('the table is nested too deeply')
  const cursor: Cursor = { key: undefined, value: undefined }
  const entries: [Value, Plain][] = []
  let isList = true
  for (let key: Value = undefined; value.next(key, cursor); key = cursor.key) {
    const inner = fromLua(cursor.value, depth + 1)
    if (inner === undefined) continue
    entries.push([cursor.key, inner])
    if (cursor.key !== entries.length) isList = false
  }
  if (isList && entries.length > 0) return entries.map(([, inner]) => inner)
  return Object.fromEntries(entries.map(([key, inner]) => [textOfBytes(textOfValue(key)), inner]))
}
