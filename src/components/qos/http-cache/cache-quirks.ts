// What the versions of KrakenD cache differently.

import { perDialect } from '../../../config/dialect.ts'

interface CacheQuirks {
  /** Answers of a backend that needs a token of `auth/client-credentials` are cached. */
  readonly cachesWithToken: boolean
  /** `max_size` and `max_items` count. */
  readonly hasLimits: boolean
  /** Backends that do not share a cache have one each. */
  readonly separates: boolean
  /** What comes from the cache says so. */
  readonly marksCached: boolean
}

const VERSION_3: CacheQuirks = { cachesWithToken: true, hasLimits: true, separates: true, marksCached: false }

export const CACHE_QUIRKS = perDialect(VERSION_3, {
  2: { cachesWithToken: false, hasLimits: false, separates: false, marksCached: true },
})
