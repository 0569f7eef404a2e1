// Values inside of others.

import { getKey, isJsonObject, type JsonValue } from './types.ts'

const INDEX = /^(?:0|[1-9]\d{0,8})$/

/** The value at a dotted path: names enter objects, numbers lists. */
export function valueAt(value: JsonValue | undefined, path: readonly string[]): JsonValue | undefined {
  let level = value
  for (const name of path) {
    if (Array.isArray(level)) level = INDEX.test(name) ? level[Number(name)] : undefined
    else level = isJsonObject(level) ? getKey(level, name) : undefined
  }
  return level
}
