// The spans of one HTTP request to a backend: until its response begins, and while its body is read.

import type { Slot } from '../../../engine/scope.ts'
import type { BackendRequest } from '../../../engine/types.ts'
import { describeFailedCall } from '../../../go/failed-call.ts'
import { hostOf, sizeOf, urlOf } from '../call-url.ts'
import type { Propagation } from '../propagation.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { Span, type SpanValue, type Tracer } from '../tracer.ts'
import type { Call } from './call-layer.ts'
import { phasesOf, readSeconds } from './call-metrics.ts'
import type { HeaderSettings } from './settings.ts'
import { addHeaders } from './span-attributes.ts'

export interface CallSpansInit {
  readonly tracer: Tracer
  readonly propagation: Propagation
  readonly current: Slot<TraceContext>
  readonly name: string
  /** Of the backend, static ones among them. */
  readonly attributes: Readonly<Record<string, SpanValue>>
  readonly headers: HeaderSettings
  readonly hasRead: boolean
  readonly isDetailed: boolean
}

const READ = 'http.client.response.read.tracker'
const MS_PER_S = 1000

/** Begins the span of a request, and gives the request that carries it to the backend. */
export function startCallSpan(init: CallSpansInit, request: BackendRequest, parent: TraceContext | null): [Span, BackendRequest] {
  const { tracer, propagation, name, attributes, headers } = init
  const span = new Span(name, 'client', parent, tracer.now(), { ...attributes })
  const own = span.attributes
  own['url.full'] = cut(urlOf(request))
  own['server.address'] = cut(hostOf(request))
  own['http.request.method'] = request.method
  own['http.request.body.size'] = sizeOf(request)
  const agent = request.headers.get('User-Agent')
  if (agent !== undefined) own['user_agent.original'] = cut(agent)
  addHeaders(span, 'http.request.header.', request.headers, headers)
  const carrying = request.headers.copy()
  propagation.inject(carrying, span)
  return [span, { ...request, headers: carrying }]
}

/** The head of the response is there, or it failed. `offsetMs` leads from the moments of the wire to those of spans. */
export function endCallSpan({ tracer, headers, isDetailed }: CallSpansInit, span: Span, call: Call, offsetMs: number): void {
  const { response, error, course, contentLength } = call
  const headMs = course.headMs || call.endMs
  if (response === null) {
    if (error !== null) fail(span, error, headMs + offsetMs, describeFailedCall(call.request.method, urlOf(call.request), ''))
  } else {
    const own = span.attributes
    own['http.response.status_code'] = response.statusCode
    own['http.response.body.size'] = contentLength
    own['response-duration'] = (headMs - call.startMs) / MS_PER_S
    addHeaders(span, 'http.response.header.', response.headers, headers)
    if (isDetailed) {
      const { connection, dns, tls } = phasesOf(call)
      own['get-conn-duration'] = connection
      own['dns-duration'] = dns
      own['tls-duration'] = tls
      span.events = [{ name: 'first-byte-time', timeMs: headMs + offsetMs, attributes: {} }]
    }
    span.status = 'ok'
  }
  tracer.end(span, headMs + offsetMs)
}

export function addReadSpan(
  { tracer, attributes }: CallSpansInit,
  parent: Span,
  call: Call,
  failure: Error | null,
  offsetMs: number,
): void {
  const { course, endMs } = call
  const span = new Span(READ, 'internal', parent, (course.headMs || endMs) + offsetMs, { ...attributes })
  span.attributes['http.client.response.read.size'] = course.bodyBytes
  span.attributes['http.client.response.read.time'] = readSeconds(call)
  span.status = 'ok'
  if (failure !== null) fail(span, failure, endMs + offsetMs)
  tracer.end(span, endMs + offsetMs)
}

/** `about` stands before the reason in the error's text, but not in the span: it says by itself which call it is. */
function fail(span: Span, { name, message }: Error, timeMs: number, about = ''): void {
  const reason = cut(message.startsWith(about) ? message.slice(about.length) : message)
  span.status = 'error'
  span.statusText = reason
  const exception = { name: 'exception', timeMs, attributes: { 'exception.type': name, 'exception.message': reason } }
  span.events = [...(span.events ?? []), exception]
}
