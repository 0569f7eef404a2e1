// The iterators behind `pairs` and `ipairs`. Loops know them and need not call them.

import { checkInteger, checkTable } from './check.ts'
import { native, NOTHING } from './value.ts'

export const NEXT = native((thread, ...args) => {
  const table = checkTable(thread, args, 0)
  if (table.sparseSize > 0) thread.spend(table.sparseSize)
  return table.next(args[1], thread) ? [thread.key, thread.value] : NOTHING
})

export const INEXT = native((thread, ...args) => {
  const table = checkTable(thread, args, 0)
  const key = checkInteger(thread, args, 1) + 1
  const value = table.getNumber(key)
  return value === undefined ? NOTHING : [key, value]
})
