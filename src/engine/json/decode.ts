// A backend's bytes become data, or one of Go's errors. Knows nothing of encodings but JSON.

import { isUtf8 } from 'node:buffer'
import { Data } from '../data.ts'
import { repairSurrogates, repairUtf8 } from './repair.ts'
import { decodeError } from './errors.ts'
import { scanJson } from './scan.ts'
import type { JsonKind } from './scan.ts'
import { JsonText } from './text.ts'
import type { JsonObject, JsonValue } from './types.ts'

/** A valid value: text where it may go on as it is, decoded where it may not. */
interface Decoded {
  readonly kind: JsonKind
  readonly value: JsonText | JsonValue
}

/** One object; null for `null`. What follows the first value is ignored. Throws a GatewayError with Go's text. */
export function decodeJsonObject(bytes: Buffer): Data | null {
  const { kind, value } = read(bytes)
  if (kind === 'object') return toData(value)
  if (kind === 'null') return null
  throw decodeError(`json: cannot unmarshal ${kind} into Go value of type map[string]interface {}`)
}

/** One array (or `null`) under the key `collection`. */
export function decodeJsonCollection(bytes: Buffer): Data {
  const { kind, value } = read(bytes)
  if (kind !== 'array' && kind !== 'null') throw decodeError(`json: cannot unmarshal ${kind} into Go value of type []interface {}`)
  return Data.wrapped('collection', value)
}

/** An object as it is, an array under `collection`, anything else under `scalarKey`. */
export function decodeSafeJson(bytes: Buffer, scalarKey: string): Data {
  const { kind, value } = read(bytes)
  if (kind === 'object') return toData(value)
  return Data.wrapped(kind === 'array' ? 'collection' : scalarKey, value)
}

/** Any JSON value, decoded. */
export function parseJson(bytes: Buffer): JsonValue {
  const { value } = read(bytes)
  return value instanceof JsonText ? value.decode() : value
}

function read(bytes: Buffer): Decoded {
  const valid = isUtf8(bytes) ? bytes : repairUtf8(bytes)
  const scan = scanJson(valid)
  if (scan.hasLoneSurrogates) return read(repairSurrogates(valid))
  const text = JsonText.ofScan(valid, scan)
  return { kind: scan.kind, value: scan.mayHaveDuplicates ? text.decode() : text }
}

function toData(value: JsonText | JsonValue): Data {
  return value instanceof JsonText ? Data.ofJson(value) : Data.of(value as JsonObject)
}
