// A backend's JSON becomes data, or one of Go's errors as the client may see it.

import { JsonError } from '../json/errors.ts'
import { readJson, type JsonReading } from '../json/read.ts'
import { JsonText } from '../json/text.ts'
import type { JsonObject } from '../json/types.ts'
import { Data } from './data.ts'
import { decodeError } from './errors.ts'

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

function read(bytes: Buffer): JsonReading {
  try {
    return readJson(bytes)
  } catch (error) {
    throw error instanceof JsonError ? decodeError(error.message) : error
  }
}

function toData(value: JsonReading['value']): Data {
  return value instanceof JsonText ? Data.ofJson(value) : Data.of(value as JsonObject)
}
