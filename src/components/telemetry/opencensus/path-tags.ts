// What the path of a request is called in metrics: patterns keep the number of series small.

import type { PathAggregation } from './options.ts'

/** Gives the value for a real, decoded path. */
export type PathTag = (path: string) => string

const ENDPOINT_PARAM = /:([^/]+)/g
const BACKEND_PARAM = /\{\{\.(.*?)\}\}/g

/** `pattern` is the endpoint's as the router has it: `/a/:id`. */
export function endpointPathTag(pattern: string, mode: PathAggregation): PathTag {
  return pathTag(pattern, mode, ':', ENDPOINT_PARAM)
}

/** `pattern` is the `url_pattern`: `/b/{{.Id}}`. */
export function backendPathTag(pattern: string, mode: PathAggregation): PathTag {
  return pathTag(pattern, mode, '{{.', BACKEND_PARAM)
}

/** compat: `lastparam` where the last segment is no parameter is `pattern`, and whatever is written otherwise, too. */
function pathTag(pattern: string, mode: PathAggregation, prefix: string, params: RegExp): PathTag {
  const last = pattern.slice(pattern.lastIndexOf('/') + 1)
  const named = (path: string): string => path.replace(params, '{$1}').toLowerCase()
  if (mode === 'off') return (path) => path
  if (mode === 'lastparam' && last.startsWith(prefix)) return (path) => named(path.slice(0, path.lastIndexOf('/') + 1) + last)
  const fixed = named(pattern)
  return () => fixed
}
