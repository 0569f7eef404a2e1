// The outermost step: what layers throw becomes the answer, and a bug is told. Nothing gets past it.

import type { Logger } from '../compile/site.ts'
import { step } from '../compile/component.ts'
import { answerOwnBody } from './endpoint.ts'
import { asError, describeBug, GatewayError } from '../errors.ts'
import type { Exchange, Handler } from '../types.ts'

export const rescue = step({
  stage: 'server',
  name: 'rescue',
  build:
    ({ log }) =>
    (next) =>
      rescued(next, log),
})

export function rescued(next: Handler, log: Logger): Handler {
  return function rescue(exchange) {
    try {
      const pending = next(exchange)
      return pending === undefined ? undefined : pending.catch((error: unknown) => answerFailure(exchange, asError(error), log))
    } catch (error) {
      answerFailure(exchange, asError(error), log)
      return undefined
    }
  }
}

/** Its status without a body, 500 for a bug; an answer that has begun is cut, so that nobody takes it for whole. */
function answerFailure(exchange: Exchange, error: Error, log: Logger): void {
  const isExpected = error instanceof GatewayError
  if (!isExpected) log.error(...describeBug('[SERVICE: Gin]', error))
  exchange.failure ??= error
  if (exchange.statusCode !== 0) {
    exchange.cut()
    return
  }
  if (!isExpected) {
    exchange.answer(500)
    return
  }
  for (const [name, value] of error.headers) exchange.responseHeaders.set(name, value)
  if (error.body !== null) {
    answerOwnBody(exchange, error)
    return
  }
  if (error.contentType !== null) exchange.responseHeaders.set('Content-Type', error.contentType)
  exchange.answer(error.statusCode, error.contentType === null ? null : error.message)
}
