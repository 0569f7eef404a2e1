// Component `_gw/retry`: asks a backend again when a call has failed, within a budget, or beside one that takes long.

import type { Static } from 'typebox'
import { component, type CheckedBlock, type Site } from '../../../engine/compile/component.ts'
import { isToken } from '../../../go/header-name.ts'
import { backendProxyOptions } from '../../../engine/pipe/proxy-block.ts'
import { StatusError } from '../../../engine/errors.ts'
import type { Pipe, PipeRequest } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { errorIssue, type Issue, warningIssue } from '../../../schema/issue.ts'
import { Type } from '../../../schema/type.ts'
import { checkConditions, compileConditions, outcomeOf, outcomeOfAnswer } from '../failure-conditions.ts'
import { Attempts, type AttemptRules, type Ending, type Judgement } from './attempts.ts'
import { RetryBudget } from './budget.ts'
import { keepBody, type RepeatableBody, sentOnce } from '../repeatable-body.ts'
import { readRetryAfterMs } from './retry-after.ts'

const condition = Type.Union([Type.String(), Type.Integer()])

const options = Type.Object({
  max_retries: Type.Integer({ default: 1, minimum: 0, description: 'Attempts beyond the first, those beside another included.' }),
  on: Type.Array(condition, {
    default: ['connect-failure', 'reset', 502, 503, 504],
    description: 'What is worth another attempt: `connect-failure`, `reset`, `timeout`, `body`, `rejected`, `any`, statuses, `5xx`.',
  }),
  methods: Type.Array(Type.String(), {
    default: ['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE'],
    description: 'Methods that do no harm twice. Others are repeated only when nothing was sent, or with an `Idempotency-Key`.',
  }),
  per_try_timeout: Type.String({ default: '0s', format: 'duration', description: 'Ends one attempt as a `timeout`. `0s`: none.' }),
  backoff: Type.String({
    default: '25ms',
    format: 'duration',
    description: 'Before the n-th retry a random time up to `backoff` · 2ⁿ⁻¹ passes, at most ten times `backoff`.',
  }),
  hedge_delay: Type.String({
    default: '0s',
    format: 'duration',
    description: 'An attempt that has not answered by then gets another one beside it. `0s`: never.',
  }),
  budget: Type.Object(
    {
      ratio: Type.Number({ default: 0.2, minimum: 0, description: 'Retries for each request of the last ten seconds.' }),
      min_per_second: Type.Number({ default: 10, minimum: 0, description: 'Retries that are always allowed.' }),
    },
    { default: {} },
  ),
})

type Options = Static<typeof options>

export const retry = component({
  stage: 'backend',
  namespace: '_gw/retry',
  options,
  check: checkRetry,
  build(given, site) {
    const { backend } = site
    // Nobody waits for the answer of a copy.
    if (backend === null || backendProxyOptions(backend).shadow) return null
    const repeats = given.max_retries > 0
    if (!repeats && perTryMsOf(given) === Infinity) return null
    const budget = new RetryBudget(site.shared.buffer(`retry ${site.id}`, RetryBudget.BYTES), {
      ratio: given.budget.ratio,
      minPerSecond: given.budget.min_per_second,
    })
    const readMs = site.clock.steady
    const rules = compileRules(given, site, () => budget.take(readMs()))
    const isSafe = compileSafety(given.methods)
    return (next) => {
      const run = (request: PipeRequest, scope: Parameters<Pipe>[1], body: RepeatableBody) =>
        Attempts.run({ next, request, scope, body, rules: isSafe(request) ? rules : { ...rules, hedgeMs: Infinity } })
      return function retryCalls(request, scope) {
        if (repeats) budget.countRequest(readMs())
        const body = repeats ? keepBody(request.body) : sentOnce(request.body)
        return body instanceof Promise ? body.then((kept) => run(request, scope, kept)) : run(request, scope, body)
      }
    }
  },
})

/** Infinity: none. */
function perTryMsOf({ per_try_timeout }: Options): number {
  return parseDurationMs(per_try_timeout) || Infinity
}

function compileRules(given: Options, { backend, clock }: Site, takeRetry: () => boolean): AttemptRules {
  const isSafe = compileSafety(given.methods)
  return {
    maxRetries: given.max_retries,
    perTryMs: perTryMsOf(given),
    backoffMs: parseDurationMs(given.backoff) ?? 0,
    hedgeMs: parseDurationMs(given.hedge_delay) || Infinity,
    hasOtherHosts: backend !== null && (backend.hosts.length > 1 || (backend.sd !== '' && backend.sd !== 'static')),
    random: Math.random,
    judge: compileJudge(compileConditions(given.on), isSafe, clock.now),
    takeRetry,
  }
}

/** Whether a request does no harm twice. */
function compileSafety(methods: readonly string[]): (request: PipeRequest) => boolean {
  const safe = new Set(methods)
  return ({ method, headers }) => safe.has(method) || headers.has('Idempotency-Key')
}

function compileJudge(
  isWorth: ReturnType<typeof compileConditions>,
  isSafe: (request: PipeRequest) => boolean,
  readNowMs: () => number,
): AttemptRules['judge'] {
  return function judge({ response, error }: Ending, request): Judgement | null {
    // An answer that is decoded has no status; one with details of an error has that of the backend.
    const outcome = response === null ? outcomeOf(error) : outcomeOfAnswer(response)
    if (outcome === null || !isWorth(outcome)) return null
    const isUnsent = outcome.failureClass === 'connect-failure'
    const headers = response === null ? (error instanceof StatusError ? error.answer.headers : null) : response.headers
    return {
      isRetriable: isUnsent || outcome.failureClass === 'rejected' || isSafe(request),
      isUnsent,
      retryAfterMs: readRetryAfterMs(outcome.status, headers, readNowMs()),
    }
  }
}

function checkRetry({ on, methods, hedge_delay, max_retries }: Options, { place }: CheckedBlock): Issue[] {
  const issues = checkConditions(on, 'on')
  for (const [index, method] of methods.entries())
    if (!isToken(method)) issues.push(errorIssue('invalid-option', ['methods', index], `"${method}" is no method`))
    else if (method !== method.toUpperCase())
      issues.push(
        warningIssue('invalid-option', ['methods', index], `no request has the method "${method}"`, `write "${method.toUpperCase()}"`),
      )
  if ((parseDurationMs(hedge_delay) ?? 0) > 0 && max_retries === 0)
    issues.push(errorIssue('contradiction', ['hedge_delay'], 'without "max_retries" no attempt begins beside another'))
  const backend = place?.backend ?? null
  if (backend === null) return issues
  if (backend.concurrentCalls > 1) {
    const message = `each of ${backend.concurrentCalls} concurrent calls is repeated: up to ${backend.concurrentCalls * (max_retries + 1)} requests for one`
    issues.push(warningIssue('multiplied-calls', [], message, 'use "hedge_delay" in place of "concurrent_calls"'))
  }
  if (backendProxyOptions(backend).shadow)
    issues.push(warningIssue('unused-option', [], 'a shadow backend is never asked again', 'remove the block'))
  return issues
}
