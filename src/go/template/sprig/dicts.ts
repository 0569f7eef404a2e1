// sprig's dictionaries. `set`, `unset` and the merges change the one they are given.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { compareText } from '../../text.ts'
import { GoMap, GoSlice, type GoValue, list, sortedKeysOf, strings, typeOf } from '../../value.ts'
import { toText } from './cast.ts'
import { mergeMaps } from './merge.ts'

const merge = fn(['map', '...map'], (target, ...sources) => mergeMaps(target, sources, false))
const mergeOverwrite = fn(['map', '...map'], (target, ...sources) => mergeMaps(target, sources, true))
const deepCopy = fn(['any'], (value) => {
  if (value === null) throw new GoError('reflect: call of reflect.Value.Type on zero Value')
  return copy(value, 0)
})

export const dictFunctions: Readonly<Record<string, GoFunction>> = {
  dict: fn(['...any'], (...values) => {
    const entries = new Map<string, GoValue>()
    for (let at = 0; at < values.length; at += 2) entries.set(toText(values[at]), at + 1 < values.length ? values[at + 1] : '')
    return new GoMap(entries)
  }),
  get: fn(['map', 'string'], ({ entries }, key) => (entries.has(key) ? entries.get(key) : '')),
  set: fn(['map', 'string', 'any'], (map, key, value) => {
    if (map.isNil) throw new GoError('assignment to entry in nil map')
    map.entries.set(key, value)
    return map
  }),
  unset: fn(['map', 'string'], (map, key) => {
    map.entries.delete(key)
    return map
  }),
  hasKey: fn(['map', 'string'], ({ entries }, key) => entries.has(key)),
  pluck: fn(['string', '...map'], (key, ...maps) =>
    list(maps.filter(({ entries }) => entries.has(key)).map(({ entries }) => entries.get(key))),
  ),
  // Go's order is random: sorted is one of them
  keys: fn(['...map'], (...maps) => strings(maps.flatMap((map) => sortedKeysOf(map, compareText)))),
  values: fn(['map'], (map) => list(sortedKeysOf(map, compareText).map((key) => map.entries.get(key)))),
  pick: fn(['map', '...string'], ({ entries }, ...keys) => {
    return new GoMap(new Map(keys.filter((key) => entries.has(key)).map((key) => [key, entries.get(key)])))
  }),
  omit: fn(['map', '...string'], ({ entries }, ...keys) => {
    const omitted = new Set(keys)
    return new GoMap(new Map([...entries].filter(([key]) => !omitted.has(key))))
  }),
  dig: fn(['...any'], (...values) => dig(values)),
  merge,
  mustMerge: merge,
  mergeOverwrite,
  mustMergeOverwrite: mergeOverwrite,
  deepCopy,
  mustDeepCopy: deepCopy,
}

function dig(values: readonly GoValue[]): GoValue {
  if (values.length < 3) throw new GoError('dig needs at least three arguments')
  let map = asMap(values.at(-1))
  const keys = values.slice(0, -2).map((key) => {
    if (typeof key !== 'string') throw new GoError(`interface conversion: interface {} is ${typeOf(key) ?? 'nil'}, not string`)
    return key
  })
  for (const [index, key] of keys.entries()) {
    if (!map.entries.has(key)) return values.at(-2)
    const member = map.entries.get(key)
    if (index === keys.length - 1) return member
    map = asMap(member)
  }
  return null
}

function asMap(value: GoValue): GoMap {
  if (value instanceof GoMap && value.element === 'interface {}') return value
  throw new GoError(`interface conversion: interface {} is ${typeOf(value) ?? 'nil'}, not map[string]interface {}`)
}

/** Deeper values can only be maps that hold themselves. */
const MAX_DEPTH = 1000

function copy(value: GoValue, depth: number): GoValue {
  if (depth > MAX_DEPTH) throw new GoError('deepCopy error: the value holds itself')
  if (value instanceof GoMap)
    return new GoMap(new Map([...value.entries].map(([key, member]) => [key, copy(member, depth + 1)])), value.element, value.isNil)
  if (value instanceof GoSlice)
    return new GoSlice(
      value.element,
      value.items.map((item) => copy(item, depth + 1)),
      value.isNil,
    )
  return value
}
