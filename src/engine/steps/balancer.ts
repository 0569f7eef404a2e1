// Chooses a host and puts the URL together: host, filled pattern, then the forwarded query.

import { step } from '../compile/component.ts'
import type { Host, Hosts, Site } from '../compile/component.ts'
import { GatewayError } from '../errors.ts'
import type { ReadonlyHeaders } from '../headers.ts'
import { perList } from '../per-list.ts'
import { rawTextOf } from '../raw-query.ts'
import { keepsQuery } from '../routing/patterns/route-block.ts'
import type { Layer, Pipe, PipeRequest, Query } from '../types.ts'
import { quote } from '../../go/quote.ts'
import { bytesOfText } from '../../go/text.ts'
import { UrlError } from '../../go/url-escape.ts'
import { basicCredentials } from '../../go/url-parts.ts'
import { encodeQuery, encodeTarget } from '../../go/url.ts'

export const hostBalancer = step({
  stage: 'backend',
  name: 'balancer',
  writesCall: true,
  build(site) {
    if (site.has('_gw/load-balancing')) return null
    const hosts = site.hosts()
    const { beginsAtRandomHost } = site.config.quirks
    const encode = queryEncoding(site)
    const build = (found: Hosts): Layer<Pipe> => balancer(found, beginsAtRandomHost, encode)
    return hosts instanceof Promise ? hosts.then(build) : build(hosts)
  },
})

/** How the query of a place's requests goes on. */
export function queryEncoding(site: Pick<Site, 'endpoint' | 'has'>): EncodeQuery {
  return site.has('_gw/request') || (site.endpoint !== null && keepsQuery(site.endpoint)) ? encodeSentQuery : encodeQuery
}

/** Empty for a query that has nothing. */
export type EncodeQuery = (query: Query) => string

/** A query that nobody has changed goes on byte for byte. */
function encodeSentQuery(query: Query): string {
  const raw = rawTextOf(query)
  return raw === null ? encodeQuery(query) : bytesOfText(raw)
}

export interface Target {
  readonly origin: string
  /** Path of a host that was written with one (`disable_host_sanitize`). */
  readonly basePath: string
  /** `Basic …` from user information in the host; null without. */
  readonly authorization: string | null
}

interface Turn {
  readonly url: string
  readonly target: Target
}

const MAX_TURNS_OF_HOST = 100
/** security: clients fill patterns with texts of any length, which would stay until the next request. */
const MAX_KEPT_PATH = 1024
export const NO_HOSTS = new GatewayError('no hosts available', { code: 'ERR_NO_HOSTS', source: 'gateway' })

/** A round robin; one that begins at a random host keeps several workers and instances from marching in step. */
export function balancer(hosts: Hosts, beginsAtRandomHost: boolean, encode: EncodeQuery = encodeQuery): Layer<Pipe> {
  let turn = beginsAtRandomHost ? Math.floor(Math.random() * 1000) : -1
  let list: readonly Host[] = []
  let turns: readonly Turn[] = []
  const choose = (tried: Set<string> | undefined): Target => {
    const current = hosts()
    if (current !== list) {
      list = current
      turns = takeTurns(list)
    }
    if (turns.length === 0) throw NO_HOSTS
    turn = (turn + 1) % turns.length
    if (tried !== undefined) turn = skipTried(turns, turn, tried)
    return (turns[turn] as Turn).target
  }
  const address = addressing(encode)
  return (next) =>
    function balance(request, scope) {
      let addressed: PipeRequest
      try {
        addressed = address(request, choose(request.tried))
      } catch (error) {
        return Promise.reject(error)
      }
      return next(addressed, scope)
    }
}

/** Puts the URL of a request together. Throws a GatewayError for what cannot be sent. */
export function addressing(encode: EncodeQuery): (request: PipeRequest, target: Target) => PipeRequest {
  const encodePath = memoizeLast(encodeTarget)
  return function address(request, target) {
    try {
      const encoded = encodePath(target.basePath === '' ? request.path : target.basePath + request.path)
      const path = appendQuery(encoded, encode(request.query))
      return { ...request, origin: target.origin, path, headers: authorize(request.headers, target.authorization) }
    } catch (error) {
      throw error instanceof UrlError ? badUrl(target.origin + target.basePath + request.path, error) : error
    }
  }
}

function badUrl(text: string, { message }: UrlError): GatewayError {
  return new GatewayError(`parse ${quote(text)}: ${message}`, { code: 'ERR_BACKEND_URL', source: 'gateway' })
}

/** The next turn of a host that was not asked before, which counts as asked from now on; this one when all were. */
function skipTried(turns: readonly Turn[], first: number, tried: Set<string>): number {
  const ahead = turns.findIndex((_turn, step) => !tried.has((turns[(first + step) % turns.length] as Turn).url))
  const turn = (first + Math.max(0, ahead)) % turns.length
  tried.add((turns[turn] as Turn).url)
  return turn
}

/** Each host as often as its weight says, in the order of the list. security: what a name server says of weights costs no memory. */
const takeTurns = perList((hosts: readonly Host[]): readonly Turn[] => {
  const divisor = hosts.reduce((common, { weight }) => greatestDivisor(common, weight), 0) || 1
  const heaviest = hosts.reduce((most, { weight }) => Math.max(most, weight), 0) / divisor
  const scale = heaviest > MAX_TURNS_OF_HOST ? MAX_TURNS_OF_HOST / heaviest : 1
  return hosts.flatMap(({ url, weight }) => {
    const turn = { url, target: parseHost(url) }
    return Array.from({ length: Math.max(1, Math.round((weight / divisor) * scale)) }, () => turn)
  })
})

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b)
}

function appendQuery(path: string, query: string): string {
  if (query === '') return path
  if (!path.includes('?')) return `${path}?${query}`
  return path.endsWith('?') ? path + query : `${path}&${query}`
}

/** User information of the host counts unless the client's own Authorization is forwarded. */
function authorize(headers: ReadonlyHeaders, authorization: string | null): ReadonlyHeaders {
  // compat: an empty one is none.
  if (authorization === null || (headers.get('Authorization') ?? '') !== '') return headers
  const copy = headers.copy()
  copy.set('Authorization', authorization)
  return copy
}

/** Takes `scheme://user:password@name:port/base` apart. */
export function parseHost(host: string): Target {
  if (host.startsWith('unix://')) return { origin: host, basePath: '', authorization: null }
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)(?:([^/?#]*)@)?([^/?#]*)(.*)$/is.exec(host)
  if (parts === null) return { origin: host, basePath: '', authorization: null }
  const [, scheme = '', userinfo, authority = '', rest = ''] = parts
  const authorization = userinfo === undefined ? null : basicCredentials(userinfo)
  return { origin: `${scheme.toLowerCase()}${authority}`, basePath: rest, authorization }
}

/** perf: a pattern without placeholders gives the same path every time. */
function memoizeLast(compute: (text: string) => string): (text: string) => string {
  let lastText: string | null = null
  let lastResult = ''
  return function memoized(text) {
    if (text === lastText) return lastResult
    if (text.length > MAX_KEPT_PATH) return compute(text)
    lastResult = compute(text)
    lastText = text
    return lastResult
  }
}
