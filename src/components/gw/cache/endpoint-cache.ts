// The cache of an endpoint: keeps finished answers. It stands inside tokens and limits, so that a hit costs what any request costs.

import type { EndpointConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { withFallbacks } from '../../../engine/compile/order.ts'
import { compileRequest } from '../../../engine/endpoint/request.ts'
import { canonicalName, isEventStream } from '../../../engine/headers.ts'
import { callFields, verifiedClaims } from '../../../engine/ports.ts'
import type { Scope } from '../../../engine/scope.ts'
import { ageSecondsOf, answerNotes } from '../../../engine/steps/answer-notes.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { CACHE_STATUS, formatCacheStatus } from '../cache-status.ts'
import type { Fetched, Result } from './cache.ts'
import { captureExchange, type CapturedAnswer } from './captured-exchange.ts'
import { compileInputs, isTooLarge, readBody, seesClaims } from './inputs.ts'
import { automaticKey, digest, type KeyParts } from './key.ts'
import { keepingOf } from './keeping.ts'
import { ENTRY_BYTES, isCacheable, openCache } from './open-cache.ts'
import { paramsOf, type Options } from './options.ts'
import { compileText } from './texts.ts'

const FIRST_FAILURE = 500
/** Of stored answers: said anew each time. */
const SAID_ANEW = new Set([CACHE_STATUS, 'Age', 'Content-Length'])
/** Of an answer that is added to those of outer layers instead of standing in their place. */
const ADDED = new Set(['Vary', 'Set-Cookie'])

export function cacheEndpoint(given: Options, site: Site): Layer<Handler> | null {
  const { endpoint } = site
  if (endpoint === null) return null
  const { store, cache } = openCache<CapturedAnswer>(site, given)
  const keyOf = compileEndpointKey(given, endpoint, callFields(site))
  const tags = given.tags.map((tag) => compileText(tag, paramsOf(endpoint)))
  return (next) => {
    const fetch = compileFetch(given, endpoint, next, () => store.maxBodyBytes)
    return async function cacheAnswers(exchange) {
      const key = isCacheable(exchange) ? await keyOf(exchange) : null
      const headerOf = (name: string): string => exchange.headers.get(name) ?? ''
      // security: an answer to HEAD has no body; kept, or shared while it is under way, it would be that of every GET.
      const known = key !== null && exchange.method === 'HEAD' ? cache.find({ key, headerOf }) : null
      if (known !== null) return reply(exchange, known)
      if (key === null || exchange.method === 'HEAD') {
        exchange.responseHeaders.set(CACHE_STATUS, formatCacheStatus(null, key === null ? 'fwd=bypass' : 'fwd=miss'))
        return next(exchange)
      }
      const result = await cache.ask({
        key,
        headerOf,
        tags: () => tags.map((fill) => fill({ exchange, params: exchange.params })).filter((tag) => tag !== null),
        path: exchange.path,
        scope: exchange.scope,
        fetch: (scope) => fetch(exchange, scope),
      })
      return reply(exchange, result)
    }
  }
}

function compileFetch(given: Options, endpoint: EndpointConfig, next: Handler, maxBytes: () => number) {
  const ttlMs = parseDurationMs(given.ttl) ?? 0
  const statuses = new Set(given.statuses)
  const forwarded = new Set(endpoint.inputHeaders.map(canonicalName))
  return async function fetch(client: Exchange, scope: Scope): Promise<Fetched<CapturedAnswer>> {
    const notes: NonNullable<ReturnType<typeof answerNotes.get>> = []
    answerNotes.set(scope, notes)
    const { exchange, answer } = captureExchange(client, scope, maxBytes())
    const serving = Promise.resolve(next(exchange))
    const value = await Promise.race([answer, serving.then(() => answer)])
    const { statusCode, headers, failure, body, stream } = value
    const isWhole = endpoint.isNoOp || headers.get('X-Krakend-Completed') === 'true'
    const isOwn = headers.has('Set-Cookie') || isEventStream(headers)
    const isGood = statuses.has(statusCode) && failure === null && stream === null && isWhole && !isOwn
    const keeping = isGood ? keepingOf(notes, ttlMs, given.override) : null
    const varies = keeping?.varies.filter((name) => forwarded.has(name) || forwarded.has('*')) ?? []
    return {
      value,
      keep:
        keeping === null
          ? null
          : { ttlMs: keeping.ttlMs, varies, bodyBytes: sizeOf(body), otherBytes: ENTRY_BYTES + headers.fields.join('').length },
      isFailure: statusCode >= FIRST_FAILURE,
      isExclusive: stream !== null,
    }
  }
}

function sizeOf(body: CapturedAnswer['body']): number {
  return typeof body === 'string' ? Buffer.byteLength(body) : (body?.length ?? 0)
}

/** Gives a client an answer that was kept, or that others have as well. */
function reply(exchange: Exchange, { value, status, ageS }: Result<CapturedAnswer>): void | Promise<void> {
  const { responseHeaders } = exchange
  const { fields } = value.headers
  for (const name of value.headers.names()) if (!ADDED.has(name) && !SAID_ANEW.has(name)) responseHeaders.delete(name)
  for (let i = 0; i < fields.length; i += 2)
    if (!SAID_ANEW.has(fields[i] as string) || ((fields[i] as string) === CACHE_STATUS && ageS === null))
      responseHeaders.add(fields[i] as string, fields[i + 1] as string)
  responseHeaders.add(CACHE_STATUS, formatCacheStatus(null, status))
  if (ageS !== null || value.headers.has('Age')) responseHeaders.set('Age', String((ageS ?? 0) + ageSecondsOf(value.headers)))
  exchange.failure = value.failure
  if (value.stream === null) return exchange.answer(value.statusCode, value.body)
  return exchange.answerStream(value.statusCode, value.stream)
}

function compileEndpointKey(
  { key }: Options,
  endpoint: EndpointConfig,
  ignored: KeyParts['ignored'],
): (exchange: Exchange) => Promise<string | null> {
  const texts = key?.map((text) => compileText(text, paramsOf(endpoint)))
  const buildRequest = compileRequest(endpoint, '')
  // security: what decides by claims inside of the cache would not be asked again.
  const backends = withFallbacks(endpoint.backends)
  const decidesByClaims = [endpoint, ...backends].some(({ extraConfig }) => seesClaims(extraConfig))
  const readInputs = compileInputs(backends)
  const negotiates = endpoint.outputEncoding === 'negotiate'
  return async function keyOf(exchange) {
    if (texts !== undefined) {
      const parts = texts.map((fill) => fill({ exchange, params: exchange.params }))
      return parts.includes(null) ? null : digest(parts as string[])
    }
    const { method, path, query, headers, body } = buildRequest(exchange)
    if (isTooLarge(body)) return null
    const others: [string, string][] = [...exchange.params, ...(readInputs === null ? [] : readInputs(exchange))]
    if (decidesByClaims) others.push(['claims', JSON.stringify(verifiedClaims.get(exchange.scope) ?? null)])
    if (negotiates) others.push(['accept', exchange.headers.get('Accept') ?? ''])
    if (body.length !== 0) others.push(await readBody(body))
    return automaticKey({ method, path, query, headers, ignored, others })
  }
}
