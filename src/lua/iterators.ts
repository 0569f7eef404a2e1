// The iterators behind `pairs` and `ipairs`. Loops know them and need not call them.

import { checkInteger, checkTable } from './check.ts'
import { nextEntry } from './table-walk.ts'
import { native, NOTHING } from './value.ts'

export const NEXT = native((thread, ...args) => {
  return nextEntry(thread, checkTable(thread, args, 0), args[1]) ? [thread.key, thread.value] : NOTHING
})

export const INEXT = native((thread, ...args) => {
  const table = checkTable(thread, args, 0)
  const key = checkInteger(thread, args, 1) + 1
  const value = table.getNumber(key)
  return value === undefined ? NOTHING : [key, value]
})
