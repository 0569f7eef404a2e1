// The functions every template has.

import { sprintf } from '../format.ts'
import { formatAll, formatLine } from '../format-value.ts'
import { fn, GoError, type GoFunction } from '../function.ts'
import { byteLength, encodeText, sliceBytes } from '../text.ts'
import { GoFunctionValue, GoInt, GoMap, GoSlice, type GoValue, int, typeOf } from '../value.ts'
import { equalsAny, isLess, isLessOrEqual } from './compare.ts'
import { escapeHtml, escapeQuery, escapeScript } from './escape.ts'
import { isTrue } from './truth.ts'

/** `and`, `or`: which truth ends them. The compiler evaluates their arguments one by one. */
const and = fn(['value', '...value'], (first, ...rest) => [first, ...rest].find((value) => !isTrue(value)) ?? rest.at(-1) ?? first)
const or = fn(['value', '...value'], (first, ...rest) => [first, ...rest].find(isTrue) ?? rest.at(-1) ?? first)
/** The compiler tells it the text of its first argument. */
const call = fn(['value', '...value'], () => null)

export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map([
  ['and', and],
  ['or', or],
  ['call', call],
  ['html', fn(['...any'], (...values) => escapeHtml(values))],
  ['js', fn(['...any'], (...values) => escapeScript(values))],
  ['urlquery', fn(['...any'], (...values) => escapeQuery(values))],
  ['print', fn(['...any'], (...values) => formatAll(values))],
  ['printf', fn(['string', '...any'], (format, ...values) => sprintf(format, values))],
  ['println', fn(['...any'], (...values) => formatLine(values))],
  ['index', fn(['value', '...value'], index)],
  ['slice', fn(['value', '...value'], slice)],
  ['len', fn(['value'], length)],
  ['not', fn(['value'], (value) => !isTrue(value))],
  ['eq', fn(['value', '...value'], (value, ...others) => equalsAny(value, others))],
  ['ne', fn(['value', 'value'], (a, b) => !equalsAny(a, [b]))],
  ['lt', fn(['value', 'value'], isLess)],
  ['le', fn(['value', 'value'], isLessOrEqual)],
  ['gt', fn(['value', 'value'], (a, b) => !isLessOrEqual(a, b))],
  ['ge', fn(['value', 'value'], (a, b) => !isLess(a, b))],
])

/** Which of the functions the compiler treats in its own way; a function of the user with the name is none of them. */
export function specialOf(target: GoFunction): 'and' | 'or' | 'call' | null {
  if (target === and) return 'and'
  if (target === or) return 'or'
  return target === call ? 'call' : null
}

function index(item: GoValue, ...keys: GoValue[]): GoValue {
  if (item === undefined || item === null) throw new GoError('index of untyped nil')
  let value: GoValue = item
  for (const key of keys) {
    if (value === null || value === undefined) throw new GoError('index of nil pointer')
    if (value instanceof GoMap) value = memberOf(value, key)
    else if (value instanceof GoSlice) value = value.items[indexOf(key, value.items.length, 'slice')]
    else if (typeof value === 'string')
      value = new GoInt('uint8', BigInt(encodeText(value)[indexOf(key, byteLength(value), 'string')] ?? 0))
    else throw new GoError(`can't index item of type ${typeOf(value)}`)
  }
  return value
}

function memberOf(map: GoMap, key: GoValue): GoValue {
  if (key === null || key === undefined) throw new GoError('value is nil; should be of type string')
  if (typeof key !== 'string') throw new GoError(`value has type ${typeOf(key)}; should be string`)
  return map.entries.get(key) ?? (map.element === 'string' ? '' : null)
}

function indexOf(key: GoValue, size: number, what: string): number {
  const at = boundOf(key, size)
  if (at === size) throw new GoError(`reflect: ${what} index out of range`)
  return at
}

/** 0 to `size`. */
function boundOf(key: GoValue, size: number): number {
  if (key === null || key === undefined) throw new GoError('cannot index slice/array with nil')
  if (!(key instanceof GoInt)) throw new GoError(`cannot index slice/array with type ${typeOf(key)}`)
  if (key.value < 0n || key.value > BigInt(size)) throw new GoError(`index out of range: ${key.value}`)
  return Number(key.value)
}

function slice(item: GoValue, ...bounds: GoValue[]): GoValue {
  if (item === undefined || item === null) throw new GoError('slice of untyped nil')
  if (bounds.length > 3) throw new GoError(`too many slice indexes: ${bounds.length}`)
  if (typeof item === 'string' && bounds.length === 3) throw new GoError('cannot 3-index slice a string')
  if (typeof item !== 'string' && !(item instanceof GoSlice)) throw new GoError(`can't slice item of type ${typeOf(item)}`)
  const size = typeof item === 'string' ? byteLength(item) : item.items.length
  const [start = 0, end = size, limit = size] = bounds.map((bound) => boundOf(bound, size))
  if (start > end) throw new GoError(`invalid slice index: ${start} > ${end}`)
  if (end > limit) throw new GoError(`invalid slice index: ${end} > ${limit}`)
  return typeof item === 'string' ? sliceBytes(item, start, end) : new GoSlice(item.element, item.items.slice(start, end))
}

function length(value: GoValue): GoValue {
  if (value === undefined) throw new GoError('reflect: call of reflect.Value.Type on zero Value')
  if (value === null) throw new GoError('len of nil pointer')
  if (typeof value === 'string') return int(byteLength(value))
  if (value instanceof GoSlice) return int(value.items.length)
  if (value instanceof GoMap) return int(value.entries.size)
  throw new GoError(`len of type ${typeOf(value)}`)
}

/** `call`: a function that is a value. `source` is how the template names it, null where it comes from the pipeline. */
export function callValue(
  source: string | null,
  target: GoValue,
  args: readonly GoValue[],
  fit: (value: GoValue, position: number, target: GoFunction) => unknown,
): GoValue {
  if (target === undefined || target === null) throw new GoError('call of nil')
  const name = source ?? (typeof target === 'string' ? target : `<${typeOf(target)} Value>`)
  if (!(target instanceof GoFunctionValue)) throw new GoError(`non-function ${name} of type ${typeOf(target)}`)
  const { function: called } = target
  const fixed = called.parameters.length
  if (called.variadic === null ? args.length !== fixed : args.length < fixed) {
    throw new GoError(`wrong number of args for ${name}: got ${args.length} want ${called.variadic === null ? '' : 'at least '}${fixed}`)
  }
  return called.call(...(args.map((value, position) => fit(value, position, called)) as never[]))
}

/** The type of the parameter at a position. */
export function parameterAt(target: GoFunction, position: number): GoFunction['parameters'][number] {
  return target.parameters[position] ?? target.variadic ?? 'any'
}
