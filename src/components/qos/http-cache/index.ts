// Component `qos/http-cache`: answers of backends are used again as their headers allow. Knows nothing of how they are fetched.

import { warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { component } from '../../../engine/compile/component.ts'
import { CACHE_QUIRKS } from './cache-quirks.ts'
import { cacheAround } from './cache-sender.ts'
import type { CachedAnswer } from './cached-answer.ts'
import { LruStore } from './lru-store.ts'

/** Bounds of a cache without limits of its own, in each worker: KrakenD has none there and grows until it is killed. */
const DEFAULT_MAX_BYTES = 256 * 2 ** 20
const DEFAULT_MAX_ITEMS = 100_000
const DEFAULT_MAX_VALUE_BYTES = 32 * 2 ** 20

const options = Type.Object({
  shared: Type.Boolean({ default: false, description: 'Whether all backends that say so use one cache.' }),
  max_size: Type.Integer({
    default: 0,
    description:
      'Bytes that the cache may hold; the least recently used answers go first, one of that size or more is not kept. Only together with `max_items`.',
  }),
  max_items: Type.Integer({ default: 0, description: 'Answers that the cache may hold; only together with `max_size`.' }),
})

type Store = LruStore<CachedAnswer>

interface Stores {
  /** Of all caches without limits, each with keys of its own. */
  readonly unlimited: Store
  /** Of all shared caches with limits. */
  shared: Store | null
}

/** A private HTTP cache in front of one backend (RFC 7234 with KrakenD's exceptions). */
export const httpCache = component({
  stage: 'transport',
  namespace: 'qos/http-cache',
  options,
  reading: 'struct',
  whenInvalid: 'default',
  check({ max_size, max_items }, { dialect, place }) {
    const method = place?.backend?.method ?? 'GET'
    const issues =
      method === 'GET' || method === 'HEAD'
        ? []
        : [warningIssue('useless-cache', [], `answers to ${method} are never kept: the cache does nothing`)]
    if (!CACHE_QUIRKS[dialect].hasLimits || max_size > 0 === max_items > 0) return issues
    return [...issues, warningIssue('invalid-option', [], '"max_size" and "max_items" limit the cache only together')]
  },
  build({ shared, max_size, max_items }, site) {
    const quirks = CACHE_QUIRKS[site.config.dialect]
    if (!quirks.cachesWithToken && site.has('auth/client-credentials')) return null
    // Stores of one configuration: a reload starts with empty caches, as its headers and rewrites may have changed.
    const stores = site.once('qos/http-cache', createStores)
    const isLimited = quirks.hasLimits && max_size > 0 && max_items > 0
    const store = isLimited ? limitedStore(stores, shared, max_size, max_items) : stores.unlimited
    const prefix = shared || !quirks.separates ? '' : `${site.id} `
    return (next) => cacheAround(next, site, { store, prefix, now: site.clock.now })
  },
})

function createStores(): Stores {
  const limits = { maxBytes: DEFAULT_MAX_BYTES, maxItems: DEFAULT_MAX_ITEMS, maxValueBytes: DEFAULT_MAX_VALUE_BYTES }
  return { unlimited: new LruStore(limits), shared: null }
}

/** compat: the shared one is sized by the first backend that asks for it. */
function limitedStore(stores: Stores, isShared: boolean, maxBytes: number, maxItems: number): Store {
  if (!isShared) return new LruStore({ maxBytes, maxItems, maxValueBytes: maxBytes })
  stores.shared ??= new LruStore({ maxBytes, maxItems, maxValueBytes: maxBytes })
  return stores.shared
}
