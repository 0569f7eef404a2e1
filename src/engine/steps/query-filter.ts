// A backend's `input_query_strings`: which of the forwarded query strings it gets.

import { step } from '../compile/component.ts'
import { filterRawQuery, rawTextOf } from '../raw-query.ts'
import { keepsQuery } from '../routing/patterns/route-block.ts'
import type { Layer, Pipe, Query } from '../types.ts'

export const queryStrings = step({
  stage: 'backend',
  name: 'input_query_strings',
  writesCall: true,
  build: ({ backend, endpoint }) => queryFilter(backend?.inputQueryStrings ?? [], endpoint !== null && keepsQuery(endpoint)),
})

/** Null for an empty list, which filters nothing; `*` is no wildcard here. */
export function queryFilter(names: readonly string[], keepsBytes = false): Layer<Pipe> | null {
  if (names.length === 0) return null
  const wanted = new Set(names)
  if (keepsBytes) return (next) => (request, scope) => next({ ...request, query: filterQueryBytes(request.query, wanted) }, scope)
  return (next) =>
    function filterQuery(request, scope) {
      return next({ ...request, query: filterPairs(request.query, wanted) }, scope)
    }
}

function filterPairs(query: Query, wanted: ReadonlySet<string>): Query {
  return new Map([...query].filter(([name]) => wanted.has(name)))
}

function filterQueryBytes(query: Query, wanted: ReadonlySet<string>): Query {
  const raw = rawTextOf(query)
  return raw === null ? filterPairs(query, wanted) : filterRawQuery(raw, (name) => wanted.has(name))
}
