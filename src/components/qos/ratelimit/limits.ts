// From options to numbers: rates, capacities and times as KrakenD derives them. Knows no requests.

import { parseDuration } from '../../../go/duration.ts'

export interface Limit {
  readonly ratePerSecond: number
  /** May be 0: such a bucket holds one token but starts empty. */
  readonly capacity: number
}

export interface EndpointOptions {
  readonly max_rate: number
  readonly capacity: number
  readonly client_max_rate: number
  readonly client_capacity: number
  readonly every: string
}

export interface EndpointLimits {
  readonly endpoint: Limit | null
  readonly client: Limit | null
  /** A client that was not seen for so long starts anew. */
  readonly clientTtlS: number
}

export const SECOND_NS = 1e9
const CLIENT_TTL_NS = 600e9
/** More tokens than any bucket will lose, and still exact in 32 bits. */
const MAX_CAPACITY = 2 ** 32 - 1

/** KrakenD 2.x: rates are per `every` (one second at least), capacities are derived from the rates per second. */
export function readEndpointLimits(options: EndpointOptions): EndpointLimits {
  const everyNs = Math.max(SECOND_NS, readEveryNs(options.every))
  const rate = options.max_rate * (SECOND_NS / everyNs)
  const clientRate = options.client_max_rate * (SECOND_NS / everyNs)
  // compat: KrakenD tests the endpoint's rate here, so that a client limit alone has a burst of one.
  const clientCapacity = rate < 1 ? 1 : Math.floor(clientRate)
  return {
    endpoint: rate > 0 ? { ratePerSecond: rate, capacity: choose(options.capacity, deriveCapacity(rate)) } : null,
    client: clientRate > 0 ? { ratePerSecond: clientRate, capacity: choose(options.client_capacity, clientCapacity) } : null,
    clientTtlS: Math.ceil((everyNs > CLIENT_TTL_NS ? everyNs * 1.25 : CLIENT_TTL_NS) / SECOND_NS),
  }
}

/** KrakenD 1.x: whole numbers per second, which are the capacities as well. */
export function readLegacyEndpointLimits(options: EndpointOptions): EndpointLimits {
  const rate = Math.trunc(options.max_rate)
  const clientRate = Math.trunc(options.client_max_rate)
  return {
    endpoint: rate > 0 ? { ratePerSecond: rate, capacity: bound(rate) } : null,
    client: clientRate > 0 ? { ratePerSecond: clientRate, capacity: bound(clientRate) } : null,
    clientTtlS: CLIENT_TTL_NS / SECOND_NS,
  }
}

export interface BackendOptions {
  readonly max_rate: number
  readonly capacity: number
  readonly every: string
}

/** KrakenD 2.x: any `every`, also less than a second; null when the limit is off. */
export function readBackendLimit(options: BackendOptions): Limit | null {
  const rate = options.max_rate > 0 ? options.max_rate * (SECOND_NS / readEveryNs(options.every)) : 0
  if (rate <= 0 || (rate === Infinity && options.capacity === 0)) return null
  return { ratePerSecond: rate, capacity: choose(options.capacity, deriveCapacity(rate)) }
}

/** KrakenD 1.x: per second, and a missing capacity counts as what a second brings. */
export function readLegacyBackendLimit(options: BackendOptions): Limit | null {
  if (options.max_rate <= 0) return null
  return { ratePerSecond: options.max_rate, capacity: choose(options.capacity, deriveCapacity(options.max_rate)) }
}

/** compat: an unreadable time counts as one second. */
function readEveryNs(every: string): number {
  const parsed = parseDuration(every)
  return typeof parsed === 'number' ? parsed : SECOND_NS
}

function deriveCapacity(ratePerSecond: number): number {
  return ratePerSecond < 1 ? 1 : Math.floor(ratePerSecond)
}

/** A negative size counts as none: what Go makes of it depends on the machine (on x86 a bucket without end). */
function choose(written: number, derived: number): number {
  return bound(written > 0 ? written : derived)
}

function bound(capacity: number): number {
  return Math.min(MAX_CAPACITY, capacity)
}
