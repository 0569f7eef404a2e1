// Component `_gw/overload`: refuses requests at once while there is more to do than can be done. The health check always answers.

import v8 from 'node:v8'
import type { Static } from 'typebox'
import { component, type Site } from '../../../engine/compile/component.ts'
import type { Exchange, Handler } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { LoadGauge, LOOK_EVERY_MS } from './load-gauge.ts'

const options = Type.Object({
  max_in_flight: Type.Integer({ default: 0, description: 'Requests that one worker carries out at a time. 0: any number.' }),
  max_event_loop_delay: Type.String({ default: '0s', description: 'How late the timers of a worker may be. `0s`: not looked at.' }),
  max_memory_share: Type.Number({
    default: 0,
    description: 'Heap and buffers of a worker as a share of the limit of its heap: above 0, up to 1. 0: not looked at.',
  }),
  retry_after: Type.String({ default: '1s', description: 'What `Retry-After` says, in whole seconds, rounded up.' }),
})

type Options = Static<typeof options>

const NAMESPACE = '_gw/overload'
const SHED = 503
/** Between two lines of the log. */
const TELL_EVERY_MS = 1000
const DEFAULT_HEALTH_PATH = '/__health'

export const overload = component({
  stage: 'server',
  namespace: NAMESPACE,
  restricting: true,
  whenInvalid: 'stop',
  options,
  check: findProblems,
  build(written, site) {
    const bounds = boundsOf(written)
    const { maxInFlight, maxDelayMs, maxMemoryShare } = bounds
    if (maxInFlight === Infinity && maxDelayMs === Infinity && maxMemoryShare === Infinity) return null
    const gauge = new LoadGauge({ now: () => site.clock.steady(), memoryShare }, bounds)
    if (maxDelayMs < Infinity || maxMemoryShare < Infinity) {
      const timer = setInterval(() => gauge.look(), LOOK_EVERY_MS).unref()
      site.onRetire(() => clearInterval(timer))
    }
    const tell = compileTeller(site)
    const healthPath = site.router.disable_health ? null : site.router.health_path || DEFAULT_HEALTH_PATH
    const retryAfter = String(Math.ceil((parseDurationMs(written.retry_after) ?? 1000) / 1000))
    let inFlight = 0
    const leave = (): void => {
      inFlight--
    }
    return (next: Handler): Handler =>
      function shedLoad(exchange) {
        const reason = inFlight >= maxInFlight ? `${inFlight} requests are in flight` : gauge.excess
        if (reason !== null && exchange.path !== healthPath) {
          tell(reason)
          return refuse(exchange, retryAfter)
        }
        inFlight++
        exchange.onFinish(leave)
        return next(exchange)
      }
  },
})

/** Answers at once, before anything else is done. */
function refuse(exchange: Exchange, retryAfter: string): void {
  exchange.responseHeaders.set('Retry-After', retryAfter)
  exchange.answer(SHED)
}

/** Says why requests are refused, once a second at most, with the number of those before. */
function compileTeller(site: Site): (reason: string) => void {
  let toldMs = -Infinity
  let untold = 0
  return (reason) => {
    untold++
    const now = site.clock.steady()
    if (now - toldMs < TELL_EVERY_MS) return
    site.log.warning(`${site.label}[Overload] ${untold} request${untold === 1 ? '' : 's'} refused: ${reason}`)
    toldMs = now
    untold = 0
  }
}

/** Heap and buffers of this thread against the limit of its heap, which Node.js derives from that of the container. */
function memoryShare(): number {
  const { used_heap_size: used, external_memory: buffers, heap_size_limit: limit } = v8.getHeapStatistics()
  return (used + buffers) / limit
}

interface OverloadBounds {
  readonly maxInFlight: number
  readonly maxDelayMs: number
  readonly maxMemoryShare: number
}

/** Infinity: no bound. */
function boundsOf({ max_in_flight: inFlight, max_event_loop_delay: delay, max_memory_share: share }: Options): OverloadBounds {
  const delayMs = parseDurationMs(delay) ?? 0
  return {
    maxInFlight: inFlight > 0 ? inFlight : Infinity,
    maxDelayMs: delayMs > 0 ? delayMs : Infinity,
    maxMemoryShare: share > 0 ? share : Infinity,
  }
}

function findProblems(written: Options): Issue[] {
  const issues: Issue[] = []
  const { max_in_flight: inFlight, max_event_loop_delay: delay, max_memory_share: share, retry_after: retry } = written
  if (inFlight < 0) issues.push(errorIssue('wrong-type', ['max_in_flight'], 'must not be negative'))
  if (!((parseDurationMs(delay) ?? -1) >= 0))
    issues.push(errorIssue('wrong-type', ['max_event_loop_delay'], `"${delay}" is no duration such as "200ms"`))
  if (!(share >= 0 && share <= 1)) issues.push(errorIssue('wrong-type', ['max_memory_share'], 'must be a share from 0 to 1, such as 0.85'))
  if (!((parseDurationMs(retry) ?? 0) > 0))
    issues.push(errorIssue('wrong-type', ['retry_after'], `"${retry}" is no duration above zero such as "2s"`))
  const isIdle = issues.length === 0 && Object.values(boundsOf(written)).every((bound) => bound === Infinity)
  return isIdle ? [errorIssue('invalid-option', [], 'bounds nothing: no request is ever refused')] : issues
}
