// The values of CEL at run time, and what their types are called. Knows nothing of expressions.

import { ExpectedError } from '../go/expected-error.ts'
import type { Duration, Timestamp } from './time.ts'

/** An unsigned number of 64 bits. */
export class Uint {
  readonly value: bigint

  constructor(value: bigint) {
    this.value = value
  }
}

/** A type as a value: what `type(1)` gives. */
export class TypeValue {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A map: of an expression, or of something the gateway has. Its own keys only: nothing is inherited. */
export abstract class CelMap {
  abstract readonly size: number
  abstract find(key: Value): Value | undefined
  abstract keys(): readonly Value[]
}

/** A map whose keys are texts. */
export abstract class TextMap extends CelMap {
  abstract findText(key: string): Value | undefined

  find(key: Value): Value | undefined {
    return typeof key === 'string' ? this.findText(key) : undefined
  }
}

/** int is a bigint, double a number, bytes a Uint8Array, list an array. */
export type Value =
  | null
  | boolean
  | string
  | number
  | bigint
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | TypeValue
  | CelMap
  | readonly Value[]

/** A value that is none of the plain ones tells what its type is called. */
interface Named {
  readonly typeName: string
}

/** The name of a value's type, as `type(x)` shows it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'string':
      return 'string'
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    default:
      return value === null ? 'null_type' : objectTypeName(value)
  }
}

function objectTypeName(value: object): string {
  if (Array.isArray(value)) return 'list'
  if (value instanceof CelMap) return 'map'
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof TypeValue) return 'type'
  return (value as Named).typeName
}

/** What cannot be evaluated. `||` and `&&` swallow such errors, so they must be cheap. */
export class CelError extends ExpectedError {
  /** Whether nothing swallows it: a limit was passed. */
  readonly isFinal: boolean

  constructor(message: string, isFinal = false) {
    super(message)
    this.name = 'CelError'
    this.isFinal = isFinal
  }
}

/** The operation is not known for values of these types. */
export function noSuchOverload(name = '', ...values: readonly Value[]): CelError {
  if (name === '') return new CelError('no such overload')
  return new CelError(`no such overload: ${name}${values.length === 0 ? '' : `(${values.map(typeName).join(', ')})`}`)
}
