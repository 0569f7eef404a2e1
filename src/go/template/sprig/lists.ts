// sprig's lists. The functions with `must` in front are the same here: an error and a panic end a template alike.

import { fn, GoError, type GoFunction } from '../../function.ts'
import { deepEqual, GoSlice, type GoValue, kindOf, list } from '../../value.ts'
import { isTrue } from '../truth.ts'
import { toInt64 } from './cast.ts'

const NIL_REFERENCE = 'runtime error: invalid memory address or nil pointer dereference'
const NIL_LIST = new GoSlice('interface {}', [], true)

/** The items of a list; `what` begins the message for anything else. */
function itemsOf(value: GoValue, what: string): readonly GoValue[] {
  if (value instanceof GoSlice) return value.items
  if (value === null || value === undefined) throw new GoError(NIL_REFERENCE)
  throw new GoError(`${what} ${kindOf(value)}`)
}

const find = (name: string): string => `Cannot find ${name} on type`

function has(list_: readonly GoValue[], needle: GoValue): boolean {
  return list_.some((item) => deepEqual(needle, item))
}

const push = fn(['any', 'any'], (target, value) => list([...itemsOf(target, 'Cannot push on type'), value]))

/** By name; each of them also exists with `must`. */
const both: Readonly<Record<string, GoFunction>> = {
  append: push,
  push,
  prepend: fn(['any', 'any'], (target, value) => list([value, ...itemsOf(target, 'Cannot prepend on type')])),
  first: fn(['any'], (target) => itemsOf(target, find('first'))[0] ?? null),
  last: fn(['any'], (target) => itemsOf(target, find('last')).at(-1) ?? null),
  rest: fn(['any'], (target) => withoutOne(itemsOf(target, find('rest')), 1, undefined)),
  initial: fn(['any'], (target) => withoutOne(itemsOf(target, find('initial')), 0, -1)),
  reverse: fn(['any'], (target) => list([...itemsOf(target, find('reverse'))].reverse())),
  compact: fn(['any'], (target) => list(itemsOf(target, 'Cannot compact on type').filter(isTrue))),
  uniq: fn(['any'], (target) => {
    const kept: GoValue[] = []
    for (const item of itemsOf(target, find('uniq'))) if (!has(kept, item)) kept.push(item)
    return list(kept)
  }),
  without: fn(['any', '...any'], (target, ...omitted) => list(itemsOf(target, find('without')).filter((item) => !has(omitted, item)))),
  has: fn(['any', 'any'], (needle, target) => (target === null ? false : has(itemsOf(target, find('has')), needle))),
  slice: fn(['any', '...any'], slice),
  chunk: fn(['int', 'any'], chunk),
}

export const listFunctions: Readonly<Record<string, GoFunction>> = {
  ...both,
  ...Object.fromEntries(Object.entries(both).map(([name, value]) => [`must${name.charAt(0).toUpperCase()}${name.slice(1)}`, value])),
  list: fn(['...any'], (...values) => list(values)),
  tuple: fn(['...any'], (...values) => list(values)),
  concat: fn(['...any'], (...lists) => {
    const items = lists.flatMap((part) => {
      if (part === null) throw new GoError(NIL_REFERENCE)
      if (!(part instanceof GoSlice)) throw new GoError(`Cannot concat type ${kindOf(part)} as list`)
      return part.items
    })
    return items.length === 0 ? NIL_LIST : list(items)
  }),
}

function withoutOne(items: readonly GoValue[], start: number, end: number | undefined): GoSlice {
  return items.length === 0 ? NIL_LIST : list(items.slice(start, end))
}

function slice(target: GoValue, ...bounds: GoValue[]): GoValue {
  const items = itemsOf(target, 'list should be type of slice or array but').slice()
  if (items.length === 0) return null
  const start = bounds[0] === undefined ? 0 : Number(toInt64(bounds[0]))
  const end = bounds.length < 2 ? items.length : Number(toInt64(bounds[1]))
  if (start < 0 || end < start || end > items.length) throw new GoError('reflect.Value.Slice: slice index out of bounds')
  return new GoSlice((target as GoSlice).element, items.slice(start, end))
}

function chunk(size: number, target: GoValue): GoValue {
  const items = itemsOf(target, 'Cannot chunk type')
  const count = Math.floor((items.length - 1) / size) + 1
  // compat: of a negative size there is no part, or a shorter list than it is the only one
  const isWhole = size > 0 || count === 0 || (count === 1 && items.length % size !== 0)
  if (!isWhole || count < 0) throw new GoError('runtime error: makeslice: len out of range')
  const width = Math.abs(size)
  return new GoSlice(
    '[]interface {}',
    Array.from({ length: count }, (_, index) => list(items.slice(index * width, (index + 1) * width))),
  )
}
