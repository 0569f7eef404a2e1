// What of one request goes where, as data: its route and parameters, what is forwarded and what is dropped, whom the backends are.

import type { BackendConfig, EndpointConfig } from '../config/types.ts'
import { compileRequest } from '../engine/endpoint/request.ts'
import { headerFilter } from '../engine/steps/header-filter.ts'
import { canonicalName } from '../engine/headers.ts'
import { filterRawQuery, rawTextOf } from '../engine/raw-query.ts'
import { compilePath } from '../engine/steps/request-builder.ts'
import type { Exchange, Params, PipeRequest, Query } from '../engine/types.ts'
import { encodeQuery, encodeTarget, escapePath, parseQuery } from '../go/url.ts'
import { formatPath } from '../schema/issue.ts'
import type { Explanation } from './explain-endpoint.ts'
import { readRoute, withoutUser, writtenPattern } from './list-routes.ts'

/** What does not reach a backend, and the list that would let it in; null where none would. */
export interface Dropped {
  readonly name: string
  readonly add_to: string | null
}

export interface Passage {
  readonly forwarded: readonly string[]
  readonly dropped: readonly Dropped[]
}

/** The form of `explain --json`. */
export interface RequestView {
  readonly route: { readonly path: string; readonly method: string; readonly config_path: string }
  readonly params: Readonly<Record<string, string>>
  /** Components in their order; `origin`: the block stands at this place, at the service, or in `_gw/defaults`. */
  readonly layers: readonly { readonly name: string; readonly origin: 'own' | 'service' | 'default' }[]
  /** `added`: what the gateway writes itself. */
  readonly headers: Passage & { readonly added: Readonly<Record<string, string>> }
  readonly query: Passage
  readonly backends: readonly BackendView[]
}

export interface BackendView {
  readonly index: number
  readonly method: string
  /** One for each host; values of earlier steps stay placeholders. */
  readonly urls: readonly string[]
  readonly timeout_ms: number
  /** What the endpoint forwards and this backend's own lists do not let in. */
  readonly dropped: readonly Dropped[]
}

export interface ViewInit {
  readonly explanation: Explanation
  readonly endpoint: EndpointConfig
  readonly exchange: Exchange
  readonly params: Readonly<Record<string, string>>
  /** `KrakenD Version x`. */
  readonly userAgent: string
}

export function describeRequest({ explanation, endpoint, exchange, params, userAgent }: ViewInit): RequestView {
  const at = formatPath(endpoint.at)
  const request = compileRequest(endpoint, userAgent)(exchange)
  const layers = [...explanation.layers, ...explanation.backends.flatMap((backend) => backend.layers)]
  return {
    route: { path: readRoute(endpoint).path, method: exchange.method, config_path: at },
    params,
    layers: layers
      .filter(({ origin }) => origin !== null)
      .map(({ name, isOfService, isInherited }) => ({ name, origin: isOfService ? 'service' : isInherited ? 'default' : 'own' })),
    headers: headersOf(endpoint, exchange, request, `${at}.input_headers`),
    query: queryOf(exchange, request, `${at}.input_query_strings`),
    backends: endpoint.backends.map((backend) => describeBackendOf(backend, request)),
  }
}

/** Listing a name must help, or the place is not named: fields of a connection never pass. */
function headersOf(endpoint: EndpointConfig, exchange: Exchange, request: PipeRequest, place: string): RequestView['headers'] {
  const names = exchange.headers.names()
  const isOwn = (name: string): boolean => request.headers.get(name) !== exchange.headers.get(name)
  const forwarded = names.filter((name) => request.headers.has(name) && !isOwn(name))
  const dropped = names
    .filter((name) => !forwarded.includes(name))
    .map((name) => {
      const listed = compileRequest({ ...endpoint, inputHeaders: [name] }, '')(exchange).headers
      return { name, add_to: listed.get(name) === exchange.headers.get(name) ? place : null }
    })
  const added = request.headers.names().filter((name) => !forwarded.includes(name))
  return { forwarded, dropped, added: Object.fromEntries(added.map((name) => [name, request.headers.get(name) ?? ''])) }
}

function queryOf({ rawQuery }: Exchange, { query }: PipeRequest, place: string): Passage {
  const names = [...parseQuery(rawQuery).keys()]
  return {
    forwarded: names.filter((name) => query.has(name)),
    dropped: names.filter((name) => !query.has(name)).map((name) => ({ name, add_to: place })),
  }
}

function describeBackendOf(backend: BackendConfig, request: PipeRequest): BackendView {
  const { inputHeaders, inputQueryStrings, hosts, method, timeoutMs, urlPattern } = backend
  const at = formatPath(backend.at)
  const wanted = new Set(inputHeaders.map(canonicalName))
  const lostHeaders = headerFilter(inputHeaders) === null ? [] : request.headers.names().filter((name) => !wanted.has(name))
  const passes = (name: string): boolean => inputQueryStrings.length === 0 || inputQueryStrings.includes(name)
  const target = targetOf(urlPattern, request.params, queryText(request.query, passes))
  return {
    index: Number(backend.at.at(-1)),
    method,
    urls: (hosts.length === 0 ? ['(no host)'] : hosts).map((host) => withoutUser(host) + target),
    timeout_ms: timeoutMs,
    dropped: [
      ...lostHeaders.map((name) => ({ name, add_to: `${at}.input_headers` })),
      ...[...request.query.keys()].filter((name) => !passes(name)).map((name) => ({ name, add_to: `${at}.input_query_strings` })),
    ],
  }
}

/** As it is sent: in its own order and bytes where `_gw/route` keeps them. */
function queryText(query: Query, passes: (name: string) => boolean): string {
  const raw = rawTextOf(query)
  return raw === null ? encodeQuery(new Map([...query].filter(([name]) => passes(name)))) : filterRawQuery(raw, passes).raw
}

/** A placeholder that has no value yet stays as the file has it. */
function targetOf(urlPattern: string, params: Params, query: string): string {
  const filled = writtenPattern(compilePath(urlPattern)(new Map([...params].map(([name, value]) => [name, written(value)]))))
  return query === '' ? filled : `${filled}${filled.includes('?') ? '&' : '?'}${query}`
}

/** `{id}` is what was asked for where the pattern itself was given. */
function written(value: string): string {
  return /^\{[^{}]+\}$/.test(value) ? value : value.includes('?') ? encodeTarget(value) : escapePath(value)
}
