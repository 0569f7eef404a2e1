// The layers that count: around an endpoint, around its pipe, around each backend. perf: all of them sit on every request.

import type { Clock } from '../../../engine/compile/component.ts'
import type { Handler, Layer, Pipe } from '../../../engine/types.ts'
import type { PipeMeter, ResponseMeter, RouterMeter } from './meters.ts'

const NS_PER_MS = 1e6

export function measureEndpoint(router: RouterMeter, responses: ResponseMeter, { steady }: Clock): Layer<Handler> {
  return (next) =>
    function measureAnswers(exchange) {
      const startMs = steady()
      router.connected()
      const { tls } = exchange
      if (tls !== null) router.encrypted(tls.version, tls.cipher)
      exchange.onFinish(() => {
        router.disconnected()
        responses.answered(exchange.statusCode, exchange.bytesOut, nanosecondsSince(startMs, steady))
      })
      return next(exchange)
    }
}

export function measurePipe(meter: PipeMeter, { steady }: Clock): Layer<Pipe> {
  return (next) =>
    function measureOutcomes(request, scope) {
      const startMs = steady()
      return next(request, scope).then(
        (response) => {
          meter.ended(response.isComplete, response.error !== null, nanosecondsSince(startMs, steady))
          return response
        },
        (error: unknown) => {
          meter.ended(false, true, nanosecondsSince(startMs, steady))
          throw error
        },
      )
    }
}

function nanosecondsSince(startMs: number, steady: Clock['steady']): number {
  return Math.round((steady() - startMs) * NS_PER_MS)
}
