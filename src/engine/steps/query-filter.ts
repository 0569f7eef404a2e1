// A backend's `input_query_strings`: which of the forwarded query strings it gets.

import type { Layer, Pipe } from '../types.ts'

/** Null for an empty list, which filters nothing; `*` is no wildcard here. */
export function queryFilter(names: readonly string[]): Layer<Pipe> | null {
  if (names.length === 0) return null
  const wanted = new Set(names)
  return (next) =>
    function filterQuery(request, scope) {
      const query = new Map([...request.query].filter(([name]) => wanted.has(name)))
      return next({ ...request, query }, scope)
    }
}
