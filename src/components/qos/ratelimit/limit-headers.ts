// What clients are told of their limits: the RateLimit fields of two drafts of the IETF, and when to come back. Knows no requests.

import type { HeaderMap } from '../../../engine/headers.ts'
import { type BucketRule, fillNs, refillNs, tokensLeft, waitNs } from './bucket.ts'

/** `draft-6`: three fields with a number each, of one limit. `draft-10`: structured fields with a member for each limit. */
export type HeaderFormat = 'draft-6' | 'draft-10'

/** Writes what a limit has left. Its rule's registers hold the state of the bucket that was just asked. */
export type Tell = (headers: HeaderMap, nowNs: number, isTaken: boolean) => void

/** The limit of an endpoint, as the limit of its clients shows it when it refuses. */
export interface ShownBucket {
  readonly rule: BucketRule
  /** Loads the rule's registers. */
  look(): void
}

/** Both limits of an endpoint; null for one that it does not have. */
export interface ShownLimits {
  readonly client: BucketRule | null
  readonly endpoint: ShownBucket | null
}

const SECOND_NS = 1e9
/** Structured fields have no larger integers (RFC 9651 3.3.1). */
const MAX_INTEGER = 999_999_999_999_999

/** How the limit of clients, and that of all of them together, tell what is left. */
export function compileTells(format: HeaderFormat, limits: ShownLimits): { readonly client: Tell; readonly endpoint: Tell } {
  return format === 'draft-6' ? compileDraft6(limits) : compileDraft10(limits)
}

/** The client's own limit says more to him than that of the endpoint. */
function compileDraft6({ client, endpoint }: ShownLimits): { client: Tell; endpoint: Tell } {
  const shown = client ?? endpoint?.rule ?? null
  const write = (headers: HeaderMap, rule: BucketRule, nowNs: number): void => {
    headers.set('Ratelimit-Limit', integer(rule.capacity))
    headers.set('Ratelimit-Remaining', integer(tokensLeft(rule, nowNs)))
    headers.set('Ratelimit-Reset', seconds(fillNs(rule, nowNs)))
  }
  const compile = (rule: BucketRule | null): Tell =>
    function tell(headers, nowNs, isTaken) {
      if (rule === null) return
      if (rule === shown) write(headers, rule, nowNs)
      if (!isTaken) retryAfter(headers, rule, nowNs)
    }
  return { client: compile(client), endpoint: compile(endpoint?.rule ?? null) }
}

function compileDraft10({ client, endpoint }: ShownLimits): { client: Tell; endpoint: Tell } {
  const policies = [policy('client', client), policy('endpoint', endpoint?.rule ?? null)].filter((text) => text !== '').join(', ')
  const ofEndpoint = (nowNs: number): string => (endpoint === null ? '' : member('endpoint', endpoint.rule, nowNs))
  return {
    client(headers, nowNs, isTaken) {
      if (client === null) return
      headers.set('Ratelimit-Policy', policies)
      const own = member('client', client, nowNs)
      if (isTaken || endpoint === null) headers.set('Ratelimit', own)
      else {
        // The endpoint's limit is not asked by whoever has had his share.
        endpoint.look()
        headers.set('Ratelimit', `${own}, ${ofEndpoint(nowNs)}`)
      }
      if (!isTaken) retryAfter(headers, client, nowNs)
    },
    endpoint(headers, nowNs, isTaken) {
      if (endpoint === null) return
      headers.set('Ratelimit-Policy', policies)
      const outer = client === null ? undefined : headers.get('Ratelimit')
      headers.set('Ratelimit', outer === undefined ? ofEndpoint(nowNs) : `${outer}, ${ofEndpoint(nowNs)}`)
      if (!isTaken) retryAfter(headers, endpoint.rule, nowNs)
    },
  }
}

function policy(name: string, rule: BucketRule | null): string {
  return rule === null ? '' : `"${name}";q=${integer(rule.capacity)};w=${seconds(Math.max(SECOND_NS, refillNs(rule)))}`
}

function member(name: string, rule: BucketRule, nowNs: number): string {
  return `"${name}";r=${integer(tokensLeft(rule, nowNs))};t=${seconds(fillNs(rule, nowNs))}`
}

/** A client that comes back at once is refused again, so it is a second at least. */
function retryAfter(headers: HeaderMap, rule: BucketRule, nowNs: number): void {
  headers.set('Retry-After', seconds(Math.max(SECOND_NS, waitNs(rule, nowNs))))
}

function seconds(ns: number): string {
  return integer(Math.ceil(ns / SECOND_NS))
}

function integer(value: number): string {
  return String(Math.min(MAX_INTEGER, value))
}
