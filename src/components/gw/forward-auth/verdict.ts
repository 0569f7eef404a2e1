// What the service's answer does: with the request that goes on, or as the client's answer.

import { wholeBody } from '../../../engine/body.ts'
import { GatewayError } from '../../../engine/errors.ts'
import { canonicalName, HOP_BY_HOP, valuesByName } from '../../../engine/headers.ts'
import type { BackendResponse, Exchange } from '../../../engine/types.ts'
import { ALL, type Options } from './options.ts'

const FIRST_GOOD = 200
const FIRST_OTHER = 300
const FIRST_BROKEN = 500
/** Fields that an answer may have beside those of outer layers. */
const ADDED: ReadonlySet<string> = new Set(['Set-Cookie', 'Vary'])
const BODILESS: ReadonlySet<number> = new Set([204, 304])

/** For log and access log: what the client was answered is the service's own. */
const REFUSALS: ReadonlyMap<number, GatewayError> = new Map([
  [401, new GatewayError('unauthorized', { code: 'ERR_UNAUTHORIZED', statusCode: 401, source: 'client' })],
  [403, new GatewayError('forbidden', { code: 'ERR_FORBIDDEN', statusCode: 403, source: 'client' })],
])

/** `allow`: the request goes on · `answer`: the client gets this answer · `broken`: the service did not say. */
export function kindOf({ statusCode }: BackendResponse): 'allow' | 'answer' | 'broken' {
  if (statusCode < FIRST_GOOD || statusCode >= FIRST_BROKEN) return 'broken'
  return statusCode < FIRST_OTHER ? 'allow' : 'answer'
}

/** Puts what a good answer says of a request into it. */
export function compileAllow({
  response_headers,
  response_cookies: cookies,
}: Options): (exchange: Exchange, answer: BackendResponse) => void {
  const names = response_headers.map(canonicalName)
  const passesAll = cookies.includes(ALL)
  const wanted = new Set(cookies)
  return function allow(exchange, { headers }) {
    for (const name of names) {
      // security: also where the service says nothing, or clients could say it themselves.
      exchange.headers.delete(name)
      for (const value of headers.values(name)) exchange.headers.add(name, value)
    }
    if (wanted.size === 0) return
    for (const line of headers.values('Set-Cookie'))
      if (passesAll || wanted.has(cookieName(line))) exchange.responseHeaders.add('Set-Cookie', line)
  }
}

function cookieName(line: string): string {
  return line.slice(0, Math.max(0, line.indexOf('='))).trim()
}

/** Gives the service's answer to the client. `isDropped` names fields that others of the gateway answer for. */
export function passOn(exchange: Exchange, { statusCode, headers, body }: BackendResponse, isDropped: (name: string) => boolean): void {
  const { responseHeaders } = exchange
  const passed = headers.copy()
  passed.deleteWhere((name) => HOP_BY_HOP.has(name) || name === 'Content-Length' || isDropped(name))
  const values = valuesByName(passed)
  responseHeaders.deleteWhere((name) => values.has(name) && !ADDED.has(name))
  for (const [name, all] of values) for (const value of all) responseHeaders.add(name, value)
  exchange.failure ??= REFUSALS.get(statusCode) ?? null
  exchange.answer(statusCode, BODILESS.has(statusCode) ? null : wholeBody(body))
}
