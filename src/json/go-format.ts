// Go's `%v` of JSON values whose numbers kept their texts.

import { formatPlain } from '../go/format-plain.ts'
import { formatNumber } from '../go/number.ts'
import { JsonNumber, type JsonValue, TypedNumber } from './types.ts'

/** `<nil>`, `[a b]`, `map[a:1 b:2]` with sorted keys; numbers of backends as they were written (compat: json.Number). */
export function formatValue(root: JsonValue): string {
  return formatPlain(root, formatLeaf)
}

function formatLeaf(value: number | object): string | null {
  if (typeof value === 'number') return String(value)
  if (value instanceof TypedNumber && value.type === 'float64') return formatNumber(Number(value.text))
  return value instanceof JsonNumber ? value.text : null
}
