// The layer that asks the expressions, and the rejecter that asks those about tokens.

import { ExpressionError } from '../../../cel/index.ts'
import type { Bind } from '../../../cel/index.ts'
import { discardBody } from '../../../engine/body.ts'
import type { Logger, Site } from '../../../engine/compile/component.ts'
import { GatewayError } from '../../../engine/errors.ts'
import type { TokenRejecter } from '../../../engine/ports.ts'
import type { Layer, Pipe, PipeResponse } from '../../../engine/types.ts'
import { ClaimsContext, RequestContext, ResponseContext } from './contexts.ts'
import { CEL_QUIRKS } from './cel-quirks.ts'
import { compilePhase } from './phases.ts'
import type { Evaluator, Phase } from './phases.ts'
import { bindClaims, bindRequest, bindResponse } from './variables.ts'

/** One expression with everything that its outcomes need. */
interface Check<C> {
  readonly evaluator: Evaluator<C>
  readonly refusal: GatewayError
  /** `[ENDPOINT: /x][CEL][pre] Evaluator #0` */
  readonly name: string
  /** perf: the line of every request that passes is made once. */
  readonly passedLine: string
}

/** The layer for an endpoint or a backend; null where nothing is checked. */
export function buildChecks(texts: readonly string[], site: Site): Layer<Pipe> | null {
  const label = `${site.label}[CEL]`
  const { log } = site
  log.debug(`${label} Loading configuration`)
  let pre: readonly Check<RequestContext>[]
  let post: readonly Check<ResponseContext>[]
  try {
    pre = compileChecks(texts, 'pre', bindRequest(site), site)
    post = compileChecks(texts, 'post', bindResponse, site)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    // compat: KrakenD goes on without any check.
    log.warning(`${label} Error parsing the definitions: error parsing the expression ${error.message}`)
    log.warning(`${label} Falling back to the next ${site.backend === null ? 'pipe' : 'backend'} proxy`)
    return null
  }
  log.debug(`${label} ${pre.length} preEvaluator(s) loaded`)
  log.debug(`${label} ${post.length} postEvaluator(s) loaded`)
  return pre.length + post.length === 0 ? null : askChecks(pre, post, site)
}

function askChecks(pre: readonly Check<RequestContext>[], post: readonly Check<ResponseContext>[], { clock, log }: Site): Layer<Pipe> {
  const judge = (response: PipeResponse, startMs: number): PipeResponse => {
    // A partial answer goes to the client as it is.
    if (response.error !== null) return response
    const refusal = ask(post, new ResponseContext(response, startMs), log)
    if (refusal === null) return response
    discardBody(response.body)
    throw refusal
  }
  return (next) =>
    function checkExpressions(request, scope) {
      const startMs = clock.now()
      const refusal = ask(pre, new RequestContext(request, startMs), log)
      if (refusal !== null) return Promise.reject(refusal)
      const answer = next(request, scope)
      return post.length === 0 ? answer : answer.then((response) => judge(response, startMs))
    }
}

/** Which claims are refused; null where no expression is about them. */
export function buildRejecter(texts: readonly string[], site: Site): TokenRejecter | null {
  const { clock, log } = site
  let checks: readonly Check<ClaimsContext>[]
  try {
    checks = compileChecks(texts, 'jwt', bindClaims, site)
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    log.debug(`${site.label}[CEL] Error building the JWT rejecter: error parsing the expression ${error.message}`)
    return null
  }
  if (checks.length === 0) return null
  return (claims) => ask(checks, new ClaimsContext(claims, clock.now()), log) !== null
}

/** Evaluates until one says no; null when all say yes. */
function ask<C>(checks: readonly Check<C>[], context: C, log: Logger): GatewayError | null {
  for (const { evaluator, refusal, name, passedLine } of checks) {
    const outcome = evaluator.run(context)
    if (outcome !== true) {
      log.info(`${name} ${outcome}`)
      return refusal
    }
    log.debug(passedLine)
  }
  return null
}

const NAMES: Readonly<Record<Phase, string>> = { pre: '[pre] Evaluator', post: '[post] Evaluator', jwt: ' Rejecter' }

function compileChecks<C>(texts: readonly string[], phase: Phase, bind: Bind<C>, site: Site): Check<C>[] {
  const { wrongTypesDropAll } = CEL_QUIRKS[site.config.dialect]
  const evaluators = compilePhase(texts, phase, bind, (error) => {
    if (wrongTypesDropAll) throw error
    site.log.debug(`[CEL] error parsing the expression ${error.message}`)
  })
  return evaluators.map((evaluator, index) => {
    const name = `${site.label}[CEL]${NAMES[phase]} #${index}`
    const refusal = new GatewayError(`request aborted by evaluator #${index}`, { code: 'ERR_REJECTED', source: 'client' })
    return { evaluator, refusal, name, passedLine: `${name} result: true` }
  })
}
