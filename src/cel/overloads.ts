// The functions of CEL's standard library and the types they take: cel-go's overloads, without extension libraries.

import { BOOL, BYTES, DOUBLE, DURATION, DYN, INT, listOf, mapOf, parameter, STRING, TIMESTAMP, typeOf, UINT } from './types.ts'
import type { Type } from './types.ts'

export interface Overload {
  /** Whether the first argument stands before the dot. */
  readonly isMember: boolean
  readonly params: readonly Type[]
  readonly result: Type
  /** Whether it compares numbers of two types, which is not known everywhere. */
  readonly isMixed: boolean
}

const A = parameter('A')
const B = parameter('B')
const LIST = listOf(A)
const MAP = mapOf(A, B)

type Row = readonly [params: readonly Type[], result: Type]

const NUMBERS = [INT, UINT, DOUBLE]
const ORDERED: readonly Row[] = [
  [[BOOL, BOOL], BOOL],
  ...NUMBERS.flatMap((left) => [left, ...NUMBERS.filter((type) => type !== left)].map((right): Row => [[left, right], BOOL])),
  ...[STRING, BYTES, TIMESTAMP, DURATION].map((type): Row => [[type, type], BOOL]),
]
const ORDERINGS: ReadonlySet<string> = new Set(['_<_', '_<=_', '_>_', '_>=_'])
const GETTERS = ['getFullYear', 'getMonth', 'getDayOfYear', 'getDayOfMonth', 'getDate', 'getDayOfWeek']
const CLOCK_GETTERS = ['getHours', 'getMinutes', 'getSeconds', 'getMilliseconds']

const GLOBAL: Readonly<Record<string, readonly Row[]>> = {
  '_?_:_': [[[BOOL, A, A], A]],
  '!_': [[[BOOL], BOOL]],
  '_==_': [[[A, A], BOOL]],
  '_!=_': [[[A, A], BOOL]],
  ...Object.fromEntries([...ORDERINGS].map((name) => [name, ORDERED])),
  '_+_': [
    ...[BYTES, DOUBLE, DURATION, INT, LIST, STRING, UINT].map((type): Row => [[type, type], type]),
    [[DURATION, TIMESTAMP], TIMESTAMP],
    [[TIMESTAMP, DURATION], TIMESTAMP],
  ],
  '_-_': [
    ...[DOUBLE, DURATION, INT, UINT].map((type): Row => [[type, type], type]),
    [[TIMESTAMP, DURATION], TIMESTAMP],
    [[TIMESTAMP, TIMESTAMP], DURATION],
  ],
  '_*_': [DOUBLE, INT, UINT].map((type) => [[type, type], type]),
  '_/_': [DOUBLE, INT, UINT].map((type) => [[type, type], type]),
  '_%_': [INT, UINT].map((type) => [[type, type], type]),
  '-_': [DOUBLE, INT].map((type) => [[type], type]),
  '_[_]': [
    [[LIST, INT], A],
    [[MAP, A], B],
  ],
  '@in': [
    [[A, LIST], BOOL],
    [[A, MAP], BOOL],
  ],
  size: [STRING, BYTES, LIST, MAP].map((type) => [[type], INT]),
  matches: [[[STRING, STRING], BOOL]],
  bool: conversions(BOOL, [BOOL, STRING]),
  bytes: conversions(BYTES, [BYTES, STRING]),
  double: conversions(DOUBLE, [DOUBLE, INT, STRING, UINT]),
  duration: conversions(DURATION, [DURATION, STRING]),
  dyn: [[[A], DYN]],
  int: conversions(INT, [INT, DOUBLE, DURATION, STRING, TIMESTAMP, UINT]),
  string: conversions(STRING, [STRING, BOOL, BYTES, DOUBLE, DURATION, INT, TIMESTAMP, UINT]),
  timestamp: conversions(TIMESTAMP, [TIMESTAMP, INT, STRING]),
  type: [[[A], typeOf(A)]],
  uint: conversions(UINT, [UINT, DOUBLE, INT, STRING]),
}

const MEMBERS: Readonly<Record<string, readonly Row[]>> = {
  size: [STRING, BYTES, LIST, MAP].map((type) => [[type], INT]),
  ...Object.fromEntries(['contains', 'endsWith', 'startsWith', 'matches'].map((name) => [name, [[[STRING, STRING], BOOL] as Row]])),
  ...Object.fromEntries([...GETTERS, ...CLOCK_GETTERS].map((name) => [name, getterRows(name)])),
}

function conversions(result: Type, from: readonly Type[]): Row[] {
  return from.map((type) => [[type], result])
}

function getterRows(name: string): Row[] {
  const rows: Row[] = [
    [[TIMESTAMP], INT],
    [[TIMESTAMP, STRING], INT],
  ]
  return CLOCK_GETTERS.includes(name) ? [...rows, [[DURATION], INT]] : rows
}

function collect(): Map<string, Overload[]> {
  const functions = new Map<string, Overload[]>()
  const add = (table: Readonly<Record<string, readonly Row[]>>, isMember: boolean): void => {
    for (const [name, rows] of Object.entries(table)) {
      const overloads = functions.get(name) ?? []
      const isMixed = ([left, right]: readonly Type[]): boolean => ORDERINGS.has(name) && left !== right
      overloads.push(...rows.map(([params, result]) => ({ isMember, params, result, isMixed: isMixed(params) })))
      functions.set(name, overloads)
    }
  }
  add(GLOBAL, false)
  add(MEMBERS, true)
  return functions
}

export const FUNCTIONS: ReadonlyMap<string, readonly Overload[]> = collect()
