// Measures whole requests: from their arrival to the last byte of the answer, whoever answers.

import type { EndpointConfig } from '../../../config/types.ts'
import type { Logger } from '../../../engine/compile/component.ts'
import { STATUS_CODES } from '../../../node-http.ts'
import type { Slot } from '../../../engine/scope.ts'
import type { Exchange, Handler, Layer, Route } from '../../../engine/types.ts'
import { knownMethod } from '../known-methods.ts'
import type { Histogram, MetricStore } from '../metric-store.ts'
import { type Attributes, attributesOf } from '../metric-types.ts'
import type { Propagation } from '../propagation.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { Span, type Tracer, UNSAMPLED } from '../tracer.ts'
import { SERVER, SERVER_1_27 } from './instruments.ts'
import type { GlobalSettings } from './settings.ts'
import { addAttributes, addHeaders } from './span-attributes.ts'

const MS_PER_S = 1000

export interface OwnAttributes {
  readonly metrics: Attributes
  readonly traces: Attributes
}

export interface ServerLayerInit {
  readonly settings: GlobalSettings
  readonly skipped: ReadonlySet<string>
  /** What endpoints add. */
  readonly own: ReadonlyMap<EndpointConfig, OwnAttributes>
  /** Null without metrics. */
  readonly store: MetricStore | null
  /** Null without traces. */
  readonly tracer: Tracer | null
  readonly propagation: Propagation
  readonly current: Slot<TraceContext>
  readonly log: Logger
}

/** Null where nothing is measured and no trace of a caller goes on. */
export function serverLayer(init: ServerLayerInit): Layer<Handler> | null {
  const { settings, skipped, tracer, store, propagation, current } = init
  const record = settings.hasMetrics && store !== null ? compileRecorder(init, store) : null
  const trace = settings.hasTraces && tracer !== null ? compileTrace(init, tracer) : null
  const continues = settings.propagates && tracer !== null
  if (record === null && trace === null && !continues) return null
  return (next) =>
    function measureRequest(exchange) {
      if (skipped.has(exchange.path)) return next(exchange)
      const remote = continues ? propagation.extract(exchange.headers) : null
      if (remote !== null) current.set(exchange.scope, remote)
      const span = trace === null ? null : trace.start(exchange, remote)
      if (span !== null || record !== null)
        exchange.onFinish(() => {
          record?.(exchange)
          if (span !== null) trace?.end(exchange, span)
        })
      return next(exchange)
    }
}

/** The endpoint that answers; null where none does. compat: one that is skipped counts as none. */
function endpointOf({ route }: Exchange, skipped: ReadonlySet<string>): EndpointConfig | null {
  const endpoint = route?.endpoint ?? null
  return endpoint === null || skipped.has(endpoint.path) ? null : endpoint
}

/** Endpoints by their pattern; what else answers, by how. */
function routeOf({ route, statusCode }: Exchange, endpoint: EndpointConfig | null): string {
  return route === null || endpoint === null ? `${statusCode} ${STATUS_CODES[statusCode] ?? ''}`.trimEnd() : route.pattern
}

interface Pair {
  readonly duration: Histogram
  readonly size: Histogram
}

function compileRecorder({ settings, own, skipped }: ServerLayerInit, store: MetricStore): (exchange: Exchange) => void {
  const instruments = settings.convention === '1.27' ? SERVER_1_27 : SERVER
  const known = new Map<Route | null, Map<string, Pair>>()
  function makePair(exchange: Exchange, method: string): Pair {
    const endpoint = endpointOf(exchange, skipped)
    const attributes = attributesOf([
      ...settings.metricAttributes,
      ...(endpoint === null ? [] : (own.get(endpoint)?.metrics ?? [])),
      ['http.request.method', method],
      ['http.response.status_code', exchange.statusCode],
      ['http.route', routeOf(exchange, endpoint)],
      // compat: whatever the scheme was.
      ['url.scheme', 'http'],
    ])
    return { duration: store.histogram(instruments.duration, attributes), size: store.histogram(instruments.size, attributes) }
  }
  return function record(exchange) {
    const method = knownMethod(exchange.method)
    let pairs = known.get(exchange.route)
    if (pairs === undefined) known.set(exchange.route, (pairs = new Map()))
    const key = `${method} ${exchange.statusCode}`
    let pair = pairs.get(key)
    if (pair === undefined) pairs.set(key, (pair = makePair(exchange, method)))
    pair.duration.record((performance.now() - exchange.startMs) / MS_PER_S)
    pair.size.record(exchange.bytesOut)
  }
}

interface ExchangeTrace {
  /** Null where the trace is not sampled. */
  start(exchange: Exchange, remote: TraceContext | null): Span | null
  end(exchange: Exchange, span: Span): void
}

function compileTrace({ settings, own, skipped, current }: ServerLayerInit, tracer: Tracer): ExchangeTrace {
  return {
    start(exchange, remote) {
      if (!tracer.samples(remote)) {
        current.set(exchange.scope, UNSAMPLED)
        return null
      }
      const span = new Span(cut(exchange.path), 'server', remote, tracer.now() - (performance.now() - exchange.startMs), {
        'url.full': cut(exchange.target),
        'server.address': cut(exchange.host),
        'http.request.method': cut(exchange.method),
        'client.address': exchange.peerAddress,
        'krakend.stage': 'global',
      })
      const { length } = exchange.body
      if (length !== null) span.attributes['http.request.body.size'] = length
      const agent = exchange.headers.get('User-Agent')
      if (agent !== undefined) span.attributes['user_agent.original'] = cut(agent)
      addAttributes(span, settings.spanAttributes)
      addHeaders(span, 'http.request.header.', exchange.headers, settings.headers)
      current.set(exchange.scope, span)
      return span
    },
    end(exchange, span) {
      const endpoint = endpointOf(exchange, skipped)
      const { attributes } = span
      attributes['http.route'] = routeOf(exchange, endpoint)
      attributes['http.response.status_code'] = exchange.statusCode
      attributes['http.response.body.size'] = exchange.bytesOut
      if (endpoint !== null) addAttributes(span, own.get(endpoint)?.traces ?? [])
      addHeaders(span, 'http.response.header.', exchange.responseHeaders, settings.headers)
      span.status = 'ok'
      tracer.end(span)
    },
  }
}
