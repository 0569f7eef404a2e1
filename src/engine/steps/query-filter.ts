// A backend's `input_query_strings`: which of the forwarded query strings it gets.

import { step } from '../compile/component.ts'
import type { Layer, Pipe } from '../types.ts'

export const queryStrings = step({
  stage: 'backend',
  name: 'input_query_strings',
  build: ({ backend }) => queryFilter(backend?.inputQueryStrings ?? []),
})

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
