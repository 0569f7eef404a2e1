// Anything becomes a number, as the cast library does: what cannot be read counts as 0.

import { formatValue, textOf } from '../../format-value.ts'
import { MIN_INT64, parseFloat64, parseInt64 } from '../../number.ts'
import { decodeText } from '../../text.ts'
import { GoInt, GoObject, GoSlice, type GoValue } from '../../value.ts'

export function toInt64(value: GoValue): bigint {
  if (value instanceof GoInt) return value.type === 'time.Duration' ? 0n : BigInt.asIntN(64, value.value)
  if (typeof value === 'number') return truncate(value)
  if (typeof value === 'boolean') return value ? 1n : 0n
  return typeof value === 'string' ? (parseInt64(withoutZeroDecimals(value), 0) ?? 0n) : 0n
}

/** compat: what does not fit is the smallest number, as on Go's usual machines. */
function truncate(value: number): bigint {
  if (!(Math.abs(value) < 2 ** 63)) return MIN_INT64
  return BigInt(Math.trunc(value))
}

/** `5.00` counts as `5`. */
function withoutZeroDecimals(text: string): string {
  return text.replace(/\.0+$/, '')
}

export function toFloat64(value: GoValue): number {
  if (typeof value === 'number') return value
  if (value instanceof GoInt) return value.type === 'time.Duration' ? 0 : Number(value.value)
  if (typeof value === 'boolean') return value ? 1 : 0
  return typeof value === 'string' ? (parseFloat64(value) ?? 0) : 0
}

/** sprig's text of anything. */
export function toText(value: GoValue): string {
  if (typeof value === 'string') return value
  if (value instanceof GoSlice && value.element === 'uint8') {
    return decodeText(Uint8Array.from(value.items, (item) => Number((item as GoInt).value)))
  }
  if (value instanceof GoInt || value instanceof GoObject) return textOf(value) ?? formatValue(value)
  return formatValue(value)
}

/** The texts of a list without its nils; anything else is a list of itself. */
export function toTexts(value: GoValue): string[] {
  if (value instanceof GoSlice) return value.items.filter((item) => item !== null && item !== undefined).map(toText)
  return value === null || value === undefined ? [] : [toText(value)]
}
