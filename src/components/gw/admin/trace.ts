// Tells on its answer what became of a request: route, layers, what was not forwarded, calls of backends. No values, no bodies.

import type { EndpointConfig } from '../../../config/types.ts'
import type { Site } from '../../../engine/compile/component.ts'
import { compileRequest } from '../../../engine/endpoint/request.ts'
import { HOP_BY_HOP, type HeaderMap } from '../../../engine/headers.ts'
import { layerMarks, requestId } from '../../../engine/ports.ts'
import { slot } from '../../../engine/scope.ts'
import { maskerOf } from '../../../engine/secrets.ts'
import { type Attempt, type BackendCourse, courseOf, courseWatch } from '../../../engine/steps/request-course.ts'
import type { Answer, Exchange } from '../../../engine/types.ts'
import { parseQuery } from '../../../go/url.ts'
import { formatPath } from '../../../schema/issue.ts'
import { cacheStatuses } from '../cache-status.ts'
import { round, serverTiming, type Told, type ToldBackend, traceText } from './trace-text.ts'

export const TRACE_HEADER = 'X-Gw-Trace'

/** When a traced request came to which layer. */
const passed = slot<{ readonly name: string; readonly atMs: number }[]>()
/** Of every connection, or written anew for each call. */
const NEVER_FORWARDED = new Set([...HOP_BY_HOP, 'Host', 'Content-Length', TRACE_HEADER])

/** Gives how the trace of a request begins. It changes nothing of the request's way. */
export function compileTrace(site: Site): (exchange: Exchange) => void {
  courseWatch(site).isWanted = true
  layerMarks(site).mark = (name) => (next) =>
    function markLayer(exchange) {
      passed.get(exchange.scope)?.push({ name, atMs: performance.now() })
      return next(exchange)
    }
  const hide = maskerOf(site.config.secrets) ?? ((text: string) => text)
  return function beginTrace(exchange) {
    courseOf(exchange.scope).keepsAttempts = true
    passed.set(exchange.scope, [])
    exchange.onAnswer((answer) => tell(exchange, answer, hide))
  }
}

function tell(exchange: Exchange, { headers }: Answer, hide: (text: string) => string): void {
  const nowMs = performance.now()
  const { route, scope, startMs } = exchange
  const endpoint = route?.endpoint ?? null
  const id = requestId.get(scope)
  const course = courseOf(scope).backends.filter((backend) => backend !== undefined)
  const told: Told = {
    route: endpoint === null ? null : formatPath(endpoint.at),
    ...(id === undefined ? null : { request_id: id }),
    layers: layersOf(passed.get(scope) ?? [], nowMs),
    ...droppedOf(exchange, endpoint),
    backends: course.map((backend) => tellBackend(backend, headers, hide)),
    complete: headers.get('X-Krakend-Completed') === 'true',
    ms: round(nowMs - startMs),
  }
  const backendMs = course.map(({ ms, startMs: begunMs }) => round(ms < 0 ? nowMs - begunMs : ms))
  // What came after the last answer of several.
  const mergeMs = course.length < 2 ? null : round(nowMs - Math.max(...course.map(({ ms, startMs: begunMs }) => begunMs + Math.max(0, ms))))
  const timing = serverTiming(told, backendMs, mergeMs)
  headers.set(TRACE_HEADER, traceText(told))
  headers.add('Server-Timing', timing)
}

/** What each layer did before it passed the request on, or answered. */
function layersOf(marks: readonly { readonly name: string; readonly atMs: number }[], nowMs: number): Told['layers'] {
  return marks.flatMap(({ name, atMs }, index) => (name === '' ? [] : [[name, round((marks[index + 1]?.atMs ?? nowMs) - atMs)] as const]))
}

/** Names that the client sent and backends do not get. */
function droppedOf({ sent, ...exchange }: Exchange, endpoint: EndpointConfig | null): Pick<Told, 'dropped_headers' | 'dropped_query'> {
  if (endpoint === null) return { dropped_headers: [], dropped_query: [] }
  const asSent = { ...exchange, headers: sent.headers, rawQuery: sent.rawQuery } as Exchange
  const { headers, query } = compileRequest(endpoint, '')(asSent)
  return {
    dropped_headers: sent.headers.names().filter((name) => !headers.has(name) && !NEVER_FORWARDED.has(name)),
    dropped_query: [...parseQuery(sent.rawQuery).keys()].filter((name) => !query.has(name)),
  }
}

function tellBackend(
  { index, attempts, code, isFallback }: BackendCourse,
  headers: HeaderMap,
  hide: (text: string) => string,
): ToldBackend {
  const cache = cacheStatuses(headers).find(({ backend }) => backend === index)?.word
  const tries = (attempts ?? []).map(({ origin, path, status, code: failure, ms }: Attempt) => ({
    url: hide(origin + path),
    ...(failure === null ? { status } : { code: failure }),
    ms: round(ms),
  }))
  return { i: index, tries, ...(code === null ? null : { code }), ...(cache === undefined ? null : { cache }), fallback: isFallback }
}
