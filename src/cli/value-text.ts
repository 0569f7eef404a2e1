// A value of a configuration as people read it in a line.

import { formatDuration } from '../go/duration.ts'
import { formatPlain } from '../go/format-plain.ts'
import { isObject } from '../json/types.ts'
import { shorten } from './table.ts'

/** In a millisecond. */
const NANOSECONDS = 1e6

/** Milliseconds in Go's notation: `1m30s`, `1.5ms`. */
export function formatMs(ms: number): string {
  return formatDuration(BigInt(Math.round(ms * NANOSECONDS)))
}

/** Durations (`{ ms }`) in Go's notation, lists as `[a b]`, what is nested as JSON; long ones are cut. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–'
  if (isObject(value) && typeof value['ms'] === 'number' && Object.keys(value).length === 1)
    return value['ms'] === Infinity ? 'no limit' : formatMs(value['ms'])
  if (value === '') return '""'
  if (Array.isArray(value) && value.some((item) => isObject(item) || Array.isArray(item))) return shorten(JSON.stringify(value))
  return shorten(value === Infinity ? 'no limit' : formatPlain(value))
}
