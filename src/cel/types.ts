// The static types of CEL and how they are written. Knows nothing of expressions.

export type Kind =
  | 'dyn'
  | 'error'
  | 'null'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'timestamp'
  | 'duration'
  | 'list'
  | 'map'
  | 'type'
  | 'parameter'

export interface Type {
  readonly kind: Kind
  /** What it holds: of a list the elements, of a map keys and values, of a type the type. */
  readonly parts: readonly Type[]
  /** Only of a parameter. */
  readonly name: string
  /** A wrapper (google.protobuf.Int64Value …): null is one of its values. */
  readonly isNullable: boolean
}

function plain(kind: Kind, parts: readonly Type[] = []): Type {
  return { kind, parts, name: '', isNullable: false }
}

export const DYN = plain('dyn')
export const ERROR = plain('error')
export const NULL = plain('null')
export const BOOL = plain('bool')
export const INT = plain('int')
export const UINT = plain('uint')
export const DOUBLE = plain('double')
export const STRING = plain('string')
export const BYTES = plain('bytes')
export const TIMESTAMP = plain('timestamp')
export const DURATION = plain('duration')
/** `type` itself. */
export const TYPE = plain('type')

export function listOf(element: Type): Type {
  return plain('list', [element])
}

export function mapOf(key: Type, value: Type): Type {
  return plain('map', [key, value])
}

/** The type of a type: `type(int)` is that of the word `int`. */
export function typeOf(type: Type): Type {
  return plain('type', [type])
}

export function parameter(name: string): Type {
  return { kind: 'parameter', parts: [], name, isNullable: false }
}

export function nullable(type: Type): Type {
  return { ...type, isNullable: true }
}

/** The elements of a list, the keys of a map, what a type is of. */
export function firstPart(type: Type): Type {
  return type.parts[0] ?? DYN
}

/** The values of a map. */
export function secondPart(type: Type): Type {
  return type.parts[1] ?? DYN
}

/** Whether both are the same, parts and all. */
export function isSame(a: Type, b: Type): boolean {
  if (a === b) return true
  if (a.kind !== b.kind || a.name !== b.name || a.isNullable !== b.isNullable || a.parts.length !== b.parts.length) return false
  return a.parts.every((part, index) => isSame(part, b.parts[index] as Type))
}

export function isDynOrError({ kind }: Type): boolean {
  return kind === 'dyn' || kind === 'error'
}

/** Names that messages about types shorten. */
const LONG_NAMES: Partial<Record<Kind, string>> = {
  null: 'null_type',
  timestamp: 'google.protobuf.Timestamp',
  duration: 'google.protobuf.Duration',
}

/** As messages write it: `map(string, list(int))`, `timestamp`. */
export function describeType(type: Type): string {
  return write(type, ({ kind }) => kind)
}

/** With the names that `type(x)` shows: `google.protobuf.Timestamp`. */
export function formatType(type: Type): string {
  return write(type, ({ kind }) => LONG_NAMES[kind] ?? kind)
}

function write(type: Type, nameOf: (type: Type) => string): string {
  const name = type.kind === 'parameter' ? type.name : nameOf(type)
  const parts = type.parts.length === 0 ? '' : `(${type.parts.map((part) => write(part, nameOf)).join(', ')})`
  return type.isNullable ? `wrapper(${name}${parts})` : name + parts
}
