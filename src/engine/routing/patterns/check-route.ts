// What types cannot say about `_gw/route`: patterns, hosts and methods that are none, and routes that nobody could tell apart.

import type { EndpointConfig } from '../../../config/types.ts'
import { registeredPath } from '../../../go/url.ts'
import { errorIssue, formatPath, type Issue } from '../../../schema/issue.ts'
import { suggestHint } from '../../../schema/suggest.ts'
import type { CheckedBlock } from '../../compile/component.ts'
import { isToken } from '../../../go/header-name.ts'
import { parseHostPattern } from './host-pattern.ts'
import { ROUTE_METHODS } from './methods.ts'
import { parsePattern, PatternError, patternOfGin } from './pattern.ts'
import { identityOf, type RouteOptions, understoodRouteOf } from './route-options.ts'

/** Paths of the gateway itself, which no pattern can take. */
const OWN_PATH = /^\/__/

export function checkRoute(options: RouteOptions, { place, once }: CheckedBlock): Issue[] {
  const endpoint = place?.endpoint ?? null
  const found = [...checkPattern(options, endpoint), ...checkMethods(options), ...checkHosts(options), ...checkHeaders(options)]
  if (found.length > 0 || endpoint === null || place === null) return found
  return findEqual(
    endpoint,
    once('_gw/route candidates', () => readCandidates(place.config.endpoints)),
  )
}

function checkPattern({ path, path_mode, hosts }: RouteOptions, endpoint: EndpointConfig | null): Issue[] {
  const written = path === '' ? (endpoint?.writtenPath ?? '/') : path
  if (OWN_PATH.test(written)) return [errorIssue('invalid-option', ['path'], 'paths that begin with "/__" are the gateway’s own')]
  try {
    const { names } = parsePattern(written, path_mode === 'raw')
    const twice = hosts.flatMap((host) => {
      const pattern = parseHostPattern(host)
      return pattern?.kind === 'label' && names.includes(pattern.name) ? [pattern.name] : []
    })
    if (twice.length === 0) return []
    return [errorIssue('invalid-option', ['hosts'], `has the parameter {${twice[0]}}, and so has the path`, 'call one of them differently')]
  } catch (error) {
    if (!(error instanceof PatternError)) throw error
    const hint = 'a segment is a text, {name}, texts and parameters in turns, or at the end {name*}'
    return [errorIssue('invalid-option', ['path'], `"${written}" ${error.message}`, hint)]
  }
}

function checkMethods({ methods, auto_head }: RouteOptions): Issue[] {
  const unknown = methods.flatMap((method, index): Issue[] => {
    if (method === '*' || ROUTE_METHODS.includes(method)) return []
    const hint = suggestHint(method, ROUTE_METHODS) || `there are ${ROUTE_METHODS.join(', ')}, and "*" for any`
    return [errorIssue('unknown-value', ['methods', index], `"${method}" is no method that an entry can name`, hint)]
  })
  const isIdle = auto_head && methods.length > 0 && !methods.includes('GET') && !methods.includes('*')
  return isIdle ? [...unknown, errorIssue('invalid-option', ['auto_head'], 'needs GET among the methods')] : unknown
}

function checkHosts({ hosts }: RouteOptions): Issue[] {
  return hosts.flatMap((host, index) => {
    if (parseHostPattern(host) !== null) return []
    const hint = 'write "api.example.com", "*.example.com" or "{name}.example.com", without scheme and port'
    return [errorIssue('invalid-option', ['hosts', index], `"${host}" is no host`, hint)]
  })
}

function checkHeaders({ headers }: RouteOptions): Issue[] {
  return Object.keys(headers).flatMap((name) =>
    isToken(name) ? [] : [errorIssue('invalid-option', ['headers', name], 'is no name of a header')],
  )
}

/** Another endpoint that takes the same requests: one further up, or one below that has no block of its own to tell it. */
function findEqual(endpoint: EndpointConfig, { candidates, takers }: Candidates): Issue[] {
  const own = candidates.get(endpoint)
  if (own === undefined) return []
  const others = keysOf(own).flatMap((key) => {
    const { first, plain } = takers.get(key) as Takers
    return (first === own ? plain : first) ?? []
  })
  const [other] = others.sort((a, b) => a.index - b.index)
  if (other === undefined) return []
  const places = [own.endpoint.at, other.endpoint.at].map(formatPath).sort().join(' and ')
  const message = `${places} take the same requests (${own.written}): nobody could tell them apart`
  const hint = 'give one of them other methods, hosts or headers, or another path'
  return [{ ...errorIssue('route-conflict', [], message, hint), related: [other.endpoint.at] }]
}

/** Who takes requests of one method among those that nothing else tells apart. */
interface Takers {
  readonly first: Candidate
  /** The first without a block of its own. */
  plain: Candidate | null
}

interface Candidates {
  readonly candidates: ReadonlyMap<EndpointConfig, Candidate>
  /** By shape and method. perf: each endpoint asks, and there may be thousands. */
  readonly takers: ReadonlyMap<string, Takers>
}

function readCandidates(endpoints: readonly EndpointConfig[]): Candidates {
  const candidates = new Map<EndpointConfig, Candidate>()
  const takers = new Map<string, Takers>()
  for (const [index, endpoint] of endpoints.entries()) {
    const candidate = candidateOf(endpoint, index)
    if (candidate === null) continue
    candidates.set(endpoint, candidate)
    for (const key of keysOf(candidate)) {
      const known = takers.get(key)
      const plain = candidate.isOwn ? null : candidate
      if (known === undefined) takers.set(key, { first: candidate, plain })
      else known.plain ??= plain
    }
  }
  return { candidates, takers }
}

/** What takes any method is told apart from what takes some. */
function keysOf({ shape, methods }: Candidate): string[] {
  return methods === null ? [` ${shape}`] : methods.map((method) => `${method} ${shape}`)
}

interface Candidate {
  readonly endpoint: EndpointConfig
  /** Its place in the file. */
  readonly index: number
  readonly shape: string
  readonly written: string
  readonly methods: readonly string[] | null
  readonly isOwn: boolean
}

/** What tells an endpoint from others: all but its methods as one text; null where it is no route, which is told elsewhere. */
function candidateOf(endpoint: EndpointConfig, index: number): Candidate | null {
  const route = understoodRouteOf(endpoint)
  if (route === undefined) return null
  if (route === null) {
    const pattern = patternOfGin(registeredPath(endpoint.path))
    return { endpoint, index, shape: `[] ${pattern.shape} []`, written: endpoint.writtenPath, methods: [endpoint.method], isOwn: false }
  }
  const [, ...shape] = identityOf(route)
  return { endpoint, index, shape: shape.join(' '), written: route.pattern.written, methods: route.methods, isOwn: true }
}
