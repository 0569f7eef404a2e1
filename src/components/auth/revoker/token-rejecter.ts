// Looks claims up in the filter. Knows nothing of how claims came here.

import type { RotatingFilter } from './rotating-filter.ts'

/** True for claims of which one is in the filter: texts at the top level only, in the order of the keys. */
export function compileRejecter(keys: readonly string[], filter: RotatingFilter): (claims: Readonly<Record<string, unknown>>) => boolean {
  return function isRevoked(claims) {
    for (const key of keys) {
      const value = claims[key]
      if (typeof value === 'string' && filter.has(Buffer.from(`${key}-${value}`))) return true
    }
    return false
  }
}
