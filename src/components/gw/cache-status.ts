// The field `Cache-Status` (RFC 9211): a member of the endpoint's cache and of each backend's, written and read. Knows no cache.

import type { HeaderMap, ReadonlyHeaders } from '../../engine/headers.ts'

export const CACHE_STATUS = 'Cache-Status'
const MEMBER = /^krakend-ts(?:-b(\d+))?; (fwd=)?([a-z]+)(; detail=stale)?/

/** What a cache did. */
export interface CacheStatus {
  /** Whose cache it is, by the place in the file; null for the endpoint's. */
  readonly backend: number | null
  readonly word: string
  /** Whether somebody was asked. */
  readonly isForwarded: boolean
}

/** `backend`: null for the endpoint's own; `status`: `hit; ttl=42`, `fwd=miss; stored`. */
export function formatCacheStatus(backend: number | null, status: string): string {
  return `krakend-ts${backend === null ? '' : `-b${backend}`}; ${status}`
}

/** `hit`, `miss`, `stale`, `bypass`, of each cache that has told; members of others are left out. */
export function cacheStatuses(headers: ReadonlyHeaders): CacheStatus[] {
  return headers
    .values(CACHE_STATUS)
    .map(parseMember)
    .filter((status) => status !== null)
}

function parseMember(text: string): CacheStatus | null {
  const [, backend, forwarded, word, stale] = MEMBER.exec(text) ?? []
  if (word === undefined) return null
  return {
    backend: backend === undefined ? null : Number(backend),
    word: stale === undefined ? word : 'stale',
    isForwarded: forwarded !== undefined,
  }
}

/** One member for each backend, however often a loop calls it: an answer that was asked for says more than one that was kept. */
export function tellBackendCache(headers: HeaderMap, backend: number, status: string): void {
  const member = formatCacheStatus(backend, status)
  const others = headers.values(CACHE_STATUS)
  const at = others.findIndex((other) => parseMember(other)?.backend === backend)
  if (at >= 0) {
    if (parseMember(member)?.isForwarded !== true || parseMember(others[at] as string)?.isForwarded === true) return
    headers.delete(CACHE_STATUS)
    for (const other of others.toSpliced(at, 1)) headers.add(CACHE_STATUS, other)
  }
  headers.add(CACHE_STATUS, member)
}
