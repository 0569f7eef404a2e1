// What the caches of endpoints and of backends have in common: their store, how stale an answer may be, and what is cached at all.

import type { Site } from '../../../engine/compile/component.ts'
import type { ReadonlyHeaders } from '../../../engine/headers.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { AnswerCache } from './cache.ts'
import { openStore } from './limits.ts'
import type { Options } from './options.ts'
import type { CacheStore } from './store.ts'

/** What an entry takes beside its header fields and its body. */
export const ENTRY_BYTES = 512
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'QUERY'])

export function openCache<T>(site: Site, given: Options): { readonly store: CacheStore<T>; readonly cache: AnswerCache<T> } {
  const store = openStore<T>(site, given)
  const cache = new AnswerCache<T>(store, {
    staleWhileRevalidateMs: parseDurationMs(given.stale_while_revalidate) ?? 0,
    staleIfErrorMs: parseDurationMs(given.stale_if_error) ?? 0,
    coalesces: given.coalesce,
    readMs: site.clock.steady,
  })
  return { store, cache }
}

/** Whether a request may be answered from a cache, and its answer kept: part of an answer is nobody else's. */
export function isCacheable({ method, headers }: { readonly method: string; readonly headers: ReadonlyHeaders }): boolean {
  return METHODS.has(method) && !headers.has('Range')
}
