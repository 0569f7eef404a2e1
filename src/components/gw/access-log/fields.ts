// The members of a line: each field's value as JSON, null where the line has none of it.

import type { Site } from '../../../engine/compile/component.ts'
import { MergeError } from '../../../engine/errors.ts'
import { describeFailure } from '../../../engine/failures.ts'
import { canonicalName } from '../../../engine/headers.ts'
import { requestId, traceIds } from '../../../engine/ports.ts'
import { rawPathOf } from '../../../engine/routing/patterns/raw-path.ts'
import { type BackendCourse, requestCourse } from '../../../engine/steps/request-course.ts'
import type { Exchange } from '../../../engine/types.ts'
import { textOfBytes } from '../../../go/text.ts'
import { cacheStatuses } from '../cache-status.ts'
import { jsonText } from './json-text.ts'
import { apiKeyNames, FIELDS, type Options } from './options.ts'
import { compileRedaction } from './redact-query.ts'

/** What a line tells of: a request that is over. */
export interface Over {
  readonly exchange: Exchange
  /** As it came, whatever layers have written. */
  readonly method: string
  readonly target: string
  readonly host: string
  /** `performance.now()`. */
  readonly endMs: number
}

type Value = (over: Over) => string | null

const FIRST_ERROR = 400

/** One line of JSON, with its line feed. */
export function compileLine(options: Options, site: Site): (over: Over) => string {
  const all = compileFields(options, site)
  const wanted = new Set<string>(options.fields)
  const members = FIELDS.filter((field) => wanted.has(field)).map((field) => ({ start: `"${field}":`, valueOf: all[field] }))
  if (options.headers.length > 0) members.push({ start: '"headers":', valueOf: compileHeaders(options.headers) })
  return function lineOf(over) {
    let text = ''
    for (const { start, valueOf } of members) {
      const value = valueOf(over)
      if (value !== null) text += (text === '' ? '{' : ',') + start + value
    }
    return text === '' ? '{}\n' : `${text}}\n`
  }
}

function compileFields(options: Options, site: Site): Readonly<Record<(typeof FIELDS)[number], Value>> {
  const redact = compileRedaction([...options.redact_query, ...apiKeyNames(site.config, 'query_string')])
  const [traceIdOf = () => ''] = site.ask(traceIds)
  const patterns = new Map(site.config.endpoints.map((endpoint) => [endpoint, jsonText(endpoint.writtenPath)]))
  const now = compileTime(site.clock.now)
  return {
    time: () => now(),
    method: ({ method }) => jsonText(method),
    path: ({ target }) => jsonText(rawPathOf(target)),
    query: ({ target }) => {
      const mark = target.indexOf('?')
      return jsonText(mark < 0 ? '' : redact(target.slice(mark + 1)))
    },
    proto: ({ exchange }) => `"${exchange.protocol}"`,
    status: ({ exchange }) => String(exchange.statusCode),
    bytes: ({ exchange }) => String(exchange.bytesOut),
    duration_ms: ({ exchange, endMs }) => milliseconds(endMs - exchange.startMs),
    client_ip: ({ exchange }) => jsonText(exchange.clientIp || exchange.peerAddress),
    host: ({ host }) => jsonText(host),
    endpoint: ({ exchange: { route } }) => (route?.endpoint == null ? 'null' : (patterns.get(route.endpoint) ?? 'null')),
    request_id: ({ exchange }) => textOrNone(requestId.get(exchange.scope)),
    trace_id: ({ exchange }) => textOrNone(traceIdOf(exchange.scope)),
    user_agent: ({ exchange }) => textOrNone(textOfBytes(exchange.headers.get('User-Agent') ?? '')),
    code: ({ exchange }) => textOrNone(codeOf(exchange)),
    complete: ({ exchange }) => completeOf(exchange),
    cache: ({ exchange }) => cacheOf(exchange),
    backends: ({ exchange, endMs }) => {
      const backends = requestCourse.get(exchange.scope)?.backends ?? []
      return `[${backends.flatMap((backend) => (backend === undefined ? [] : [describeBackend(backend, endMs)])).join(',')}]`
    },
  }
}

/** Absent where nothing went wrong. */
function codeOf({ failure, route, statusCode }: Exchange): string | undefined {
  // A part that is missing is told by "complete" and its backend.
  if (failure instanceof MergeError && failure.isPartial && statusCode < FIRST_ERROR) return undefined
  if (failure !== null) return describeFailure(failure).code
  // What the router answers itself is no failure.
  if (route === null || route.endpoint !== null) return undefined
  return statusCode === 404 ? 'ERR_NOT_FOUND' : statusCode === 405 ? 'ERR_METHOD_NOT_ALLOWED' : undefined
}

/** security: services and plugins that answer themselves may have written anything into the field. */
function completeOf({ responseHeaders }: Exchange): string | null {
  const told = responseHeaders.get('X-Krakend-Completed')
  return told === 'true' || told === 'false' ? told : null
}

/** `hit`, `miss`, `stale`, `bypass`: of the endpoint's cache, else of its first backend that has one. */
function cacheOf({ responseHeaders }: Exchange): string | null {
  const told = cacheStatuses(responseHeaders)
  const status = told.find(({ backend }) => backend === null) ?? told[0]
  return status === undefined ? null : `"${status.word}"`
}

function describeBackend({ index, last, ms, startMs, tries, code }: BackendCourse, endMs: number): string {
  const host = last === null ? '' : `,"host":${jsonText(last.origin)}`
  const status = last === null || last.status === 0 ? '' : `,"status":${last.status}`
  const end = code === null ? '' : `,"code":"${code}"`
  return `{"i":${index}${host}${status},"ms":${milliseconds(ms < 0 ? endMs - startMs : ms)},"tries":${tries}${end}}`
}

function compileHeaders(names: readonly string[]): Value {
  const wanted = names.map((name) => ({ start: `${jsonText(name)}:`, canonical: canonicalName(name) }))
  return ({ exchange: { headers } }) => {
    const members = wanted.flatMap(({ start, canonical }) => {
      const values = headers.values(canonical)
      return values.length === 0 ? [] : [start + jsonText(textOfBytes(values.join(', ')))]
    })
    return `{${members.join(',')}}`
  }
}

/** RFC 3339. perf: written once for all lines of a millisecond. */
function compileTime(readMs: () => number): () => string {
  let lastMs = -1
  let text = ''
  return function timeNow() {
    const ms = readMs()
    if (ms !== lastMs) text = `"${new Date((lastMs = ms)).toISOString()}"`
    return text
  }
}

function textOrNone(text: string | undefined): string | null {
  return text === undefined || text === '' ? null : jsonText(text)
}

/** Three digits are more than a line needs. */
function milliseconds(ms: number): string {
  return String(Math.round(ms * 1000) / 1000)
}
