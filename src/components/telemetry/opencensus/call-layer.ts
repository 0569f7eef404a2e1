// Measures each HTTP request to a backend, to the end of its answer, and tells the backend which trace it belongs to.

import type { Slot } from '../../../engine/scope.ts'
import type { BackendRequest, Layer, Sender } from '../../../engine/types.ts'
import { unescapePercent } from '../../../go/url.ts'
import { courseOf, onBodyEnd } from '../call-course.ts'
import { hostOf, sizeOf, urlOf } from '../call-url.ts'
import type { Propagation } from '../propagation.ts'
import { cut } from '../span-text.ts'
import type { TraceContext } from '../trace-context.ts'
import { parentOf } from '../trace-slots.ts'
import { Span } from '../tracer.ts'
import type { CensusTracer } from './census-tracer.ts'
import type { PathTag } from './path-tags.ts'
import type { Views } from './views.ts'

export interface CallLayerInit {
  readonly pathTag: PathTag
  readonly tracer: CensusTracer
  readonly propagation: Propagation
  readonly current: Slot<TraceContext>
  /** Null where nobody sees them. */
  readonly views: Views | null
  /** Keeps secrets of the file out of the names of spans. */
  readonly mask: (text: string) => string
}

/** compat: calls of these paths are neither measured nor told. */
const HEALTH_PATHS: ReadonlySet<string> = new Set(['/healthz', '/_ah/health'])
/** What a call without an answer counts as. */
const NO_ANSWER = 500
const FAILED_FROM = 400

export function callLayer({ pathTag, tracer, propagation, current, views, mask }: CallLayerInit): Layer<Sender> {
  return (next) =>
    function measureCall(request, scope) {
      const path = pathOf(request)
      if (HEALTH_PATHS.has(path)) return next(request, scope)
      const startMs = tracer.now()
      const context = tracer.begin(mask(cut(path)), 'client', parentOf(request, scope, current), startMs)
      const span = context instanceof Span ? describe(context, request, path) : null
      const course = courseOf(request)
      const headers = request.headers.copy()
      propagation.inject(headers, context)
      const finish = (status: number, announcedBytes: number, failure: Error | null): void => {
        const endMs = tracer.now()
        const tagged = { host: request.host ?? hostOf(request), path: pathTag(path), method: request.method }
        views?.called(tagged, status, endMs - startMs, sizeOf(request), course.bodyBytes || announcedBytes)
        if (span === null) return
        span.status = failure !== null || status >= FAILED_FROM ? 'error' : 'ok'
        span.statusText = cut(failure?.message ?? '')
        tracer.end(span, endMs)
      }
      return next({ ...request, headers, course }, scope).then(
        (response) => {
          if (span !== null) span.attributes['http.status_code'] = response.statusCode
          const announced = request.method === 'HEAD' ? 0 : Number(response.headers.get('Content-Length') ?? 0)
          onBodyEnd(response, (failure) => finish(response.statusCode, announced, failure))
          return response
        },
        (error: unknown) => {
          finish(NO_ANSWER, 0, error as Error)
          throw error
        },
      )
    }
}

function pathOf({ path }: BackendRequest): string {
  const [own = ''] = path.split('?', 1)
  return unescapePercent(own) ?? own
}

function describe(span: Span, request: BackendRequest, path: string): Span {
  const own = span.attributes
  own['http.path'] = cut(path)
  own['http.url'] = cut(urlOf(request))
  own['http.host'] = cut(request.host ?? hostOf(request))
  own['http.method'] = request.method
  const agent = request.headers.get('User-Agent')
  if (agent !== undefined) own['http.user_agent'] = cut(agent)
  return span
}
