// What of one request goes where, as data: its route and parameters, what is forwarded and what is dropped, whom the backends are.

import { usedNames } from '../components/gw/used-names.ts'
import type { BackendConfig, EndpointConfig } from '../config/types.ts'
import { withFallbacks } from '../engine/compile/order.ts'
import { compileRequest } from '../engine/endpoint/request.ts'
import { headerFilter } from '../engine/steps/header-filter.ts'
import { canonicalName } from '../engine/headers.ts'
import { clientExchange } from '../engine/ports.ts'
import { keepsQuery } from '../engine/routing/patterns/route-block.ts'
import { Scope } from '../engine/scope.ts'
import { queryFilter } from '../engine/steps/query-filter.ts'
import type { Exchange, PipeRequest } from '../engine/types.ts'
import { parseQuery } from '../go/url.ts'
import { formatPath } from '../schema/issue.ts'
import { explainCall, passThrough } from './explain-calls.ts'
import { type ExplainInit, explainStacks } from './explain-endpoint.ts'
import { listStacks, type Stacks } from './list-stacks.ts'
import { readRoute } from './list-routes.ts'
import type { Rewritten } from './rewrites.ts'
import type { FoundRoute } from './route-request.ts'

/** What does not reach a backend, and the list that would let it in; null where none would. */
export interface Dropped {
  readonly name: string
  readonly add_to: string | null
}

export interface Passage {
  readonly forwarded: readonly string[]
  readonly dropped: readonly Dropped[]
  /** Not forwarded, but calls are built from it (`_gw/request`, `_gw/for-each`). */
  readonly used: readonly string[]
}

/** The form of `explain --json`. */
export interface RequestView {
  readonly route: {
    readonly path: string
    readonly method: string
    readonly config_path: string
    /** What the router sees in the place of the client's target. */
    readonly rewritten?: Rewritten
  }
  readonly params: Readonly<Record<string, string>>
  /** Components in their order. */
  readonly layers: readonly LayerView[]
  /** `added`: what the gateway writes itself. */
  readonly headers: Passage & { readonly added: Readonly<Record<string, string>> }
  readonly query: Passage
  readonly backends: readonly BackendView[]
}

export interface LayerView {
  readonly name: string
  /** The block stands at this place, at the service, or in `_gw/defaults`. */
  readonly origin: 'own' | 'service' | 'default'
  /** A plugin of it may answer itself. */
  readonly may_answer?: true
}

export interface BackendView {
  readonly index: number
  readonly method: string
  /** One for each host; values of earlier steps stay placeholders. Empty where no HTTP server is called. */
  readonly urls: readonly string[]
  readonly timeout_ms: number
  /** What the endpoint forwards and this backend's own lists do not let in. */
  readonly dropped: readonly Dropped[]
  /** The component that answers in the place of an HTTP server. */
  readonly answered_by?: string
  /** Why this request makes no call. */
  readonly reason?: string
}

export interface ViewInit extends ExplainInit, FoundRoute {
  /** `KrakenD Version x`. */
  readonly userAgent: string
}

export async function describeRequest(init: ViewInit): Promise<RequestView> {
  const { config, endpoint, exchange, params, rewritten, userAgent } = init
  const at = formatPath(endpoint.at)
  const stacks = await listStacks(endpoint, config, init.readFile)
  const explanation = await explainStacks(endpoint, stacks, init)
  const request = compileRequest(endpoint, userAgent)(exchange)
  const isUsed = readUse(endpoint)
  const layers = [...explanation.layers, ...explanation.backends.flatMap((backend) => backend.layers)]
  return {
    route: { path: readRoute(endpoint).path, method: exchange.method, config_path: at, ...(rewritten === null ? null : { rewritten }) },
    params,
    layers: layers
      .filter(({ origin }) => origin !== null)
      .map(({ name, isOfService, isInherited, mayAnswer }) => ({
        name,
        origin: isOfService ? 'service' : isInherited ? 'default' : 'own',
        ...(mayAnswer ? ({ may_answer: true } as const) : null),
      })),
    headers: headersOf(endpoint, exchange, request, { place: `${at}.input_headers`, isUsed }),
    query: queryOf(exchange, request, { place: `${at}.input_query_strings`, isUsed }),
    backends: await Promise.all(
      endpoint.backends.map((backend) => describeBackendOf(backend, { request, exchange, endpoint, stacks, isUsed })),
    ),
  }
}

type IsUsed = (kind: 'input_headers' | 'input_query_strings', name: string) => boolean

/** Which fields and query strings of the client calls are built from, whether they are forwarded or not. */
function readUse({ backends }: EndpointConfig): IsUsed {
  const names = new Set(
    withFallbacks(backends)
      .flatMap(usedNames)
      .map((name) => name.replace(/^(input_headers\.)(.+)$/, (_all, kind: string, field: string) => kind + canonicalName(field))),
  )
  return (kind, name) => names.has(`${kind}.${name}`)
}

interface List {
  /** Where the list stands that would let something in. */
  readonly place: string
  readonly isUsed: IsUsed
}

/** Listing a name must help, or the place is not named: fields of a connection never pass. */
function headersOf(endpoint: EndpointConfig, exchange: Exchange, request: PipeRequest, { place, isUsed }: List): RequestView['headers'] {
  const names = exchange.headers.names()
  const isOwn = (name: string): boolean => request.headers.get(name) !== exchange.headers.get(name)
  const forwarded = names.filter((name) => request.headers.has(name) && !isOwn(name))
  const others = names.filter((name) => !forwarded.includes(name))
  const used = others.filter((name) => isUsed('input_headers', name))
  const dropped = others
    .filter((name) => !used.includes(name))
    .map((name) => {
      const listed = compileRequest({ ...endpoint, inputHeaders: [name] }, '')(exchange).headers
      return { name, add_to: listed.get(name) === exchange.headers.get(name) ? place : null }
    })
  const added = request.headers.names().filter((name) => !forwarded.includes(name))
  return { forwarded, dropped, used, added: Object.fromEntries(added.map((name) => [name, request.headers.get(name) ?? ''])) }
}

function queryOf({ rawQuery }: Exchange, { query }: PipeRequest, { place, isUsed }: List): Passage {
  const names = [...parseQuery(rawQuery).keys()]
  const others = names.filter((name) => !query.has(name))
  const used = others.filter((name) => isUsed('input_query_strings', name))
  return {
    forwarded: names.filter((name) => query.has(name)),
    dropped: others.filter((name) => !used.includes(name)).map((name) => ({ name, add_to: place })),
    used,
  }
}

interface Asked {
  /** What the endpoint forwards. */
  readonly request: PipeRequest
  readonly exchange: Exchange
  readonly endpoint: EndpointConfig
  readonly stacks: Stacks
  readonly isUsed: IsUsed
}

async function describeBackendOf(backend: BackendConfig, { request, exchange, endpoint, stacks, isUsed }: Asked): Promise<BackendView> {
  const scope = Scope.root()
  clientExchange.set(scope, exchange)
  const { method, urls, answeredBy, refusal } = await explainCall(backend, stacks, request, scope)
  const at = formatPath(backend.at)
  const filters = [headerFilter(backend.inputHeaders), queryFilter(backend.inputQueryStrings, keepsQuery(endpoint))]
  const admitted = await passThrough(filters, request, scope)
  const lostHeaders = request.headers.names().filter((name) => !admitted.headers.has(name) && !isUsed('input_headers', name))
  const lostQuery = [...request.query.keys()].filter((name) => !admitted.query.has(name) && !isUsed('input_query_strings', name))
  return {
    index: Number(backend.at.at(-1)),
    method,
    urls,
    timeout_ms: backend.timeoutMs,
    dropped: [
      ...lostHeaders.map((name) => ({ name, add_to: `${at}.input_headers` })),
      ...lostQuery.map((name) => ({ name, add_to: `${at}.input_query_strings` })),
    ],
    ...(answeredBy === null ? null : { answered_by: answeredBy }),
    ...(refusal === null ? null : { reason: refusal }),
  }
}
