// Large integers of YAML and TOML files: numbers everywhere but in static data, which reaches clients digit by digit.

import { isObject, type PlainObject, setKey } from '../json/types.ts'

/** What Go's YAML reads as an integer; beyond this it is a float. */
const MIN_INTEGER = -(2n ** 63n)
const MAX_INTEGER = 2n ** 64n - 1n

/**
 * A copy in which bigints are numbers, as everybody counts with numbers; only below `static.data` they stay.
 */
export function narrowIntegers(value: unknown, path: readonly string[] = []): unknown {
  if (typeof value === 'bigint') return isKept(value, path) ? value : Number(value)
  if (Array.isArray(value)) return value.map((item: unknown) => narrowIntegers(item, path))
  if (!isObject(value)) return value
  const copy: PlainObject = {}
  const isData = isBelowStaticData(path)
  for (const [key, item] of Object.entries(value)) setKey(copy, key, narrowIntegers(item, isData ? path : [...path.slice(-1), key]))
  return copy
}

function isKept(value: bigint, path: readonly string[]): boolean {
  return value >= MIN_INTEGER && value <= MAX_INTEGER && isBelowStaticData(path)
}

function isBelowStaticData([parent, key]: readonly string[]): boolean {
  return parent === 'static' && key === 'data'
}
