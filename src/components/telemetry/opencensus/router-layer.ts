// Measures what endpoints answer, and what is answered where there is none. Continues the trace of a caller.

import type { Slot } from '../../../engine/scope.ts'
import type { Exchange, Handler, Layer } from '../../../engine/types.ts'
import type { Propagation } from '../propagation.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { Span } from '../tracer.ts'
import type { CensusTracer } from './census-tracer.ts'
import type { PathTag } from './path-tags.ts'
import type { Views } from './views.ts'

export interface RouterLayerInit {
  /** Of the span: `/a/:id`. */
  readonly name: string
  readonly pathTag: PathTag
  readonly tracer: CensusTracer
  readonly propagation: Propagation
  readonly current: Slot<TraceContext>
  /** Null where nobody sees them. */
  readonly views: Views | null
}

export function routerLayer({ name, pathTag, tracer, propagation, current, views }: RouterLayerInit): Layer<Handler> {
  return (next) =>
    function measureAnswers(exchange) {
      const startMs = tracer.now()
      const context = tracer.begin(name, 'server', propagation.extract(exchange.headers), startMs)
      const span = context instanceof Span ? describe(context, exchange) : null
      current.set(exchange.scope, context)
      const { host, method, body } = exchange
      const tagged = views === null ? null : { host, path: pathTag(exchange.path), method }
      if (tagged !== null) views?.started(tagged)
      exchange.onFinish(() => {
        const endMs = tracer.now()
        if (tagged !== null) views?.answered(tagged, exchange.statusCode, endMs - startMs, body.length ?? 0, exchange.bytesOut)
        if (span !== null) tracer.end(span, endMs)
      })
      return next(exchange)
    }
}

function describe(span: Span, { path, target, host, method, headers }: Exchange): Span {
  const own = span.attributes
  own['http.path'] = cut(path)
  own['http.url'] = cut(target)
  own['http.host'] = cut(host)
  own['http.method'] = cut(method)
  const agent = headers.get('User-Agent')
  if (agent !== undefined) own['http.user_agent'] = cut(agent)
  return span
}
