// JSON as plugins see it: numbers are `number`, integers that a double cannot hold are `bigint` and keep every digit.

import { parseJsonText, parseLossless } from '../json/parse.ts'
import { isJsonObject, JsonNumber, setKey, type JsonObject, type JsonValue } from '../json/types.ts'
import type { JsonData } from './types.ts'

const INTEGER = /^-?\d+$/
/** As many digits as a double may lose one of. */
const MANY_DIGITS = /\d{16}/

/** Parses a text. Throws a SyntaxError. */
export function parseJson(text: string): JsonData {
  const value = parseJsonText(text)
  // perf: most texts have no number that a double would change.
  return MANY_DIGITS.test(text) ? toPluginValue(parseLossless(text)) : value
}

/** Writes a value; `bigint` as its digits. Throws a TypeError for a cycle. */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(toJsonValue(value))
}

/** A value of the gateway as one that a plugin may read and change: nothing of it is shared. */
export function toPluginValue(value: JsonValue): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof JsonNumber) return INTEGER.test(value.text) ? integerOf(value.text) : Number(value.text)
  if (!isJsonObject(value)) return value.map(toPluginValue)
  const copy: JsonObject = {}
  for (const key of Object.keys(value)) setKey(copy, key, toPluginValue(value[key] as JsonValue) as JsonValue)
  return copy
}

function integerOf(digits: string): number | bigint {
  const number = Number(digits)
  return Number.isSafeInteger(number) ? number : BigInt(digits)
}

/**
 * A value of a plugin as one of the gateway, by the rules of JSON.stringify. What needs no change is not copied: nobody changes it from
 * then on. Throws a TypeError for a cycle.
 */
export function toJsonValue(value: unknown): JsonValue {
  try {
    return convert(value) ?? null
  } catch (error) {
    if (error instanceof RangeError) throw new TypeError('the data has a cycle, or is nested too deeply', { cause: error })
    throw error
  }
}

/** Undefined for what JSON leaves out. */
function convert(value: unknown): JsonValue | undefined {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return new JsonNumber(String(value))
    case 'object':
      return value === null || value instanceof JsonNumber ? value : convertObject(value)
    default:
      return undefined
  }
}

function convertObject(value: object): JsonValue | undefined {
  if (Array.isArray(value)) return convertList(value)
  if ('toJSON' in value && typeof value.toJSON === 'function') return convert(value.toJSON(''))
  const object = value as JsonObject
  const keys = Object.keys(object)
  for (let i = 0; i < keys.length; i++) {
    const own = object[keys[i] as string]
    const converted = convert(own)
    if (converted !== own) return copyConverted(object, keys)
  }
  return object
}

function convertList(list: readonly unknown[]): JsonValue {
  for (let i = 0; i < list.length; i++) {
    if (convert(list[i]) !== list[i]) return list.map((item) => convert(item) ?? null)
  }
  return list as JsonValue[]
}

function copyConverted(object: JsonObject, keys: readonly string[]): JsonObject {
  const copy: JsonObject = {}
  for (const key of keys) {
    const converted = convert(object[key])
    if (converted !== undefined) setKey(copy, key, converted)
  }
  return copy
}
