// The options of `_gw/route`, and the route that they make of an endpoint. Knows no router.

import type { Static } from 'typebox'
import type { EndpointConfig, ExtraConfig } from '../../../config/types.ts'
import { Type } from '../../../schema/type.ts'
import { block, ConfigError } from '../../compile/component.ts'
import { optionsOf } from '../../compile/read-block.ts'
import { canonicalName } from '../../headers.ts'
import { type HostPattern, parseHostPattern } from './host-pattern.ts'
import { type Pattern, parsePattern } from './pattern.ts'

const list = (description: string) => Type.Array(Type.String(), { default: [], description })

const options = Type.Object({
  path: Type.String({
    default: '',
    description: 'Pattern of the path: `{name}`, `app.{hash}.css`, `{name*}` for the rest of it. Empty: the value of `endpoint`.',
  }),
  methods: list('Methods that this one entry serves; `*` is every method but CONNECT and TRACE. Empty: `method`.'),
  auto_head: Type.Boolean({ default: false, description: 'GET answers HEAD as well.' }),
  hosts: list('Hosts it is for: `api.example.com`, `*.example.com`, `{tenant}.example.com`. Empty: any.'),
  headers: Type.Record(Type.String(), Type.String(), {
    default: {},
    description: 'Headers that a request must have, all of them: the exact value, or `*` for any.',
  }),
  path_mode: Type.Enum(['decoded', 'raw'], {
    default: 'decoded',
    description: '`raw`: paths match as they were sent, and parameters go to backends byte for byte.',
  }),
  query_mode: Type.Enum(['sorted', 'raw'], {
    default: 'sorted',
    description: '`raw`: forwarded query strings keep their order and their bytes.',
  }),
  trailing_slash: Type.Enum(['redirect', 'ignore', 'strict'], {
    default: 'redirect',
    description: '`ignore`: `/x` and `/x/` are the same; `strict`: the other one is not found; `redirect`: as the `router` block says.',
  }),
})

export type RouteOptions = Static<typeof options>

/** The block without its checks. */
export const routeDeclaration = block({ namespace: '_gw/route', options })

/** A header that a request must have. */
export interface HeaderCondition {
  /** Canonical. */
  readonly name: string
  /** Null: any. */
  readonly value: string | null
}

/** What `_gw/route` makes of an endpoint. */
export interface OwnRoute {
  readonly pattern: Pattern
  /** Null: every method but CONNECT and TRACE. */
  readonly methods: readonly string[] | null
  /** Empty: any. */
  readonly hosts: readonly HostPattern[]
  readonly headers: readonly HeaderCondition[]
  readonly isRaw: boolean
  readonly trailingSlash: RouteOptions['trailing_slash']
}

/** What the block says; null without one. */
export function routeOptionsOf(extraConfig: ExtraConfig): RouteOptions | null {
  return extraConfig.has(routeDeclaration.namespace) ? optionsOf(routeDeclaration, extraConfig) : null
}

/** The route of an endpoint that has one of ours, null otherwise. Throws a ConfigError for what is no pattern and no host. */
export function ownRouteOf(endpoint: Pick<EndpointConfig, 'extraConfig' | 'writtenPath' | 'method'>): OwnRoute | null {
  const given = routeOptionsOf(endpoint.extraConfig)
  if (given === null) return null
  const isRaw = given.path_mode === 'raw'
  return {
    pattern: parsePattern(given.path === '' ? endpoint.writtenPath : given.path, isRaw),
    methods: given.methods.includes('*') ? null : servedMethods(endpoint.method, given),
    hosts: given.hosts.map(readHost),
    headers: Object.entries(given.headers).map(([name, value]) => ({ name: canonicalName(name), value: value === '*' ? null : value })),
    isRaw,
    trailingSlash: given.trailing_slash,
  }
}

/** The same for checks: undefined for what can be no route, which the check of its block tells. */
export function understoodRouteOf(endpoint: Parameters<typeof ownRouteOf>[0]): OwnRoute | null | undefined {
  try {
    return ownRouteOf(endpoint)
  } catch (error) {
    if (error instanceof ConfigError) return undefined
    throw error
  }
}

/** security: a host that is left out would make the route one for every host. */
function readHost(written: string): HostPattern {
  const host = parseHostPattern(written)
  if (host === null) throw new ConfigError(`"${written}" is no host of a route`)
  return host
}

function servedMethods(method: string, { methods, auto_head }: RouteOptions): string[] {
  const named = methods.length === 0 ? [method] : methods
  return [...new Set(auto_head && named.includes('GET') ? [...named, 'HEAD'] : named)]
}

/** What tells a route from others, names of parameters aside: methods, hosts, pattern and header fields, each as a text. */
export function identityOf({
  methods,
  hosts,
  pattern,
  headers,
}: OwnRoute): [methods: string, hosts: string, pattern: string, headers: string] {
  return [
    methods === null ? '*' : methods.join(','),
    JSON.stringify(hosts.map(({ kind, suffix }) => `${kind} ${suffix}`).sort()),
    pattern.shape,
    JSON.stringify(headers.map(({ name, value }) => `${name}: ${value ?? '*'}`).sort()),
  ]
}
