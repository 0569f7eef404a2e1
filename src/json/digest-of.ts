// Names for options in memory that workers and configurations share: the same for the same options, and nothing of a secret can be read in them.

import { createHash } from 'node:crypto'

export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, plainly)).digest('base64url')
}

/** For JSON.stringify: what it has no words for. */
export function plainly(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  return value instanceof Map ? [...value] : value
}
