// A value of a configuration as people read it in a line.

import { isObject } from '../schema/values.ts'
import { formatDuration, formatValue } from './go-text.ts'
import { shorten } from './table.ts'

/** Durations (`{ ms }`) in Go's notation, lists as `[a b]`, what is nested as JSON; long ones are cut. */
export function valueText(value: unknown): string {
  if (value === undefined) return '–'
  if (isObject(value) && typeof value['ms'] === 'number' && Object.keys(value).length === 1)
    return value['ms'] === Infinity ? 'no limit' : formatDuration(value['ms'])
  if (value === '') return '""'
  if (Array.isArray(value) && value.some((item) => isObject(item) || Array.isArray(item))) return shorten(JSON.stringify(value))
  return shorten(value === Infinity ? 'no limit' : formatValue(value))
}
