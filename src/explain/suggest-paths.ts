// Endpoints that may have been meant by a path that none has.

import type { GatewayConfig } from '../config/types.ts'
import { suggest } from '../schema/suggest.ts'
import { readRoute } from './list-routes.ts'

const MAX_LISTED = 10

/** `: did you mean /users/{id}?`, or the endpoints of a small file, as the end of a sentence. */
export function suggestPaths({ endpoints }: GatewayConfig, path: string): string {
  const paths = [...new Set(endpoints.map((endpoint) => readRoute(endpoint).path))]
  const meant = suggest(path, paths)
  if (meant !== null) return `: did you mean ${meant}?`
  const listed = paths.slice(0, MAX_LISTED).join(', ')
  return paths.length === 0 ? ': the file has none' : `: there are ${listed}${paths.length > MAX_LISTED ? ', …' : ''}`
}
