// The dot notation of KrakenD 3 for claims (krakend/dotnotation): members, places in lists, and `*` for all of them.

import { isObject } from '../../../../json/types.ts'
import type { ClaimReader } from './claims.ts'
import { memberOf } from './strict-json.ts'

const PLACE = /^\d+$/

/**
 * `tenants.1.roles`, `tenants.*.role`: the claim at a path, undefined unless the path leads to exactly one value.
 * A number is a place in a list, or a member of that name. Null for a path with an empty part.
 */
export function dottedClaim(path: string): ClaimReader | null {
  const parts = path.split('.')
  if (parts.includes('')) return null
  return function readDotted(claims) {
    let found: unknown[] = [claims]
    for (const part of parts) found = found.flatMap((value) => stepInto(value, part))
    return found.length === 1 ? found[0] : undefined
  }
}

function stepInto(value: unknown, part: string): readonly unknown[] {
  if (Array.isArray(value)) {
    if (part === '*') return value
    return PLACE.test(part) && Number(part) < value.length ? [value[Number(part)]] : []
  }
  if (!isObject(value)) return []
  if (part === '*') return Object.values(value)
  const member = memberOf(value, part)
  return member === undefined ? [] : [member]
}
