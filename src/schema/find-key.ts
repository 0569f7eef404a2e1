// Small things that finding a place in a file takes, whatever its format. Knows no parser.

import type { Position, Source } from './issue.ts'

/** Line and column of an offset in UTF-16 units. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset)
  return { line: before.split('\n').length, column: offset - before.lastIndexOf('\n') }
}

/** Whether a key of the file is meant by a step of a path: itself, in another case, or by an older name. */
export function findKey<T>(keys: ReadonlyMap<string, T>, step: string, source: Source): T | undefined {
  const exact = keys.get(step)
  if (exact !== undefined) return exact
  const names = new Set([step, ...source.synonymsOf(step)].map((name) => name.toLowerCase()))
  for (const [key, value] of keys) if (names.has(key.toLowerCase())) return value
  return undefined
}
