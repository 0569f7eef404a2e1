// What of the client's request the pipe gets: only the headers and query strings that the endpoint lists. Knows nothing of backends.

import type { EndpointConfig } from '../../config/types.ts'
import { canonicalName, HeaderMap, HOP_BY_HOP } from '../headers.ts'
import { filterRawQuery, RawQuery } from '../raw-query.ts'
import { keepsQuery } from '../routing/patterns/route-block.ts'
import type { Exchange, PipeRequest, Query } from '../types.ts'
import { parseQuery } from '../../go/url.ts'

/** Never forwarded: they belong to one connection, or the gateway writes them itself. */
const NEVER_FORWARDED = new Set([...HOP_BY_HOP, 'Host'])
/** The gateway's own word on these replaces the client's. */
const OVERWRITTEN = new Set(['X-Forwarded-For', 'X-Forwarded-Host'])
const NO_QUERY: Query = new Map()

/** Compiles the forwarding rules of an endpoint; `userAgent` is the gateway's own (`KrakenD Version x`). */
export function compileRequest(endpoint: EndpointConfig, userAgent: string): (exchange: Exchange) => PipeRequest {
  const collectHeaders = compileHeaders(endpoint.inputHeaders, userAgent)
  const collectQuery = keepsQuery(endpoint) ? compileRawQuery(endpoint.inputQueryStrings) : compileQuery(endpoint.inputQueryStrings)
  return function buildRequest(exchange) {
    return {
      method: exchange.method,
      origin: '',
      path: exchange.path,
      params: exchange.params,
      query: collectQuery(exchange),
      headers: collectHeaders(exchange),
      body: exchange.body,
    }
  }
}

/** How the file spells the headers it lists, by canonical name; null when it spells all of them canonically (in version 3 always). */
export function spellingsOf({ inputHeaders }: EndpointConfig): ReadonlyMap<string, string> | null {
  const spelled = inputHeaders.filter((name) => canonicalName(name) !== name)
  return spelled.length === 0 ? null : new Map(spelled.map((name) => [canonicalName(name), name]))
}

function compileHeaders(inputHeaders: readonly string[], userAgent: string): (exchange: Exchange) => HeaderMap {
  // compat: a list without Content-Type drops it; no list at all forwards it alone.
  const list = inputHeaders.length === 0 ? ['Content-Type'] : inputHeaders
  const star = list.indexOf('*')
  const wanted = [...new Set(star < 0 ? list : [])]
    .map(canonicalName)
    .filter((name) => !NEVER_FORWARDED.has(name) && !OVERWRITTEN.has(name))
  const listsUserAgent = wanted.includes('User-Agent')
  const addOwn = (fields: string[], exchange: Exchange, hasUserAgent: boolean): HeaderMap => {
    fields.push('X-Forwarded-For', exchange.clientIp, 'X-Forwarded-Host', exchange.host)
    if (!hasUserAgent) fields.push('User-Agent', userAgent)
    else fields.push('X-Forwarded-Via', userAgent)
    return new HeaderMap(fields)
  }
  if (star >= 0) {
    return function forwardAllHeaders(exchange) {
      const source = exchange.headers
      const fields: string[] = []
      const hasUserAgent = source.has('User-Agent')
      for (let i = 0; i < source.fields.length; i += 2) {
        const name = source.fields[i] as string
        if (NEVER_FORWARDED.has(name) || OVERWRITTEN.has(name)) continue
        if (hasUserAgent && name === 'X-Forwarded-Via') continue
        fields.push(name, source.fields[i + 1] as string)
      }
      return addOwn(fields, exchange, hasUserAgent)
    }
  }
  return function forwardListedHeaders(exchange) {
    const source = exchange.headers
    const fields: string[] = []
    let hasUserAgent = false
    for (const name of wanted) {
      if (name === 'X-Forwarded-Via' && listsUserAgent && source.has('User-Agent')) continue
      for (let i = 0; i < source.fields.length; i += 2) {
        if (source.fields[i] !== name) continue
        fields.push(name, source.fields[i + 1] as string)
        if (name === 'User-Agent') hasUserAgent = true
      }
    }
    return addOwn(fields, exchange, hasUserAgent)
  }
}

/** As sent: what cannot be decoded passes where everything does. */
function compileRawQuery(inputQueryStrings: readonly string[]): (exchange: Exchange) => Query {
  if (inputQueryStrings.length === 0) return () => NO_QUERY
  if (inputQueryStrings.includes('*')) return ({ rawQuery }) => new RawQuery(rawQuery)
  const names = new Set(inputQueryStrings)
  return ({ rawQuery }) => (rawQuery === '' ? NO_QUERY : filterRawQuery(rawQuery, (name) => names.has(name)))
}

function compileQuery(inputQueryStrings: readonly string[]): (exchange: Exchange) => Query {
  if (inputQueryStrings.length === 0) return () => NO_QUERY
  if (inputQueryStrings.includes('*')) return (exchange) => (exchange.rawQuery === '' ? NO_QUERY : parseQuery(exchange.rawQuery))
  const names = new Set(inputQueryStrings)
  return function collectListedQuery(exchange) {
    if (exchange.rawQuery === '') return NO_QUERY
    const query = parseQuery(exchange.rawQuery)
    for (const name of query.keys()) if (!names.has(name)) query.delete(name)
    return query
  }
}
