// The one field of HTTP/1.0 that still counts, put into today's words. Knows nothing of caches.

import type { HeaderMap } from '../engine/headers.ts'

/**
 * `Pragma: no-cache` without `Cache-Control` is `Cache-Control: no-cache` (RFC 9111, 5.4), for whoever comes after: backends, caches, clients.
 * compat: as Go's server and client read it: the first line, in lower case, exactly.
 */
export function readPragma(headers: HeaderMap): HeaderMap {
  if (headers.get('Pragma') === 'no-cache' && !headers.has('Cache-Control')) headers.add('Cache-Control', 'no-cache')
  return headers
}
