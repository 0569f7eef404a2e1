// What the versions of KrakenD limit differently.

import { perDialect } from '../../../config/dialect.ts'
import { type BucketRule, RefillWhenEmpty, SteadyRefill } from './bucket.ts'
import {
  type BackendOptions,
  type EndpointLimits,
  type EndpointOptions,
  type Limit,
  readBackendLimit,
  readEndpointLimits,
  readLegacyBackendLimit,
  readLegacyEndpointLimits,
} from './limits.ts'

interface LimitQuirks {
  /** `every` counts, and a missing capacity is derived from the rate. */
  readonly readsEvery: boolean
  /** Clients can be told apart by a parameter of the URL. */
  readonly countsParams: boolean
  /** Whether the client's address follows trusted proxies, and may be chosen by clients as long as none are named. */
  readonly warnsOfTrust: boolean
  readonly readEndpointLimits: (options: EndpointOptions) => EndpointLimits
  readonly readBackendLimit: (options: BackendOptions) => Limit | null
  readonly makeRule: (limit: Limit) => BucketRule
}

const VERSION_3: LimitQuirks = {
  readsEvery: true,
  countsParams: true,
  warnsOfTrust: true,
  readEndpointLimits,
  readBackendLimit,
  makeRule: ({ ratePerSecond, capacity }) => new RefillWhenEmpty(ratePerSecond, capacity),
}

export const LIMIT_QUIRKS = perDialect(VERSION_3, {
  2: {
    readsEvery: false,
    countsParams: false,
    warnsOfTrust: false,
    readEndpointLimits: readLegacyEndpointLimits,
    readBackendLimit: readLegacyBackendLimit,
    makeRule: ({ ratePerSecond, capacity }) => new SteadyRefill(ratePerSecond, capacity),
  },
})
