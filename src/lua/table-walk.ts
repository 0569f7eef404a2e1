// What looks through a table: a script pays with a step for each key that may have to be looked at.

import type { LuaTable } from './table.ts'
import type { LuaThread } from './thread.ts'
import type { Value } from './value.ts'

/** The last element that is not nil. */
export function lengthOf(thread: LuaThread, table: LuaTable): number {
  if (table.sparseSize > 0) thread.spend(table.sparseSize)
  return table.length
}

/** Puts the entry after a key into `key` and `value` of the thread; false at the end. */
export function nextEntry(thread: LuaThread, table: LuaTable, key: Value): boolean {
  if (table.sparseSize > 0) thread.spend(table.sparseSize)
  return table.next(key, thread)
}
