// `int(x)`, `string(x)` and the like.

import { checkedInt, checkedUint } from './arithmetic.ts'
import { parseBool } from '../go/bool.ts'
import { formatNumber, MAX_INT64, MAX_UINT64, MIN_INT64, parseFloat64 } from '../go/number.ts'
import { Duration, Timestamp } from './time.ts'
import { CelError, noSuchOverload, typeName, TypeValue, Uint } from './values.ts'
import type { Value } from './values.ts'

const MAX_INT_AS_DOUBLE = 2 ** 63
const MAX_UINT_AS_DOUBLE = 2 ** 64
const SIGNED = /^[+-]?\d+$/
const UNSIGNED = /^\d+$/
/** security: long texts of digits would make numbers that are slow to read; 64 bits need 20 digits. */
const MAX_DIGITS = 100
const UTF8 = new TextDecoder('utf8', { fatal: true, ignoreBOM: true })

export type Conversion = (value: Value) => Value

export const CONVERSIONS: Readonly<Record<string, Conversion>> = {
  bool: toBool,
  bytes: toBytes,
  double: toDouble,
  duration: toDuration,
  dyn: (value) => value,
  int: toInt,
  string: toText,
  timestamp: toTimestamp,
  type: (value) => new TypeValue(typeName(value)),
  uint: toUint,
}

function refuse(value: Value, to: string): CelError {
  return new CelError(`type conversion error from '${typeName(value)}' to '${to}'`)
}

function toInt(value: Value): Value {
  if (typeof value === 'string') {
    const number = parseWhole(value, SIGNED)
    if (number === null || number > MAX_INT64 || number < MIN_INT64) throw refuse(value, 'int')
    return number
  }
  if (typeof value === 'bigint') return value
  if (typeof value === 'number') {
    if (!(value > -MAX_INT_AS_DOUBLE && value < MAX_INT_AS_DOUBLE)) throw new CelError('integer overflow')
    return BigInt(Math.trunc(value))
  }
  if (value instanceof Uint) return checkedInt(value.value)
  if (value instanceof Timestamp) return BigInt(value.seconds)
  if (value instanceof Duration) return value.nanos
  throw noSuchOverload('int', value)
}

function toUint(value: Value): Value {
  if (typeof value === 'string') {
    const number = parseWhole(value, UNSIGNED)
    if (number === null || number > MAX_UINT64) throw refuse(value, 'uint')
    return new Uint(number)
  }
  if (typeof value === 'bigint') return checkedUint(value)
  if (typeof value === 'number') {
    if (!(value >= 0 && value < MAX_UINT_AS_DOUBLE)) throw new CelError('unsigned integer overflow')
    return new Uint(BigInt(Math.trunc(value)))
  }
  if (value instanceof Uint) return value
  throw noSuchOverload('uint', value)
}

function parseWhole(text: string, syntax: RegExp): bigint | null {
  if (text.length > MAX_DIGITS || !syntax.test(text)) return null
  return text.startsWith('+') ? BigInt(text.slice(1)) : BigInt(text)
}

function toDouble(value: Value): Value {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  if (typeof value !== 'string') throw noSuchOverload('double', value)
  const number = parseFloat64(value)
  if (number === null) throw refuse(value, 'double')
  return number
}

function toBool(value: Value): Value {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') throw noSuchOverload('bool', value)
  const bool = parseBool(value)
  if (bool === null) throw refuse(value, 'bool')
  return bool
}

function toBytes(value: Value): Value {
  if (value instanceof Uint8Array) return value
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  throw noSuchOverload('bytes', value)
}

function toText(value: Value): Value {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (typeof value === 'number') return formatNumber(value)
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Timestamp || value instanceof Duration) return value.toString()
  if (!(value instanceof Uint8Array)) throw noSuchOverload('string', value)
  try {
    return UTF8.decode(value)
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
}

function toTimestamp(value: Value): Value {
  if (value instanceof Timestamp) return value
  if (typeof value === 'bigint') return Timestamp.checked(Number(value))
  if (typeof value !== 'string') throw noSuchOverload('timestamp', value)
  const timestamp = Timestamp.parse(value)
  if (timestamp === null) throw refuse(value, 'google.protobuf.Timestamp')
  return timestamp
}

function toDuration(value: Value): Value {
  if (value instanceof Duration) return value
  if (typeof value !== 'string') throw noSuchOverload('duration', value)
  const duration = Duration.parse(value)
  if (duration === null) throw refuse(value, 'google.protobuf.Duration')
  return duration
}
