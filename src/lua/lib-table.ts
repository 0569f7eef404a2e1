// The library `table`.

import { int64Before } from './arithmetic.ts'
import { checkAny, checkFunction, checkInteger, checkTable, optionalInteger, optionalString } from './check.ts'
import type { Args } from './check.ts'
import { typeOf } from './machine.ts'
import { formatNumber } from './number-format.ts'
import { isLess } from './run-operators.ts'
import type { LuaTable } from './table.ts'
import { lengthOf } from './table-walk.ts'
import type { LuaThread } from './thread.ts'
import { LuaFunction, NOTHING, firstOf, isTrue, native } from './value.ts'
import type { Result, Value } from './value.ts'

/** Brings the table into one array, if the script may have so much memory. */
function densify(thread: LuaThread, table: LuaTable): void {
  if (table.sparseSize === 0) return
  thread.machine.charge(table.denseLength * 8)
  table.densify()
}

function concat(thread: LuaThread, args: Args): Value {
  const table = checkTable(thread, args, 0)
  const separator = optionalString(thread, args, 1, '')
  const length = lengthOf(thread, table)
  let from = optionalInteger(thread, args, 2, 1)
  let to = optionalInteger(thread, args, 3, length)
  if (args.length === 3 && (from > length || from < 1)) return ''
  from = Math.max(Math.min(from, length), 1)
  to = Math.min(to, length)
  // compat: a number that is alone stays one.
  const first = table.getNumber(from)
  if (from === to && typeof first === 'number') return first
  const parts: string[] = []
  let size = 0
  for (let i = from; i <= to; i++) {
    const value = table.getNumber(i)
    const text = typeof value === 'number' ? formatNumber(value) : value
    if (typeof text !== 'string') return thread.raise(`invalid value (${typeOf(value)}) at index ${i} in table for concat`)
    parts.push(text)
    size += text.length + separator.length
  }
  thread.spend(parts.length)
  thread.madeString(size)
  return parts.join(separator)
}

function insert(thread: LuaThread, args: Args): Result {
  const table = checkTable(thread, args, 0)
  if (args.length === 1) thread.raise('wrong number of arguments')
  if (args.length === 2) {
    if (args[1] !== undefined) thread.machine.take(table.setInteger(lengthOf(thread, table) + 1, args[1]))
    return NOTHING
  }
  const position = checkInteger(thread, args, 1)
  densify(thread, table)
  thread.spend(table.array.length >> 6)
  thread.machine.take(table.insert(position, checkAny(thread, args, 2)))
  return NOTHING
}

function remove(thread: LuaThread, args: Args): Value {
  const table = checkTable(thread, args, 0)
  const position = args.length === 1 ? -1 : checkInteger(thread, args, 1)
  densify(thread, table)
  if (position > 0) thread.spend(table.array.length >> 6)
  // compat: of the smallest integer, what is before it is the largest, where nothing stands.
  return table.remove(int64Before(position) + 1)
}

function sort(thread: LuaThread, args: Args): Result {
  const table = checkTable(thread, args, 0)
  const comparer = args.length === 1 ? null : checkFunction(thread, args, 1)
  densify(thread, table)
  thread.markNative()
  const { array } = table
  const isBefore = comparer === null ? byOrder(thread) : byFunction(thread, comparer)
  sortInPlace(array, isBefore)
  return NOTHING
}

type Before = (a: Value, b: Value) => boolean

function byOrder(thread: LuaThread): Before {
  return (a, b) => {
    thread.spend(1)
    return isLess(thread, a, b)
  }
}

function byFunction(thread: LuaThread, comparer: LuaFunction): Before {
  return (a, b) => isTrue(firstOf(thread.call(comparer, [a, b])))
}

/** A heap sort below an insertion sort: no comparer, however wrong, makes it leave the array or take longer. */
function sortInPlace(array: Value[], isBefore: Before): void {
  const { length } = array
  if (length <= 12) return insertionSort(array, isBefore)
  for (let i = (length >> 1) - 1; i >= 0; i--) sink(array, i, length, isBefore)
  for (let end = length - 1; end > 0; end--) {
    const first = array[0]
    array[0] = array[end]
    array[end] = first
    sink(array, 0, end, isBefore)
  }
}

function insertionSort(array: Value[], isBefore: Before): void {
  const { length } = array
  for (let i = 1; i < length; i++) {
    for (let j = i; j > 0 && isBefore(array[j], array[j - 1]); j--) {
      const value = array[j]
      array[j] = array[j - 1]
      array[j - 1] = value
    }
  }
}

function sink(array: Value[], from: number, end: number, isBefore: Before): void {
  let root = from
  for (;;) {
    let child = 2 * root + 1
    if (child >= end) return
    if (child + 1 < end && isBefore(array[child], array[child + 1])) child++
    if (!isBefore(array[root], array[child])) return
    const value = array[root]
    array[root] = array[child]
    array[child] = value
    root = child
  }
}

/** compat: also what `maxn` gives. */
const LENGTH = native((thread, ...args) => lengthOf(thread, checkTable(thread, args, 0)))

export const TABLE: Readonly<Record<string, LuaFunction>> = {
  concat: native((thread, ...args) => concat(thread, args)),
  getn: LENGTH,
  insert: native((thread, ...args) => insert(thread, args)),
  maxn: LENGTH,
  remove: native((thread, ...args) => remove(thread, args)),
  sort: native((thread, ...args) => sort(thread, args)),
}
