// The well-known messages of protobuf that expressions may write, and names that stand for values: types above all.

import { MapValue } from './map-value.ts'
import { Duration, Timestamp } from './time.ts'
import * as types from './types.ts'
import type { Type } from './types.ts'
import { CelError, typeName, TypeValue, Uint } from './values.ts'
import type { Value } from './values.ts'

type Fields = ReadonlyMap<string, Value>

export interface Message {
  readonly type: Type
  readonly fields: ReadonlyMap<string, Type>
  build(fields: Fields): Value
}

const OBJECT = types.mapOf(types.STRING, types.DYN)
const LIST = types.listOf(types.DYN)
const NANOS = 1_000_000_000n

function message(type: Type, fields: Readonly<Record<string, Type>>, build: (fields: Fields) => Value): Message {
  return { type, fields: new Map(Object.entries(fields)), build }
}

/** What is absent is the value that stands for it. `fit` makes what is given one of fewer bits. */
function wrapper(type: Type, absent: Value, fit: (value: Value) => Value = same): Message {
  return message(types.nullable(type), { value: type }, (fields) => {
    const value = fields.get('value') ?? absent
    // A value of dyn may be anything.
    if (typeName(value) !== type.kind) throw new CelError(`type conversion error from '${typeName(value)}' to '${type.kind}'`)
    return fit(value)
  })
}

function same(value: Value): Value {
  return value
}

function int32(value: Value): Value {
  if (BigInt.asIntN(32, value as bigint) !== value) throw new CelError('integer overflow')
  return value
}

function uint32(value: Value): Value {
  if ((value as Uint).value >> 32n !== 0n) throw new CelError('unsigned integer overflow')
  return value
}

const MESSAGES_BY_NAME: Readonly<Record<string, Message>> = {
  Timestamp: message(types.TIMESTAMP, { seconds: types.INT, nanos: types.INT }, (fields) =>
    new Timestamp(0).plus(wholeNumber(fields, 'seconds') * NANOS + wholeNumber(fields, 'nanos')),
  ),
  Duration: message(types.DURATION, { seconds: types.INT, nanos: types.INT }, (fields) =>
    Duration.checked(wholeNumber(fields, 'seconds') * NANOS + wholeNumber(fields, 'nanos')),
  ),
  Struct: message(OBJECT, { fields: OBJECT }, (fields) => fields.get('fields') ?? MapValue.of([])),
  ListValue: message(LIST, { values: LIST }, (fields) => fields.get('values') ?? []),
  Value: message(
    types.DYN,
    {
      null_value: types.INT,
      number_value: types.DOUBLE,
      string_value: types.STRING,
      bool_value: types.BOOL,
      struct_value: OBJECT,
      list_value: LIST,
    },
    (fields) => (fields.has('null_value') ? null : ([...fields.values()].at(-1) ?? null)),
  ),
  BoolValue: wrapper(types.BOOL, false),
  BytesValue: wrapper(types.BYTES, new Uint8Array()),
  DoubleValue: wrapper(types.DOUBLE, 0),
  FloatValue: wrapper(types.DOUBLE, 0, (value) => Math.fround(value as number)),
  Int32Value: wrapper(types.INT, 0n, int32),
  Int64Value: wrapper(types.INT, 0n),
  StringValue: wrapper(types.STRING, ''),
  UInt32Value: wrapper(types.UINT, new Uint(0n), uint32),
  UInt64Value: wrapper(types.UINT, new Uint(0n)),
}

export const MESSAGES: ReadonlyMap<string, Message> = new Map(
  Object.entries(MESSAGES_BY_NAME).map(([name, entry]) => [`google.protobuf.${name}`, entry]),
)

export interface Constant {
  readonly type: Type
  readonly value: Value
}

function typeConstant(name: string, type: Type): [string, Constant] {
  return [name, { type: types.typeOf(type), value: new TypeValue(name) }]
}

/** Names without a declaration. */
export const CONSTANTS: ReadonlyMap<string, Constant> = new Map<string, Constant>([
  ...[types.BOOL, types.BYTES, types.DOUBLE, types.INT, types.STRING, types.UINT].map((type) => typeConstant(type.kind, type)),
  typeConstant('list', LIST),
  typeConstant('map', types.mapOf(types.DYN, types.DYN)),
  typeConstant('null_type', types.NULL),
  ['type', { type: types.typeOf(types.TYPE), value: new TypeValue('type') }],
  typeConstant('google.protobuf.Timestamp', types.TIMESTAMP),
  typeConstant('google.protobuf.Duration', types.DURATION),
  ['google.protobuf.NullValue.NULL_VALUE', { type: types.INT, value: 0n }],
])

function wholeNumber(fields: Fields, name: string): bigint {
  const value = fields.get(name) ?? 0n
  if (typeof value !== 'bigint') throw new CelError(`field '${name}' is no int`)
  return value
}
