// Component `auth/revoker`: refuses tokens by claims that were revoked. Knows nothing of how tokens are verified.

import type { Static } from 'typebox'
import { ConfigError, service } from '../../../engine/compile/component.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { tokenRejecters } from '../../../engine/ports.ts'
import { errorIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { bitCount, hashCount } from './bloom-filter.ts'
import type { FilterParameters } from './bloom-filter.ts'
import { listenWhenFree } from './listen.ts'
import { createManagementServer } from './management.ts'
import { parseRedisUrl } from './redis-url.ts'
import { finish, nowMs, Revocations } from './revocations.ts'
import { RotatingFilter, sharedBytes } from './rotating-filter.ts'
import { createRpcServer } from './rpc-server.ts'
import { compileRejecter } from './token-rejecter.ts'

const NAMESPACE = 'auth/revoker'
const EXTRAS_NAMESPACE = '_gw/revoker'
const LABEL = '[SERVICE: Bloomfilter]'
/** Longer timers fire at once in Node. */
const MAX_TIMER_MS = 3_600_000

const options = Type.Object({
  N: Type.Integer({ minimum: 0, default: 0, description: 'Elements that are expected within two to three times the TTL.' }),
  P: Type.Number({ default: 0, description: 'Wanted probability that a token is refused although it was not revoked.' }),
  hash_name: Type.String({
    default: '',
    description: 'How elements are placed: `optimal` or `default`; all that feed or unite filters must agree.',
  }),
  TTL: Type.Integer({
    minimum: 0,
    default: 0,
    description: 'Lifetime of your tokens in seconds: an element is remembered for two to three times as long.',
  }),
  port: Type.Integer({ default: 0, description: 'TCP port of the RPC server; 0 for any free one.' }),
  token_keys: Type.Array(Type.String(), {
    default: [],
    description: 'Claims that are looked up as `claim-value`: texts at the top level of the token.',
  }),
})

const extras = Type.Object({
  rpc: Type.Optional(
    Type.Object({
      listen_ip: Type.String({ default: '', description: 'Interface of the RPC port; empty for all of them, as in KrakenD.' }),
    }),
  ),
  management: Type.Optional(
    Type.Object({
      port: Type.Integer({ minimum: 0, maximum: 65535, description: 'TCP port of the HTTP API, which is off without `management`.' }),
      listen_ip: Type.String({ default: '127.0.0.1', description: 'Interface of the HTTP API.' }),
      token: Type.String({ minLength: 1, description: 'Every call carries it: `Authorization: Bearer <token>`.' }),
    }),
  ),
  redis: Type.Optional(
    Type.Object({
      url: Type.String({ minLength: 1, description: '`redis://user:password@host:6379`, or `rediss://` with TLS; off without `redis`.' }),
      channel: Type.String({ default: 'krakend-revocations', description: 'Channel that all machines share.' }),
    }),
  ),
})

type Options = Static<typeof options>
type Extras = Static<typeof extras>

export const authRevoker = service({
  namespace: NAMESPACE,
  options,
  reading: 'struct',
  explainInvalid: (_label, detail) => `${LABEL} Unable to parse the bloomfilter configuration: ${detail}`,
  restricting: true,
  check: (options, { extras }) => [...findWrongParameters(options), ...findOpenPort(extras)],
  extras: { namespace: EXTRAS_NAMESPACE, options: extras, whenInvalid: 'stop', check: findWrongExtras },
  build(options, site, extra) {
    stopOnFirst(NAMESPACE, findWrongParameters(options))
    const parameters = { n: options.N, p: options.P, hashName: options.hash_name as FilterParameters['hashName'] }
    if (extra !== null) stopOnFirst(EXTRAS_NAMESPACE, findWrongExtras(extra))
    if (isOpenToAll(extra)) site.log.warning(`${LABEL} ${OPEN_TO_ALL}`)
    const revocations = new Revocations(openFilter(parameters, site))
    keepRotating(revocations.filter, options.TTL * 1000, site)
    openRpc(revocations, options, extra?.rpc?.listen_ip ?? '', site)
    if (extra?.management !== undefined) openManagement(revocations, options, extra.management, site)
    if (extra?.redis !== undefined) site.waitFor(joinRedis(revocations, extra.redis, site))
    const rejecter = compileRejecter(options.token_keys, revocations.filter)
    site.provide(tokenRejecters, () => rejecter)
    site.log.debug(`${LABEL} Service registered successfully`)
  },
})

/** compat: KrakenD crashes at start, or with the first token, on values that no filter can be made of. */
function findWrongParameters({ N: n, P: p, hash_name: hashName, TTL }: Options): Issue[] {
  const issues: Issue[] = []
  if (hashName !== 'optimal' && hashName !== 'default') issues.push(refuse(['hash_name'], 'is neither "optimal" nor "default"'))
  if (n < 1) issues.push(refuse(['N'], 'must be at least 1'))
  if (!(p > 0 && p < 1)) issues.push(refuse(['P'], 'must be between 0 and 1'))
  if (TTL < 1) issues.push(refuse(['TTL'], 'must be at least 1'))
  return issues
}

function findWrongExtras({ management, redis }: Extras): Issue[] {
  const issues: Issue[] = []
  // security: whoever may revoke can lock everybody out.
  if (management?.token === '') issues.push(refuse(['management', 'token'], 'is missing'))
  if (redis === undefined) return issues
  try {
    parseRedisUrl(redis.url)
  } catch (error) {
    issues.push(refuse(['redis', 'url'], `${(error as Error).message}: the gateway does not start`))
  }
  return issues
}

const OPEN_TO_ALL = 'the RPC port asks for no password and is open to all addresses: whoever reaches it can have any token refused'

function isOpenToAll(extra: Extras | null): boolean {
  return ['', '0.0.0.0', '::'].includes(extra?.rpc?.listen_ip ?? '')
}

function findOpenPort(extra: Extras | null): Issue[] {
  if (!isOpenToAll(extra)) return []
  const hint = `set "rpc.listen_ip" of ${EXTRAS_NAMESPACE} to an address that only your own clients reach, or keep others away with a firewall`
  return [warningIssue('open-port', [], OPEN_TO_ALL, hint)]
}

function refuse(path: readonly string[], reason: string): Issue {
  return errorIssue('invalid-option', path, `"${path.join('.')}" ${reason}`)
}

function stopOnFirst(namespace: string, [issue]: readonly Issue[]): void {
  if (issue !== undefined) throw new ConfigError(`${namespace}: ${issue.message}`)
}

function openFilter(parameters: FilterParameters, site: Site): RotatingFilter {
  const { n, p, hashName } = parameters
  const m = bitCount(n, p)
  const bytes = sharedBytes(parameters)
  try {
    // Other parameters mean other memory: what was revoked before is forgotten then.
    const memory = site.shared.buffer(`auth/revoker ${n} ${p} ${hashName}`, bytes)
    site.log.debug(`${LABEL} ${m} bits and ${hashCount(m, n)} hashes: ${bytes} bytes of memory`)
    return new RotatingFilter(parameters, memory, nowMs())
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new ConfigError(`auth/revoker: no memory for ${bytes} bytes, as N ${n} and P ${p} ask for`)
  }
}

function keepRotating(filter: RotatingFilter, ttlMs: number, site: Site): void {
  let timer = setTimeout(rotate, 0).unref()
  function rotate(): void {
    timer = setTimeout(rotate, Math.min(filter.rotateIfDue(nowMs(), ttlMs), MAX_TIMER_MS)).unref()
  }
  site.onRetire(() => clearTimeout(timer))
}

/** The port outlives a reload, so that revocation clients keep their connections. */
function openRpc(revocations: Revocations, { port, N, P, hash_name }: Options, listenIp: string, site: Site): void {
  const key = `auth/revoker rpc ${listenIp}:${port} ${N} ${P} ${hash_name}`
  const door = site.pool.share(
    key,
    () => {
      const doorRevocations = new Revocations(revocations.filter)
      const { server, endConnections } = createRpcServer(doorRevocations)
      const close = listenWhenFree(server, {
        port,
        host: listenIp === '' ? null : listenIp,
        claim: claimOf(`rpc ${port}`, site),
        onListening: (openPort) => site.log.debug(`${LABEL} RPC server listening on port ${openPort}`),
        onRefused: (reason) => site.log.error(`${LABEL} Unable to open the RPC port: ${reason}`),
      })
      return { revocations: doorRevocations, close, endConnections }
    },
    ({ close, endConnections }) => {
      close()
      endConnections()
    },
  )
  door.revocations.onAdd((elements) => revocations.announce(elements))
}

function openManagement(revocations: Revocations, { TTL }: Options, management: NonNullable<Extras['management']>, site: Site): void {
  const { port, listen_ip: host, token } = management
  const server = createManagementServer(revocations, token, TTL)
  const close = listenWhenFree(server, {
    port,
    host,
    claim: claimOf(`management ${port}`, site),
    onListening: (openPort) => site.log.info(`${LABEL} Management API listening on ${host}:${openPort}`),
    onRefused: (reason) => site.log.error(`${LABEL} Unable to open the management port: ${reason}`),
  })
  site.onRetire(() => {
    close()
    server.closeAllConnections()
  })
}

async function joinRedis(revocations: Revocations, { url, channel }: NonNullable<Extras['redis']>, site: Site): Promise<void> {
  let isRetired = false
  let close: (() => void) | null = null
  site.onRetire(() => {
    isRetired = true
    close?.()
  })
  const { RedisChannel } = await import('./redis-channel.ts')
  if (isRetired) return
  const redis = new RedisChannel({
    url,
    channel,
    onElements: (elements) => {
      finish(revocations.addQuietlyInParts(elements)).catch((error: Error) => site.log.warning(`${LABEL} Redis: ${error.message}`))
    },
    onProblem: (message) => site.log.warning(`${LABEL} Redis: ${message}`),
    onState: (what, isUp, reason) => logRedisState(what, isUp, reason, site),
  })
  revocations.onAdd((elements) => redis.publish(elements))
  close = () => redis.close()
}

function logRedisState(what: 'hear' | 'tell', isUp: boolean, reason: string, site: Site): void {
  const title = `${LABEL} Redis:`
  if (what === 'hear') {
    if (isUp) site.log.info(`${title} listening to the revocations of other machines; what was published before is missed`)
    else site.log.error(`${title} revocations of other machines are not heard until there is a connection: ${reason}`)
  } else if (isUp) site.log.info(`${title} revocations of this machine are published`)
  else site.log.error(`${title} revocations of this machine wait for a connection: ${reason}`)
}

function claimOf(name: string, site: Site): Int32Array {
  return new Int32Array(site.shared.buffer(`auth/revoker ${name} claim`, 4))
}
