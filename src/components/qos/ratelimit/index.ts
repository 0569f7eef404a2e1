// Components `qos/ratelimit/router`, `qos/ratelimit/proxy` and `_gw/ratelimit-headers`: how many requests an endpoint, each of
// its clients and a backend get. Knows nothing of sockets and of who else limits.

import { randomInt } from 'node:crypto'
import { Type } from '../../../schema/type.ts'
import { component, type Logger, type Site } from '../../../engine/compile/component.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { sharedLock } from '../shared-lock.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import type { BucketRule } from './bucket.ts'
import { checkBackendLimit, checkEndpointLimit, checkHeaders } from './check-options.ts'
import { ClientTable, DEFAULT_SIZE } from './client-table.ts'
import { findClientId, type ClientId } from './client-id.ts'
import { KeyHasher } from './key-hash.ts'
import { compileTells, type Tell } from './limit-headers.ts'
import { LIMIT_QUIRKS } from './limit-quirks.ts'
import type { Limit } from './limits.ts'
import { SharedBucket } from './shared-bucket.ts'

// compat: KrakenD's spelling, read by clients and matched in logs.
const CLIENT_LIMITED = new GatewayError('rate limit exceded', { code: 'ERR_CLIENT_RATE_LIMIT', statusCode: 429, source: 'client' })
const ENDPOINT_LIMITED = new GatewayError('rate limit exceded', { code: 'ERR_ENDPOINT_RATE_LIMIT', statusCode: 503 })
const BACKEND_LIMITED = new GatewayError('rate limit exceded', { code: 'ERR_BACKEND_RATE_LIMIT' })

const routerOptions = Type.Object({
  max_rate: Type.Number({ default: 0, description: 'Requests that all clients together may make per `every`; 0: no limit.' }),
  capacity: Type.Integer({ default: 0, description: 'Size of the burst; 0: what one second brings, at least 1.' }),
  client_max_rate: Type.Number({ default: 0, description: 'Requests that each client may make per `every`; 0: no limit.' }),
  client_capacity: Type.Integer({
    default: 0,
    description: 'Size of the burst of each client; set it, what 0 means is surprising (see quirks).',
  }),
  strategy: Type.String({ default: '', description: 'What tells clients apart: `ip`, `header` or `param`, in any case.' }),
  key: Type.String({ default: '', description: 'Name of the header or parameter; with `ip` a header that holds the address.' }),
  every: Type.String({ default: '1s', description: 'The time that rates are counted over, such as `1m`; one second at least.' }),
  num_shards: Type.Integer({ default: 2048, description: 'Accepted, without effect.' }),
  cleanup_period: Type.String({ default: '1m', description: 'Accepted, without effect: expired clients are dropped as room is needed.' }),
  cleanup_threads: Type.Integer({ default: 1, description: 'Accepted, without effect.' }),
})

const headerOptions = Type.Union(
  [
    Type.Literal(true),
    Type.Object({
      format: Type.Enum(['draft-6', 'draft-10'], {
        default: 'draft-6',
        description:
          '`draft-6`: `RateLimit-Limit`, `RateLimit-Remaining`, `RateLimit-Reset` of the client’s limit, else of the endpoint’s; `draft-10`: `RateLimit-Policy` and `RateLimit` of both.',
      }),
    }),
  ],
  { description: 'Whether answers tell clients their limit and what is left of it, refusals `Retry-After` as well: `true`, or how.' },
)

function explainInvalid(label: string): string {
  return `${label}[Ratelimit] wrong extra config`
}

/** Limits an endpoint as a whole (503) and each of its clients (429); the client's limit is asked first. */
export const endpointRateLimit = component({
  stage: 'endpoint',
  namespace: 'qos/ratelimit/router',
  options: routerOptions,
  explainInvalid,
  restricting: true,
  check: checkEndpointLimit,
  extras: { namespace: '_gw/ratelimit-headers', options: headerOptions, check: checkHeaders },
  build(options, site, extras) {
    const quirks = LIMIT_QUIRKS[site.config.dialect]
    const limits = quirks.readEndpointLimits(options)
    const clientId =
      limits.client === null ? null : findClientId(options.strategy, options.key, canonicalName(options.key), quirks.countsParams)
    if (limits.client !== null && clientId === null) site.log.warning(`${site.label}[Ratelimit] Unknown strategy ${options.strategy}`)
    const rule = limits.client === null || clientId === null ? null : quirks.makeRule(limits.client)
    const bucket = limits.endpoint === null ? null : openBucket(site, 'endpoint', quirks.makeRule(limits.endpoint))
    const given = extras ?? null
    const format = given === true ? 'draft-6' : (given?.format ?? null)
    const tells = format === null ? null : compileTells(format, { client: rule, endpoint: bucket })
    const layers: Layer<Handler>[] = []
    if (limits.client !== null && clientId !== null && rule !== null) {
      logEnabled(site, `Strategy: ${options.strategy} (key: ${options.key}), `, limits.client)
      layers.push(limitClients(site, rule, clientId, limits.clientTtlS, tells?.client ?? null))
    }
    if (limits.endpoint !== null && bucket !== null) {
      logEnabled(site, '', limits.endpoint)
      layers.push(limitEndpoint(site, bucket, tells?.endpoint ?? null))
    }
    return layers.length === 0 ? null : (next) => layers.reduceRight((inner, layer) => layer(inner), next)
  },
})

/** Limits the calls to one backend: what exceeds is an error of that backend. */
export const backendRateLimit = component({
  stage: 'backend',
  namespace: 'qos/ratelimit/proxy',
  options: Type.Object({
    max_rate: Type.Number({ default: 0, description: 'Calls per `every`; 0: no limit.' }),
    capacity: Type.Integer({ default: 0, description: 'Size of the burst; 0: what one second brings, at least 1.' }),
    every: Type.String({ default: '1s', description: 'The time that the rate is counted over, also less than a second.' }),
  }),
  explainInvalid,
  restricting: true,
  check: checkBackendLimit,
  build(options, site) {
    const quirks = LIMIT_QUIRKS[site.config.dialect]
    const limit = quirks.readBackendLimit(options)
    if (limit === null) return null
    if (!quirks.readsEvery && options.capacity <= 0)
      site.log.warning(`${site.label}[Ratelimit] no capacity given, ${limit.capacity} is assumed`)
    site.log.debug(`${site.label}[Ratelimit] Enabling the rate limiter`)
    const readNs = nanosecondsOf(site)
    const bucket = openBucket(site, 'backend', quirks.makeRule(limit))
    return (next) =>
      function backendRateLimit(request, scope) {
        return bucket.take(readNs()) ? next(request, scope) : Promise.reject(BACKEND_LIMITED)
      }
  },
})

function limitEndpoint(site: Site, bucket: SharedBucket, tell: Tell | null): Layer<Handler> {
  const readNs = nanosecondsOf(site)
  return (next) => {
    function endpointRateLimit(exchange: Exchange): void | Promise<void> {
      if (!bucket.take(readNs())) throw ENDPOINT_LIMITED
      return next(exchange)
    }
    if (tell === null) return endpointRateLimit
    return function tellingEndpointRateLimit(exchange) {
      const nowNs = readNs()
      const isTaken = bucket.take(nowNs)
      tell(exchange.responseHeaders, nowNs, isTaken)
      if (!isTaken) throw ENDPOINT_LIMITED
      return next(exchange)
    }
  }
}

function limitClients(site: Site, rule: BucketRule, clientId: ClientId, ttlS: number, tell: Tell | null): Layer<Handler> {
  const { table, hasher } = openTable(site)
  const own = hasher.derive(site.id)
  const readNs = nanosecondsOf(site)
  return (next) =>
    function clientRateLimit(exchange) {
      const id = clientId(exchange)
      // security: whoever cannot be told apart gets nothing, or the limit could be avoided by leaving the header out.
      if (id === '') throw CLIENT_LIMITED
      own.hash(id)
      const nowNs = readNs()
      const isTaken = table.take(own.hi, own.lo, rule, nowNs, ttlS)
      if (tell !== null) tell(exchange.responseHeaders, nowNs, isTaken)
      if (!isTaken) throw CLIENT_LIMITED
      return next(exchange)
    }
}

function openBucket(site: Site, kind: string, rule: BucketRule): SharedBucket {
  return new SharedBucket(site.shared.buffer(`ratelimit/${kind} ${site.id}`, SharedBucket.BYTES), rule, nanosecondsOf(site)(), sharedLock)
}

interface OpenTable {
  readonly table: ClientTable
  readonly hasher: KeyHasher
}

const FULL_CHECK_MS = 60_000

/** One table for the clients of all endpoints, so that the bound holds for the gateway and not for each endpoint. */
function openTable(site: Site): OpenTable {
  return site.once('ratelimit/clients', () => {
    const memory = site.shared.buffer('ratelimit/clients', ClientTable.byteLength(DEFAULT_SIZE))
    const table = new ClientTable(memory, DEFAULT_SIZE, sharedLock)
    const [k0, k1] = table.hashKey(() => [randomInt(2 ** 32), randomInt(2 ** 32)])
    watchTable(site, table)
    return { table, hasher: new KeyHasher(k0, k1) }
  })
}

/** security: a full table must not weaken the limit in silence. */
function watchTable(site: Site, table: ClientTable): void {
  site.pool.share('ratelimit/clients', () => setInterval(makeReport(site.log, table), FULL_CHECK_MS).unref(), clearInterval)
}

function makeReport(log: Logger, table: ClientTable): () => void {
  let reported = 0
  return function reportForgotten() {
    const { forgotten } = table
    if (forgotten === reported) return
    log.warning(`[Ratelimit] too many clients: ${forgotten - reported} that were seen least recently started anew`)
    reported = forgotten
  }
}

/** The time that all workers agree on. */
function nanosecondsOf({ clock }: Site): () => number {
  return () => clock.steady() * 1e6
}

function logEnabled(site: Site, strategy: string, { ratePerSecond, capacity }: Limit): void {
  site.log.debug(`${site.label}[Ratelimit] Rate limit enabled. ${strategy}MaxRate: ${ratePerSecond.toFixed(6)}, Capacity: ${capacity}`)
}
