// Component `qos/circuit-breaker`: stops calling a backend that fails and tries again later. Knows nothing of what a failure is made of.

import { perDialect } from '../../../config/dialect.ts'
import { Type } from '../../../schema/type.ts'
import type { Static } from 'typebox'
import { component, type CheckedBlock, type Site } from '../../../engine/compile/component.ts'
import { optionsOf } from '../../../engine/compile/read-block.ts'
import { backendHttp } from '../../../engine/pipe/status-policy.ts'
import { CANCELED, DEADLINE_EXCEEDED, GatewayError } from '../../../engine/errors.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { PipeRequest } from '../../../engine/types.ts'
import { errorIssue, type Issue } from '../../../schema/issue.ts'
import { sharedLock } from '../shared-lock.ts'
import { IS_OPEN, SharedBreaker, type BreakerState } from './shared-breaker.ts'

const OPEN_ERROR = new GatewayError('circuit breaker is open', { code: 'ERR_CIRCUIT_OPEN' })
const PROBING_ERROR = new GatewayError('too many requests', { code: 'ERR_CIRCUIT_PROBING' })

const QUIRKS = perDialect({ lineStart: '[CB] Circuit' }, { 2: { lineStart: 'circuit' } })
const DEFAULT_TIMEOUT_S = 60
const MIN_PROBE_LOST_MS = 60_000

const options = Type.Object({
  interval: Type.Integer({ default: 0, description: 'Seconds after which failures are forgotten while calls go through; 0: never.' }),
  timeout: Type.Integer({ default: 0, description: 'Seconds without calls before one is tried; 0: 60.' }),
  max_errors: Type.Integer({
    default: 0,
    description: 'Consecutive failures that are tolerated: one more stops the calls. Negative: never.',
  }),
  name: Type.String({ default: '', description: 'Its name in the log.' }),
  log_status_change: Type.Boolean({ default: false, description: 'Whether changes of its state are logged as warnings.' }),
})

/** Why a breaker never opens, or opens for less than people think. */
function checkOpening(given: Static<typeof options>, { place }: CheckedBlock): Issue[] {
  if (given.max_errors < 0)
    return [
      errorIssue(
        'breaker-never-opens',
        ['max_errors'],
        'this breaker can never open: no number of failures is below zero',
        'write how many failures in a row are tolerated',
      ),
    ]
  if (given.interval === 0 && given.timeout === 0 && given.max_errors === 0 && given.name === '' && !given.log_status_change)
    return [errorIssue('breaker-never-opens', [], 'nothing is set: there is no breaker', 'write "interval", "timeout" and "max_errors"')]
  const backend = place?.backend ?? null
  const details = backend === null ? undefined : optionsOf(backendHttp, backend.extraConfig).return_error_details
  const hidden =
    typeof details === 'string' && details !== ''
      ? '"return_error_details" makes it data'
      : backend?.encoding === 'no-op'
        ? '"no-op" passes it on'
        : null
  if (hidden === null) return []
  const message = `no bad status of the backend can open this breaker: ${hidden}; only backends that do not answer open it`
  return [errorIssue('breaker-never-opens', [], message, 'leave one of them out')]
}

/** One breaker for each backend, shared by all workers. Any error of the stages inside is a failure, but not a client that left or that is slow. */
export const circuitBreaker = component({
  stage: 'backend',
  namespace: 'qos/circuit-breaker',
  options,
  check: checkOpening,
  build({ interval, timeout, max_errors, name, log_status_change }, site) {
    // compat: a block in which nothing is set is no breaker.
    if (interval === 0 && timeout === 0 && max_errors === 0 && name === '' && !log_status_change) return null
    site.log.debug(`${site.label}[CB] Creating the circuit breaker named '${name}'`)
    const settings = {
      intervalMs: Math.max(0, interval) * 1000,
      timeoutMs: (timeout > 0 ? timeout : DEFAULT_TIMEOUT_S) * 1000,
      maxErrors: max_errors,
      probeLostMs: Math.max(MIN_PROBE_LOST_MS, 2 * (site.backend?.timeoutMs ?? 0)),
    }
    const memory = site.shared.buffer(`circuit-breaker ${site.id}`, SharedBreaker.BYTES)
    const readClockMs = site.clock.steady
    const breaker = new SharedBreaker(memory, settings, readClockMs(), sharedLock, log_status_change ? logChanges(site, name) : undefined)
    return (next) =>
      async function circuitBreaker(request, scope) {
        const startMs = readClockMs()
        const ticket = breaker.enter(startMs)
        if (ticket < 0) throw ticket === IS_OPEN ? OPEN_ERROR : PROBING_ERROR
        try {
          const response = await next(request, scope)
          breaker.succeed(ticket, readClockMs())
          return response
        } catch (error) {
          const nowMs = readClockMs()
          if (isClients(error, scope, request, nowMs - startMs)) breaker.forget(ticket)
          else breaker.fail(ticket, nowMs)
          throw error
        }
      }
  },
})

/**
 * Whether it was the client and no fault of the backend, whatever error it became on the way: the client left, or the time was over before the
 * client's body was whole. security: otherwise a few slow uploads would switch the backend off for everybody, also those whose last byte
 * comes just in time, before a call or in it: the backend must have had more of the time than the client took.
 */
function isClients(error: unknown, scope: Scope, { body }: PipeRequest, callMs: number): boolean {
  if (error === CANCELED || scope.reason === CANCELED) return true
  return (error === DEADLINE_EXCEEDED || scope.ended) && body.clientMs > callMs / 2
}

function logChanges(site: Site, name: string): (from: BreakerState, to: BreakerState) => void {
  const { lineStart: start } = QUIRKS[site.config.dialect]
  return (from, to) => site.log.warning(`${start} breaker named '${name}' went from '${from}' to '${to}'`)
}
