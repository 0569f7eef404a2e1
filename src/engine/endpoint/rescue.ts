// The outermost step: what layers throw becomes the answer, and a bug is told. Nothing gets past it.

import type { Logger } from '../compile/site.ts'
import { step } from '../compile/component.ts'
import { answerOwnBody } from './endpoint.ts'
import { answerReply, type ErrorAnswers, errorAnswersOf, replyTo } from './error-answers.ts'
import { asError, describeBug, GatewayError } from '../errors.ts'
import { requestId } from '../ports.ts'
import type { Exchange, Handler } from '../types.ts'

const LABEL = '[SERVICE: Gin]'

export const rescue = step({
  stage: 'server',
  name: 'rescue',
  build: (site) => (next) => rescued(next, site.log, errorAnswersOf(site)),
})

export function rescued(next: Handler, log: Logger, answers: ErrorAnswers): Handler {
  return function rescue(exchange) {
    try {
      const pending = next(exchange)
      return pending === undefined ? undefined : pending.catch((error: unknown) => answerFailure(exchange, asError(error), log, answers))
    } catch (error) {
      answerFailure(exchange, asError(error), log, answers)
      return undefined
    }
  }
}

/** Its status without a body, 500 for a bug; an answer that has begun is cut, so that nobody takes it for whole. */
function answerFailure(exchange: Exchange, error: Error, log: Logger, answers: ErrorAnswers): void {
  const isExpected = error instanceof GatewayError
  if (!isExpected) {
    const id = requestId.get(exchange.scope)
    log.error(...describeBug(id === undefined ? LABEL : `${LABEL}[${id}]`, error))
  }
  exchange.failure ??= error
  if (exchange.statusCode !== 0) {
    exchange.cut()
    return
  }
  if (isExpected) exchange.responseHeaders.replace(error.headers)
  const reply = replyTo(answers, exchange, error)
  if (answerReply(exchange, reply)) return
  if (!isExpected) {
    exchange.answer(500)
    return
  }
  if (error.body !== null) {
    answerOwnBody(exchange, error)
    return
  }
  if (error.contentType !== null) exchange.responseHeaders.set('Content-Type', error.contentType)
  exchange.answer(reply?.status ?? error.statusCode, error.contentType === null ? null : error.message)
}
