// How the lines begin that say what is built.

import type { Quirks } from '../../config/dialect.ts'
import type { Site } from './site.ts'

/** `[ENDPOINT: /x]`. compat: KrakenD 3 names methods in these lines, and in no others: `[BACKEND: GET /x -> GET /b]`. */
export function buildLabel(
  { label, endpoint, backend }: Pick<Site, 'label' | 'endpoint' | 'backend'>,
  { namesBuiltMethods }: Pick<Quirks, 'namesBuiltMethods'>,
): string {
  if (!namesBuiltMethods || endpoint === null) return label
  const own = `${endpoint.method} ${endpoint.path}`
  return backend === null ? `[ENDPOINT: ${own}]` : `[BACKEND: ${own} -> ${backend.method} ${backend.urlPattern}]`
}
