// What a cache does around a sender: look up, revalidate, store. Knows nothing of options and where the store comes from.

import { type Readable, pipeline } from 'node:stream'
import { discardBody } from '../../../engine/body.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { readsErrorBodies } from '../../../engine/pipe/status-policy.ts'
import { ANYTHING, connectionNames, HeaderMap, HOP_BY_HOP, valuesByName, varyNames, type ReadonlyHeaders } from '../../../engine/headers.ts'
import type { BackendRequest, BackendResponse, Sender } from '../../../engine/types.ts'
import { redirectOf } from '../../../go/redirects.ts'
import { BodyCollector } from './body-collector.ts'
import { CACHE_QUIRKS } from './cache-quirks.ts'
import { makeCachedAnswer, sizeOf, type CachedAnswer } from './cached-answer.ts'
import { judgeFreshness, mayServeOnError, parseCacheControl, type Directives } from './freshness.ts'
import type { LruStore } from './lru-store.ts'

export interface CacheInit {
  readonly store: LruStore<CachedAnswer>
  /** In front of every key: the backend's own part of a store. */
  readonly prefix: string
  /** Milliseconds since 1970. */
  readonly now: () => number
}

const NO_BYTES = Buffer.alloc(0)
/** security: a client chooses its URL. What is longer (browsers and servers allow about so much) is fetched every time. */
const MAX_KEY_LENGTH = 8192
/** What a 304 does not refresh; it has no body, so its length says nothing about the stored one. */
const NOT_REFRESHED = new Set([...HOP_BY_HOP, 'Content-Length', 'Trailers'])
const FROM_CACHE = 'X-From-Cache'
/** compat: of a redirect that is followed, so much is read. */
const MAX_REDIRECT_BODY_BYTES = 2048

export function cacheAround(next: Sender, site: Site, { store, prefix, now }: CacheInit): Sender {
  const keepsErrors = site.backend !== null && readsErrorBodies(site.backend, site.config.quirks)
  const { marksCached } = CACHE_QUIRKS[site.config.dialect]

  return async function cache(request, scope) {
    const { method, headers } = request
    // security: one origin may have several hosts, and a modifier may take their names from clients.
    const host = request.host === undefined ? '' : ` ${request.host}`
    const key = `${prefix}${method === 'GET' ? '' : `${method} `}${request.origin}${host}${request.path}`
    const isCacheable = (method === 'GET' || method === 'HEAD') && !headers.get('Range') && key.length <= MAX_KEY_LENGTH
    if (!isCacheable) store.delete(key)
    const asked = parseCacheControl(headers.get('Cache-Control'))
    const known = isCacheable ? store.get(key) : undefined
    if (known === undefined) {
      // compat: for every method, though a cache could hold none of the others.
      if (asked.has('only-if-cached')) return notCached(request)
      const response = await next(request, scope)
      return isCacheable ? keep(request, asked, key, response) : response
    }
    const isSameVariant = matchesVariant(known, headers)
    const freshness = isSameVariant ? judgeFreshness(known.lifetime, asked, now()) : 'bypass'
    if (freshness === 'fresh') return answerFrom(known)
    let response: BackendResponse
    try {
      response = await next(freshness === 'stale' ? withValidators(request, known) : request, scope)
    } catch (error) {
      if (method === 'GET' && isSameVariant && mayServeOnError(known.lifetime, asked, now())) return answerFrom(known)
      store.delete(key)
      throw error
    }
    // security: the answer of another variant is never given to this client, whatever the backend says about its own validators.
    if (method === 'GET' && isSameVariant) {
      if (response.statusCode === 304) return keep(request, asked, key, refresh(known, response))
      if (response.statusCode >= 500 && mayServeOnError(known.lifetime, asked, now())) {
        discardBody(response.body)
        return answerFrom(known)
      }
    }
    if (response.statusCode !== 200) store.delete(key)
    return keep(request, asked, key, response)
  }

  /** Stores the answer if it may be, now or when its body has been read. */
  function keep(request: BackendRequest, asked: Directives, key: string, response: BackendResponse): BackendResponse {
    const names = varyNames(response.headers)
    const isForbidden =
      response.statusCode === 304 ||
      // Half a body is nobody else's answer.
      response.bodyFailure ||
      names.includes(ANYTHING) ||
      asked.has('no-store') ||
      parseCacheControl(response.headers.get('Cache-Control')).has('no-store')
    if (isForbidden) {
      store.delete(key)
      return response
    }
    const varied = names.map((name) => [name, variedValue(request.headers, name)] as const)
    const headers = names.length === 0 ? response.headers : markVaried(response.headers, varied)
    const marked = headers === response.headers ? response : { ...response, headers }
    function storeBody(body: Buffer): void {
      const answer = makeCachedAnswer(response, headers.fields.slice(), body, varied)
      store.set(key, answer, sizeOf(key, answer))
    }
    const { body } = marked
    if (!Buffer.isBuffer(body)) return { ...marked, body: collect(body, headers, storeBody) }
    const isRead = isFollowed(request, response)
      ? body.length <= MAX_REDIRECT_BODY_BYTES
      : request.wantsStream || response.statusCode === 200 || response.statusCode === 201 || keepsErrors || request.method === 'HEAD'
    // compat: stored when the body has been read, with the headers as the layers outside (Martian) have changed them until then.
    if (isRead) setImmediate(storeBody, body)
    return marked
  }

  function collect(stream: Readable, headers: ReadonlyHeaders, onComplete: (body: Buffer) => void): Readable {
    const { maxValueBytes } = store.limits
    if (Number(headers.get('Content-Length') ?? 0) >= maxValueBytes) return stream
    const collector = new BodyCollector({
      maxBytes: maxValueBytes,
      reserve: (bytes) => store.reserve(bytes),
      unreserve: (bytes) => store.unreserve(bytes),
      onComplete,
    })
    return pipeline(stream, collector, ignoreError)
  }

  function answerFrom(known: CachedAnswer): BackendResponse {
    const headers = new HeaderMap(known.fields.slice())
    if (marksCached) headers.set(FROM_CACHE, '1')
    const { statusCode, bytes, url } = known
    return { statusCode, headers, body: bytes, url }
  }

  /** The stored answer with the header fields of a 304. */
  function refresh(known: CachedAnswer, response: BackendResponse): BackendResponse {
    if (!Buffer.isBuffer(response.body)) response.body.resume()
    const answer = answerFrom(known)
    const headers = answer.headers.copy()
    const fresh = refreshedFields(response.headers)
    headers.deleteWhere((name) => fresh.has(name))
    for (const [name, values] of fresh) for (const value of values) headers.add(name, value)
    return { ...answer, headers }
  }
}

/** Whether an answer only leads to another one. */
function isFollowed(request: BackendRequest, { statusCode, headers }: BackendResponse): boolean {
  if (!headers.get('Location')) return false
  const redirect = redirectOf(statusCode)
  return redirect === 'get' || (redirect === 'repeat' && request.body.length === 0)
}

function matchesVariant(known: CachedAnswer, headers: ReadonlyHeaders): boolean {
  for (const [name, value] of known.varied) if (variedValue(headers, name) !== value) return false
  return true
}

/** security: all lines count (RFC 9110, 5.3): HTTP/2 clients send each cookie in one of its own, and what differs may stand in the last. */
function variedValue(headers: ReadonlyHeaders, name: string): string {
  return headers.values(name).join(', ')
}

function withValidators(request: BackendRequest, { etag, lastModified }: CachedAnswer): BackendRequest {
  if (etag === '' && lastModified === '') return request
  const headers = request.headers.copy()
  if (etag !== '') headers.set('If-None-Match', etag)
  if (lastModified !== '') headers.set('If-Modified-Since', lastModified)
  return { ...request, headers }
}

/** compat: KrakenD keeps the request's values in the answer, where `no-op` shows them. */
function markVaried(original: ReadonlyHeaders, varied: CachedAnswer['varied']): ReadonlyHeaders {
  const headers = original.copy()
  for (const [name, value] of varied) {
    if (value === '') headers.delete(`X-Varied-${name}`)
    else headers.set(`X-Varied-${name}`, value)
  }
  return headers
}

/** What the request's `only-if-cached` gets when nothing is cached. */
function notCached({ origin, path }: BackendRequest): BackendResponse {
  const url = `${origin}${path}`
  return { statusCode: 504, headers: new HeaderMap(), body: NO_BYTES, url }
}

function refreshedFields(headers: ReadonlyHeaders): Map<string, string[]> {
  const named = connectionNames(headers)
  const found = valuesByName(headers)
  for (const name of found.keys()) if (NOT_REFRESHED.has(name) || named?.has(name) === true) found.delete(name)
  return found
}

/** Whoever reads the stream sees its error. */
function ignoreError(): void {}
