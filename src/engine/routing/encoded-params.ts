// Refuses parameters that are still encoded after the path was decoded once.

import type { GatewayConfig } from '../../config/types.ts'
import { findBadEscape } from '../../go/url-escape.ts'
import { unescapePercent } from '../../go/url.ts'
import { step } from '../compile/component.ts'
import { answerReply, type ErrorAnswers, errorAnswersOf, replyTo } from '../endpoint/error-answers.ts'
import { GatewayError } from '../errors.ts'
import type { Exchange, Handler, Layer } from '../types.ts'
import type { RouterOptions } from './router-options.ts'

export const encodedParams = step({
  stage: 'routed',
  name: 'encoded parameters',
  build: (site) => paramCheck(site.config, site.router, errorAnswersOf(site)),
})

/** Null where parameters are not checked. */
export function paramCheck({ quirks }: Pick<GatewayConfig, 'quirks'>, router: RouterOptions, answers: ErrorAnswers): Layer<Handler> | null {
  if (!quirks.refusesEncodedParams || router.disable_path_decoding) return null
  return (next) => refuseEncodedParams(next, answers)
}

/**
 * 400 for parameters that are still encoded after the path was decoded once.
 * security: `%252F` or `%3F` would otherwise change the path or the query of the backend request.
 */
export function refuseEncodedParams(next: Handler, answers: ErrorAnswers): Handler {
  return function checkParams(exchange) {
    if (exchange.params.size === 0 || exchange.route?.keepsEncoding === true) return next(exchange)
    for (const value of exchange.params.values()) {
      const badEscape = findBadEscape(value)
      if (badEscape !== null) return refuse(exchange, answers, `error: invalid URL escape "${badEscape}"`)
      if (value.includes('?') || value.includes('#') || unescapePercent(value) !== value)
        return refuse(exchange, answers, 'error: encoded url params')
    }
    return next(exchange)
  }
}

function refuse(exchange: Exchange, answers: ErrorAnswers, text: string): void {
  const error = new GatewayError(text, { code: 'ERR_BAD_PATH_PARAM', statusCode: 400, source: 'client' })
  if (answerReply(exchange, replyTo(answers, exchange, error))) return
  exchange.responseHeaders.set('Content-Type', 'text/plain; charset=utf-8')
  exchange.answer(400, text)
}
