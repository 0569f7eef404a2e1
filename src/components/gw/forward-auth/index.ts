// Component `_gw/forward-auth`: a service says who may ask an endpoint, request by request.

import { component, type Site } from '../../../engine/compile/component.ts'
import { asError, AUTH_UNAVAILABLE } from '../../../engine/errors.ts'
import { callFields, droppedHeaders } from '../../../engine/ports.ts'
import { compileVouchedIp } from '../../../engine/routing/client-ip.ts'
import type { BackendRequest, BackendResponse, Exchange, Handler } from '../../../engine/types.ts'
import { parseDurationMs } from '../../../go/duration.ts'
import { checkForwardAuth, options } from './options.ts'
import { compileQuestion } from './question.ts'
import { compileAllow, kindOf, passOn } from './verdict.ts'

export const forwardAuth = component({
  stage: 'endpoint',
  namespace: '_gw/forward-auth',
  options,
  restricting: true,
  identityHeaders: ({ response_headers: names }) => names,
  check: checkForwardAuth,
  build(given, site) {
    const ask = compileAsk(parseDurationMs(given.timeout) ?? 0, site)
    const question = compileQuestion(given, {
      userAgent: `KrakenD ${site.version}`,
      callFields: callFields(site),
      findClientIp: compileVouchedIp(site.router),
      bodyTimeoutMs: site.endpoint?.timeoutMs ?? 0,
    })
    const allow = compileAllow(given)
    const drops = site.ask(droppedHeaders)
    const isDropped = (name: string): boolean => drops.some((isOne) => isOne(name))
    return (next) =>
      async function askForAuthorization(exchange) {
        const answer = await ask(exchange, await question(exchange))
        if (kindOf(answer) === 'answer') return passOn(exchange, answer, isDropped)
        allow(exchange, answer)
        return next(exchange)
      } satisfies Handler
  },
})

/** Asks the service. Rejects with AUTH_UNAVAILABLE for whatever is no clear word, and with what ended the request. */
function compileAsk(timeoutMs: number, { transport, log, label }: Site) {
  let isDown = false
  const tell = (isFailing: boolean, words: string): void => {
    if (isFailing && !isDown) log.warning(`${label}[ForwardAuth] the service fails, requests are answered 503: ${words}`)
    if (!isFailing && isDown) log.info(`${label}[ForwardAuth] the service answers again`)
    isDown = isFailing
  }
  return async function ask(exchange: Exchange, request: BackendRequest): Promise<BackendResponse> {
    // The service has its own time, and knows nothing of the request but what it is told.
    const scope = exchange.scope.apart(timeoutMs)
    try {
      const answer = await transport(request, scope)
      if (kindOf(answer) === 'broken') throw new Error(`status ${answer.statusCode}`)
      tell(false, '')
      return answer
    } catch (error) {
      if (exchange.scope.reason !== null) throw exchange.scope.reason
      tell(true, asError(error).message)
      throw AUTH_UNAVAILABLE
    } finally {
      scope.close()
    }
  }
}
