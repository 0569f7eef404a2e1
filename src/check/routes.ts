// Routes that cannot live together, endpoints that get none, and paths that are written as the router has them.

import { ENDPOINT_METHODS, planRoutes } from '../engine/routing/plan.ts'
import type { PlannedRoute } from '../engine/routing/plan.ts'
import { understoodRouteOf } from '../engine/routing/patterns/route-options.ts'
import { RouteTree } from '../engine/routing/route-tree.ts'
import { ConfigError } from '../engine/compile/component.ts'
import { certainIssue, errorIssue, warningIssue, writeValue } from '../schema/issue.ts'
import type { Issue } from '../schema/issue.ts'
import { suggest } from '../schema/suggest.ts'
import { backendsOf, nameOf } from './subject.ts'
import type { Rule } from './subject.ts'

export const checkRoutePlan: Rule = ({ config }) => {
  const endpoints = config.endpoints.filter((endpoint) => understoodRouteOf(endpoint) !== undefined)
  const { routes, dropped } = planRoutes({ ...config, endpoints })
  const left = dropped.map(({ endpoint, reason }): Issue => {
    const methods = [...ENDPOINT_METHODS]
    const isMethod = !ENDPOINT_METHODS.has(endpoint.method)
    const meant = isMethod ? suggest(endpoint.method, methods) : null
    const path = isMethod ? [...endpoint.at, 'method'] : endpoint.at
    const hint = meant === null ? (isMethod ? `endpoints have one of ${methods.join(', ')}` : '') : `did you mean "${meant}"?`
    const issue = certainIssue('requests', 'endpoint-not-served', path, `${reason}: the endpoint is not served`, hint)
    return meant === null ? issue : { ...issue, fix: writeValue(path, meant) }
  })
  return [...left, ...findConflicts(routes)]
}

/** The routes of one method that can live together so far. */
interface Registered {
  readonly tree: RouteTree<PlannedRoute>
  readonly routes: PlannedRoute[]
}

/**
 * Each route that gin refuses, with the one that is there already.
 * perf: one tree for all, as whoever serves checks a new file beside requests. A refused route leaves nothing in it that could refuse another.
 */
function findConflicts(routes: readonly PlannedRoute[]): Issue[] {
  const methods = new Map<string, Registered>()
  return routes.flatMap((route) => {
    if (route.own !== null) return []
    const malformed = refusalOf(new RouteTree(), route)
    if (malformed !== null) return [routeIssue(route, `${malformed} (${route.method})`, WELL_FORMED)]
    const registered = methods.get(route.method) ?? { tree: new RouteTree(), routes: [] }
    methods.set(route.method, registered)
    const message = refusalOf(registered.tree, route)
    if (message !== null) return [conflictIssue(route, findRival(route, registered.routes), message)]
    registered.routes.push(route)
    return []
  })
}

function findRival(route: PlannedRoute, others: readonly PlannedRoute[]): PlannedRoute | undefined {
  return (
    others.find(({ pattern }) => pattern === route.pattern) ??
    others.find((other) => {
      const both = new RouteTree<PlannedRoute>()
      both.add(other.pattern, other)
      return refusalOf(both, route) !== null
    })
  )
}

/** gin's words, null when the route can live beside those of the tree. */
function refusalOf(tree: RouteTree<PlannedRoute>, route: PlannedRoute): string | null {
  try {
    tree.add(route.pattern, route)
    return null
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
}

/** For a route that gin refuses even where it stands alone. */
const WELL_FORMED =
  'each parameter has a name and a segment of its own, as in /a/{name}; the rest of a path is {name*} in the "path" of "_gw/route"'

function conflictIssue(route: PlannedRoute, other: PlannedRoute | undefined, message: string): Issue {
  const { endpoint, method } = route
  const rival = other?.endpoint ?? null
  const with_ = rival === null ? 'a route of the gateway itself' : `"${nameOf(rival)}"`
  const isSame = rival !== null && endpoint !== null && rival.path === endpoint.path
  const hint = rival === null ? 'take another path' : isSame ? 'remove one of them' : 'call the parameters of one position alike'
  const issue = routeIssue(route, `${message} (${method}, beside ${with_})`, hint)
  return rival === null ? issue : { ...issue, related: [[...rival.at, 'endpoint']] }
}

function routeIssue({ endpoint }: PlannedRoute, message: string, hint: string): Issue {
  const path = endpoint === null ? [] : [...endpoint.at, 'endpoint']
  return certainIssue('start', 'route-conflict', path, `${message}: the gateway does not start`, hint)
}

/** What takes all paths that no endpoint has in KrakenD Enterprise. */
const CATCH_ALL = '/__catchall'

export const checkCatchAll: Rule = ({ config }) =>
  config.endpoints
    .filter(({ path }) => path === CATCH_ALL)
    .map(({ at }) => {
      const message = `"${CATCH_ALL}" takes every path that no endpoint has with KrakenD Enterprise only: here it is a path like any other`
      return warningIssue('enterprise-path', [...at, 'endpoint'], message, 'give it the path "/{rest*}" with "_gw/route"')
    })

/** `/users/:id` as gin writes it: nobody can use the parameter, and in a url_pattern it stays as it is. */
export const checkColons: Rule = ({ config }) => [
  ...config.endpoints.flatMap(({ at, writtenPath }) => {
    const fixed = toBraces(writtenPath)
    if (fixed === null) return []
    const path = [...at, 'endpoint']
    const message = `"${writtenPath}" has a parameter that no backend can use: parameters are written in braces`
    return [{ ...warningIssue('colon-parameter', path, message, `write "${fixed}"`), fix: writeValue(path, fixed) }]
  }),
  ...backendsOf(config).flatMap(({ backend }) => {
    const fixed = toBraces(backend.urlPattern)
    if (fixed === null) return []
    const path = [...backend.at, 'url_pattern']
    const message = `"${backend.urlPattern}" is asked for with the colon in it: parameters are written in braces`
    return [{ ...warningIssue('colon-parameter', path, message, `write "${fixed}"`), fix: writeValue(path, fixed) }]
  }),
]

function toBraces(path: string): string | null {
  const fixed = path.replaceAll(/\/:([A-Za-z_]\w*)(?=\/|\?|$)/g, '/{$1}')
  return fixed === path ? null : fixed
}

/** Placeholders of claims where no token is read. */
export const checkClaims: Rule = ({ config }) =>
  backendsOf(config).flatMap(({ endpoint, backend }) => {
    const claim = /\{\{?\.?JWT\.([^}]+)\}/.exec(backend.urlPattern)?.[1]
    if (claim === undefined || ['auth/validator', '_gw/issuers'].some((namespace) => endpoint.extraConfig.has(namespace))) return []
    const message = `{JWT.${claim}} is never filled: the endpoint has no "auth/validator" that reads a token`
    return [errorIssue('claim-without-validator', [...backend.at, 'url_pattern'], message)]
  })
