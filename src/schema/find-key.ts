// Which key of a file a step of a path means, whatever the format. Knows no parser.

import type { Source } from './issue.ts'

/** Whether a key of the file is meant by a step of a path: itself, in another case, or by an older name. */
export function findKey<T>(keys: ReadonlyMap<string, T>, step: string, source: Source): T | undefined {
  const exact = keys.get(step)
  if (exact !== undefined) return exact
  const names = new Set([step, ...source.synonymsOf(step)].map((name) => name.toLowerCase()))
  for (const [key, value] of keys) if (names.has(key.toLowerCase())) return value
  return undefined
}
