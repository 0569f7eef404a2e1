// A backend's `input_headers`: which of the forwarded headers, the gateway's own included, it gets.

import { step } from '../compile/component.ts'
import { canonicalName } from '../headers.ts'
import type { Layer, Pipe } from '../types.ts'

export const headers = step({
  stage: 'backend',
  name: 'input_headers',
  writesCall: true,
  // A request that is built piece by piece is filtered before: what is built in passes.
  build: (site) => (site.has('_gw/request') ? null : headerFilter(site.backend?.inputHeaders ?? [])),
})

/** Null for an empty list, which filters nothing; `*` is no wildcard here. */
export function headerFilter(names: readonly string[]): Layer<Pipe> | null {
  if (names.length === 0) return null
  const wanted = new Set(names.map(canonicalName))
  return (next) =>
    function filterHeaders(request, scope) {
      const headers = request.headers.copy()
      headers.deleteWhere((name) => !wanted.has(name))
      return next({ ...request, headers }, scope)
    }
}
