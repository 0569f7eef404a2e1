// What stands in the blocks `auth/revoker` and `_gw/revoker`, and which values no revoker can be made of.

import type { Static } from 'typebox'
import { ConfigError } from '../../../engine/compile/component.ts'
import type { OpenedPort } from '../../../engine/compile/opened-ports.ts'
import { isAnyAddress } from '../../../go/host-port.ts'
import { certainIssue, warningIssue } from '../../../schema/issue.ts'
import type { Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { parseRedisUrl } from './redis-url.ts'

export const NAMESPACE = 'auth/revoker'
export const EXTRAS_NAMESPACE = '_gw/revoker'
export const LABEL = '[SERVICE: Bloomfilter]'

export const options = Type.Object({
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

export const extras = Type.Object({
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

export type Options = Static<typeof options>
export type Extras = Static<typeof extras>

/** Of the RPC server, and of the HTTP API where there is one. */
export function opensPorts({ port }: Options, extra: Extras | null): OpenedPort[] {
  const { rpc, management } = extra ?? {}
  const api = management && { host: management.listen_ip, port: management.port, path: [EXTRAS_NAMESPACE, 'management', 'port'] }
  return [{ host: rpc?.listen_ip ?? '', port, path: [NAMESPACE, 'port'] }, ...(api === undefined ? [] : [api])]
}

/** compat: KrakenD crashes at start, or with the first token, on values that no filter can be made of. */
export function findWrongParameters({ N: n, P: p, hash_name: hashName, TTL }: Options): Issue[] {
  const issues: Issue[] = []
  if (hashName !== 'optimal' && hashName !== 'default') issues.push(refuse(['hash_name'], 'is neither "optimal" nor "default"'))
  if (n < 1) issues.push(refuse(['N'], 'must be at least 1'))
  if (!(p > 0 && p < 1)) issues.push(refuse(['P'], 'must be between 0 and 1'))
  if (TTL < 1) issues.push(refuse(['TTL'], 'must be at least 1'))
  return issues
}

export function findWrongExtras({ management, redis }: Extras): Issue[] {
  const issues: Issue[] = []
  // security: whoever may revoke can lock everybody out.
  if (management?.token === '') issues.push(refuse(['management', 'token'], 'is missing'))
  if (redis === undefined) return issues
  try {
    parseRedisUrl(redis.url)
  } catch (error) {
    issues.push(refuse(['redis', 'url'], (error as Error).message))
  }
  return issues
}

export const OPEN_TO_ALL = 'the RPC port asks for no password and is open to all addresses: whoever reaches it can have any token refused'

export function isOpenToAll(extra: Extras | null): boolean {
  return isAnyAddress(extra?.rpc?.listen_ip ?? '')
}

export function findOpenPort(extra: Extras | null): Issue[] {
  if (!isOpenToAll(extra)) return []
  const hint = `set "rpc.listen_ip" of ${EXTRAS_NAMESPACE} to an address that only your own clients reach, or keep others away with a firewall`
  return [warningIssue('open-port', [], OPEN_TO_ALL, hint)]
}

function refuse(path: readonly string[], reason: string): Issue {
  return { ...certainIssue('start', 'invalid-option', path, `"${path.join('.')}" ${reason}`), effect: 'the gateway does not start' }
}

/** Throws the first thing that no revoker can be made of as a ConfigError. */
export function refuseWrong(given: Options, extra: Extras | null): void {
  stopOnFirst(NAMESPACE, findWrongParameters(given))
  if (extra !== null) stopOnFirst(EXTRAS_NAMESPACE, findWrongExtras(extra))
}

function stopOnFirst(namespace: string, [issue]: readonly Issue[]): void {
  if (issue !== undefined) throw new ConfigError(`${namespace}: ${issue.message}`)
}
