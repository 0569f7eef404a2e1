// Values with Go's types. A string, a boolean, a number (float64) and null (a nil interface) are themselves; the rest has a class.
// `undefined` is reflect's invalid value: what a missing key yields, and nil after a pipeline.

import type { GoFunction } from './function.ts'

export type GoValue = null | undefined | boolean | string | number | GoInt | GoComplex | GoSlice | GoMap | GoObject | GoFunctionValue

interface IntType {
  readonly kind: string
  readonly bits: number
  readonly isSigned: boolean
}

const signed = (kind: string, bits: number): IntType => ({ kind, bits, isSigned: true })
const unsigned = (kind: string, bits: number): IntType => ({ kind, bits, isSigned: false })

const INT_TYPES: ReadonlyMap<string, IntType> = new Map([
  ['int', signed('int', 64)],
  ['int64', signed('int64', 64)],
  ['int32', signed('int32', 32)],
  ['uint8', unsigned('uint8', 8)],
  ['uint32', unsigned('uint32', 32)],
  ['uint64', unsigned('uint64', 64)],
  ['time.Duration', signed('int64', 64)],
  ['time.Month', signed('int', 64)],
  ['time.Weekday', signed('int', 64)],
])

/** A whole number of one of Go's integer types; values wrap around as Go's do. */
export class GoInt {
  readonly type: string
  readonly value: bigint

  constructor(type: string, value: bigint) {
    this.type = type
    const { bits, isSigned } = intType(type)
    this.value = isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value)
  }

  get kind(): string {
    return intType(this.type).kind
  }

  get isSigned(): boolean {
    return intType(this.type).isSigned
  }
}

function intType(type: string): IntType {
  const found = INT_TYPES.get(type)
  if (found === undefined) throw new TypeError(`${type} is no integer type`)
  return found
}

export function int(value: number | bigint): GoInt {
  return new GoInt('int', BigInt(value))
}

export function int64(value: number | bigint): GoInt {
  return new GoInt('int64', BigInt(value))
}

/** complex128 */
export class GoComplex {
  readonly real: number
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    this.real = real
    this.imaginary = imaginary
  }
}

/** A slice of any element type: `interface {}`, `string`, `int`, `uint8`, `[]interface {}`. Never changed once made. */
export class GoSlice {
  readonly element: string
  readonly items: readonly GoValue[]
  /** A nil slice is empty too, but JSON shows it as null. */
  readonly isNil: boolean

  constructor(element: string, items: readonly GoValue[], isNil = false) {
    this.element = element
    this.items = items
    this.isNil = isNil
  }
}

export function list(items: readonly GoValue[]): GoSlice {
  return new GoSlice('interface {}', items)
}

export function strings(items: readonly string[]): GoSlice {
  return new GoSlice('string', items)
}

/** A map with text keys, which functions such as `set` change. security: a Map, so that no key reaches a prototype. */
export class GoMap {
  readonly element: 'interface {}' | 'string'
  readonly entries: Map<string, GoValue>
  /** Reading a nil map finds nothing; writing to it is an error. */
  readonly isNil: boolean

  constructor(entries: Map<string, GoValue> = new Map(), element: GoMap['element'] = 'interface {}', isNil = false) {
    this.entries = entries
    this.element = element
    this.isNil = isNil
  }
}

/** A struct, or a pointer to one. */
export abstract class GoObject {
  /** `time.Time`, `*semver.Version` */
  abstract readonly type: string
  abstract readonly kind: 'struct' | 'ptr'
  /** Exported fields and their values, in order. */
  abstract readonly fields: ReadonlyMap<string, GoValue>

  /** `String()`, which formatting uses; null when the type has none. */
  text(): string | null {
    return null
  }

  /** What `encoding/json` writes in place of the fields: JSON; null when the type has no such method. */
  json(): string | null {
    return null
  }

  /** A method bound to this value. */
  method(_name: string): GoFunction | undefined {
    return undefined
  }

  equals(other: GoObject): boolean {
    return this === other
  }
}

/** A function as a value, for `call`. */
export class GoFunctionValue {
  readonly function: GoFunction

  constructor(value: GoFunction) {
    this.function = value
  }
}

/** What `%T` shows; null for nil. */
export function typeOf(value: GoValue): string | null {
  if (value === null || value === undefined) return null
  if (typeof value === 'string') return 'string'
  if (typeof value === 'number') return 'float64'
  if (typeof value === 'boolean') return 'bool'
  if (value instanceof GoSlice) return `[]${value.element}`
  if (value instanceof GoMap) return `map[string]${value.element}`
  if (value instanceof GoComplex) return 'complex128'
  return value instanceof GoFunctionValue ? value.function.type : value.type
}

/** The name of reflect's Kind; `invalid` for nil. */
export function kindOf(value: GoValue): string {
  if (value === null || value === undefined) return 'invalid'
  if (value instanceof GoSlice) return 'slice'
  if (value instanceof GoMap) return 'map'
  if (value instanceof GoFunctionValue) return 'func'
  if (value instanceof GoInt || value instanceof GoObject) return value.kind
  return typeOf(value) ?? 'invalid'
}

/** Keys in Go's order: by bytes. */
export function sortedKeysOf(map: GoMap, compare: (a: string, b: string) => number): string[] {
  return [...map.entries.keys()].sort(compare)
}

/** Decoded JSON as Go decodes it: every number a float64. Texts with lone surrogates get U+FFFD. */
export function fromJsonValue(value: unknown): GoValue {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number(value)
  if (value === null || value === undefined) return null
  if (Array.isArray(value)) return list(value.map(fromJsonValue))
  return new GoMap(new Map(Object.entries(value).map(([key, member]) => [key.toWellFormed(), fromJsonValue(member)])))
}

/** reflect.DeepEqual */
export function deepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return typeof a !== 'number' || !Number.isNaN(a)
  if (a === null || a === undefined || b === null || b === undefined) return (a ?? null) === (b ?? null)
  if (a instanceof GoInt && b instanceof GoInt) return a.type === b.type && a.value === b.value
  if (a instanceof GoComplex && b instanceof GoComplex) return a.real === b.real && a.imaginary === b.imaginary
  if (a instanceof GoSlice && b instanceof GoSlice) {
    if (a.element !== b.element || a.isNil !== b.isNil || a.items.length !== b.items.length) return false
    return a.items.every((item, index) => deepEqual(item, b.items[index]))
  }
  if (a instanceof GoMap && b instanceof GoMap) {
    if (a.element !== b.element || a.entries.size !== b.entries.size) return false
    return [...a.entries].every(([key, member]) => b.entries.has(key) && deepEqual(member, b.entries.get(key)))
  }
  if (a instanceof GoObject && b instanceof GoObject) return a.type === b.type && a.equals(b)
  return false
}
