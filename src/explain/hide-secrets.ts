// Keeps what `_gw/secrets` resolves out of what is shown of a configuration and of its requests.

import type { Secrets } from '../config/types.ts'
import { maskerOf, showReferences } from '../engine/secrets.ts'
import { isObject } from '../json/types.ts'

/**
 * The same data with references in all texts. Before it is written as text: what is cut or escaped is not found any more.
 * A text that has a secret in another form (encoded in a URL) has `***` in its place.
 */
export function withReferences<T>(data: T, secrets: Secrets): T {
  if (secrets.values.length === 0) return data
  const mask = maskerOf(secrets)
  return mapTexts(data, (text) => {
    const shown = showReferences(text, secrets)
    return shown === text ? (mask?.(text) ?? text) : shown
  }) as T
}

/** The same data with `***` for every secret: of what happened, where references would say nothing. */
export function withoutSecrets<T>(data: T, secrets: Secrets): T {
  const mask = maskerOf(secrets)
  return mask === null ? data : (mapTexts(data, mask) as T)
}

/** Lists and plain objects are made anew, their keys stay. */
function mapTexts(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value)
  if (Array.isArray(value)) return value.map((item) => mapTexts(item, change))
  if (!isObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapTexts(item, change)]))
}
