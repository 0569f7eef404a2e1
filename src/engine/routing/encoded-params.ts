// Refuses parameters that are still encoded after the path was decoded once.

import { findBadEscape } from '../../go/url-escape.ts'
import { unescapePercent } from '../../go/url.ts'
import { step } from '../compile/component.ts'
import type { Exchange, Handler } from '../types.ts'

export const encodedParams = step({
  stage: 'routed',
  name: 'encoded parameters',
  build: ({ config, router }) => (config.quirks.refusesEncodedParams && !router.disable_path_decoding ? refuseEncodedParams : null),
})

/**
 * 400 for parameters that are still encoded after the path was decoded once.
 * security: `%252F` or `%3F` would otherwise change the path or the query of the backend request.
 */
export function refuseEncodedParams(next: Handler): Handler {
  return function checkParams(exchange) {
    if (exchange.params.size === 0) return next(exchange)
    for (const value of exchange.params.values()) {
      const badEscape = findBadEscape(value)
      if (badEscape !== null) return refuse(exchange, `error: invalid URL escape "${badEscape}"`)
      if (value.includes('?') || value.includes('#') || unescapePercent(value) !== value)
        return refuse(exchange, 'error: encoded url params')
    }
    return next(exchange)
  }
}

function refuse(exchange: Exchange, text: string): void {
  exchange.responseHeaders.set('Content-Type', 'text/plain; charset=utf-8')
  exchange.answer(400, text)
}
