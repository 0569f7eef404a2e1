// Functions with Go's signatures: parameters are named by type, so that a caller can check what it passes as reflect does.

import type { GoTime } from './time.ts'
import type { GoInt, GoMap, GoObject, GoSlice, GoValue } from './value.ts'

/** What a function gets for a parameter of a type. `value` is reflect.Value: also takes what is missing, as `undefined`. */
interface Parameters {
  readonly string: string
  readonly bool: boolean
  /** Whole numbers beyond 2^53 lose digits: enough for lengths and indexes. */
  readonly int: number
  readonly int64: bigint
  readonly uint32: number
  readonly float64: number
  readonly any: GoValue
  readonly value: GoValue
  /** Null: nil */
  readonly map: GoMap
  readonly list: GoSlice
  readonly time: GoTime
  readonly duration: GoInt
  readonly object: GoObject
}

export type ParameterKind = keyof Parameters
/** `...any`: any number of them, last. */
export type Parameter = ParameterKind | `...${ParameterKind}`

type Arguments<P extends readonly Parameter[]> = P extends readonly [infer First, ...infer Rest extends readonly Parameter[]]
  ? First extends ParameterKind
    ? [Parameters[First], ...Arguments<Rest>]
    : First extends `...${infer Element extends ParameterKind}`
      ? Parameters[Element][]
      : never
  : []

export interface GoFunction {
  readonly parameters: readonly ParameterKind[]
  /** The type of further arguments, null when there are none. */
  readonly variadic: ParameterKind | null
  /** `%T` */
  readonly type: string
  /** Go's name of the type behind `object` parameters, for messages. */
  readonly objectType: string
  readonly call: (...args: never[]) => GoValue
}

/** A function from its parameters. It throws a GoError for an error result or a panic. */
export function fn<const P extends readonly Parameter[]>(
  parameters: P,
  call: (...args: Arguments<P>) => GoValue,
  objectType = '',
): GoFunction {
  const last = parameters.at(-1)
  const isVariadic = last?.startsWith('...') ?? false
  return {
    parameters: (isVariadic ? parameters.slice(0, -1) : parameters) as readonly ParameterKind[],
    variadic: isVariadic ? (last?.slice(3) as ParameterKind) : null,
    type: `func(${parameters.join(', ')})`,
    objectType,
    call: call as GoFunction['call'],
  }
}

/** An error result of a Go function, or a panic: both end a template with this message. */
export class GoError extends Error {}

const TYPE_NAMES: Readonly<Record<ParameterKind, string>> = {
  string: 'string',
  bool: 'bool',
  int: 'int',
  int64: 'int64',
  uint32: 'uint32',
  float64: 'float64',
  any: 'interface {}',
  value: 'reflect.Value',
  map: 'map[string]interface {}',
  list: '[]interface {}',
  time: 'time.Time',
  duration: 'time.Duration',
  object: '',
}

/** The Go name of a parameter's type. */
export function typeName(parameter: ParameterKind, { objectType }: Pick<GoFunction, 'objectType'>): string {
  return parameter === 'object' ? objectType : TYPE_NAMES[parameter]
}
