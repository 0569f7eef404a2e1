// Everything the generated code calls, as one object.

import { checkCount, callable, drive, first, iterate, iterateSuspendable, settled, values } from './run-calls.ts'
import {
  append,
  argTable,
  fill,
  getField,
  getGlobal,
  getIndex,
  list,
  quick,
  record,
  setField,
  setGlobal,
  setIndex,
  step,
} from './run-tables.ts'
import { add, badFor, concat, concatAll, div, equals, length, less, lessOrEqual, mod, mul, negate, pow, sub } from './run-operators.ts'
import { modulo, power } from './arithmetic.ts'
import { LuaTable } from './table.ts'
import { TAIL } from './thread.ts'
import { LuaFunction, NOTHING } from './value.ts'

/** Calls in tail position that may be nested as real calls. */
const MAX_TAIL = 64

export const RUNTIME = Object.freeze({
  LuaTable,
  LuaFunction,
  NOTHING,
  TAIL,
  MAX_TAIL,
  add,
  append,
  argTable,
  badFor,
  callable,
  checkCount,
  concat,
  concatAll,
  div,
  drive,
  equals,
  fill,
  first,
  getField,
  getGlobal,
  getIndex,
  iterate,
  iterateSuspendable,
  length,
  less,
  lessOrEqual,
  list,
  mod,
  modulo,
  mul,
  negate,
  pow,
  power,
  quick,
  record,
  setField,
  setGlobal,
  setIndex,
  settled,
  step,
  sub,
  values,
})
