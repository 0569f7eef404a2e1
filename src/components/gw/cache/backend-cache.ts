// The cache of one backend: keeps its decoded answers, and with `no-op` whole ones.

import { Readable } from 'node:stream'
import type { Site } from '../../../engine/compile/component.ts'
import { canonicalName, isEventStream, type ReadonlyHeaders } from '../../../engine/headers.ts'
import { callFields, clientExchange, showExchange, unheard, verifiedClaims } from '../../../engine/ports.ts'
import { ageSecondsOf, answerNotes, type AnswerNote } from '../../../engine/steps/answer-notes.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { Layer, Pipe, PipeRequest, PipeResponse } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { tellBackendCache } from '../cache-status.ts'
import type { Fetched, Keep } from './cache.ts'
import { isTooLarge, readBody, seesClaims, seesParams } from './inputs.ts'
import { automaticKey, digest } from './key.ts'
import { agedNotes, keepingOf } from './keeping.ts'
import { ENTRY_BYTES, isCacheable, openCache } from './open-cache.ts'
import { paramsOf, type Options } from './options.ts'
import { compileText } from './texts.ts'

/** What is kept: an answer whose body is in memory, and what its backend said of it. */
interface Kept {
  readonly response: PipeResponse
  readonly notes: readonly AnswerNote[]
}

export function cacheBackend(given: Options, site: Site): Layer<Pipe> | null {
  const { backend, endpoint } = site
  if (backend === null) return null
  showExchange(site)
  const { store, cache } = openCache<Kept>(site, given)
  const params = paramsOf(endpoint)
  const tags = given.tags.map((tag) => compileText(tag, params))
  const keyOf = compileBackendKey(given, site)
  const place = Number(backend.at.at(3) ?? 0)
  return (next) => {
    const fetch = compileFetch(given, next, backend, () => store.maxBodyBytes)
    return async function cacheAnswers(request, scope) {
      const exchange = clientExchange.get(scope)
      const key = isCacheable(request) ? await keyOf(request, scope) : null
      const tell = (status: string): void => {
        if (exchange?.statusCode === 0 && unheard.get(scope) === undefined) tellBackendCache(exchange.responseHeaders, place, status)
      }
      if (key === null || request.method === 'HEAD') {
        const response = await next(request, scope)
        tell('fwd=bypass')
        return response
      }
      const { value, status, ageS, isOwn } = await cache.ask({
        key,
        headerOf: (name) => request.headers.get(name) ?? '',
        tags: () =>
          exchange === undefined ? [] : tags.map((fill) => fill({ exchange, params: request.params })).filter((tag) => tag !== null),
        path: exchange?.path ?? '',
        scope,
        fetch: (own) => fetch(request, own, scope),
      })
      // Whoever keeps the whole answer needs to know as well.
      if (!isOwn) answerNotes.get(scope)?.push(...agedNotes(value.notes, ageS ?? 0))
      tell(status)
      return copyOf(value.response, ageS)
    }
  }
}

/** A body in memory that each reader may have. `ageS`: how long it was kept; null where it was not. */
function copyOf(response: PipeResponse, ageS: number | null): PipeResponse {
  if (response.headers === null) return response
  const headers = response.headers.copy()
  if (ageS !== null) headers.set('Age', String(ageS + ageSecondsOf(headers)))
  return { ...response, headers }
}

function compileFetch(given: Options, next: Pipe, backend: AnswerNote['backend'], maxBytes: () => number) {
  const ttlMs = parseDurationMs(given.ttl) ?? 0
  const statuses = new Set(given.statuses)
  return async function fetch(request: PipeRequest, own: Scope, asking: Scope): Promise<Fetched<Kept>> {
    if (own !== asking) own.limit(asking.deadline - performance.now())
    const notes = answerNotes.get(own) ?? []
    answerNotes.set(own, notes)
    const before = notes.length
    const whole = await gather(await next(request, own), maxBytes())
    const mine = notes.slice(before).filter((note) => note.backend === backend)
    const value = { response: whole.response, notes: mine }
    const { response } = whole
    const isGood = response.statusCode === 0 ? response.isComplete && response.error === null : statuses.has(response.statusCode)
    const keeping = isGood && !whole.isStream && !isEvents(response) ? keepingOf(mine, ttlMs, given.override) : null
    return {
      value,
      keep:
        keeping === null ? null : { ...keeping, varies: keeping.varies.filter((name) => request.headers.has(name)), ...sizeOf(response) },
      isFailure: false,
      isExclusive: whole.isStream,
    }
  }
}

function sizeOf({ data, headers, body }: PipeResponse): Pick<Keep, 'bodyBytes' | 'otherBytes'> {
  const text = data === null || data.isEmpty ? '' : data.encoded()
  const bodyBytes = text.length + (Buffer.isBuffer(body) ? body.length : 0)
  return { bodyBytes, otherBytes: ENTRY_BYTES + (headers?.fields.join('').length ?? 0) }
}

/** Takes a stream into memory, unless it is too large or one of events. */
async function gather(response: PipeResponse, maxBytes: number): Promise<{ response: PipeResponse; isStream: boolean }> {
  const { body } = response
  if (body === null || Buffer.isBuffer(body)) return { response, isStream: false }
  if (isEvents(response)) return { response, isStream: true }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of body.iterator({ destroyOnReturn: false })) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > maxBytes)
      return { response: { ...response, body: Readable.from(rejoin(chunks, body), { objectMode: false }) }, isStream: true }
  }
  return { response: { ...response, body: Buffer.concat(chunks) }, isStream: false }
}

function isEvents({ headers }: PipeResponse): boolean {
  return headers !== null && isEventStream(headers)
}

async function* rejoin(chunks: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* chunks
  for await (const chunk of rest) yield chunk as Buffer
}

function compileBackendKey({ key }: Options, site: Site): (request: PipeRequest, scope: Scope) => Promise<string | null> {
  const { backend, endpoint } = site
  const wanted = new Set((backend?.inputHeaders ?? []).map(canonicalName))
  const texts = key?.map((text) => compileText(text, paramsOf(endpoint)))
  const ignored = callFields(site)
  const [hasClaims, hasParams] = [seesClaims(site), seesParams(site)]
  // A request that was built is filtered already.
  const isBuilt = site.has('_gw/request')
  return async function keyOf(request, scope) {
    const exchange = clientExchange.get(scope)
    if (texts !== undefined) {
      const parts = exchange === undefined ? [] : texts.map((fill) => fill({ exchange, params: request.params }))
      return parts.includes(null) ? null : digest(parts as string[])
    }
    const headers = wanted.size === 0 || isBuilt ? request.headers : onlyNamed(request.headers, wanted)
    if (isTooLarge(request.body)) return null
    const others: [string, string][] = hasParams ? [...request.params] : []
    if (hasClaims) others.push(['claims', JSON.stringify(verifiedClaims.get(scope) ?? null)])
    if (request.body.length !== 0) others.push(await readBody(request.body))
    return automaticKey({ method: request.method, path: request.path, query: request.query, headers, ignored, others })
  }
}

function onlyNamed(headers: ReadonlyHeaders, wanted: ReadonlySet<string>): ReadonlyHeaders {
  const own = headers.copy()
  own.deleteWhere((name) => !wanted.has(name))
  return own
}
