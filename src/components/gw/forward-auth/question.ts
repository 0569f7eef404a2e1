// What the service is told of a request: the fields that it is to see, and where the request wants to go.

import { sizedBodyOf, NO_BODY } from '../../../engine/body.ts'
import { BODY_TOO_LARGE } from '../../../engine/errors.ts'
import { canonicalName, HeaderMap, HOP_BY_HOP, OF_PROXIES, type ReadonlyHeaders } from '../../../engine/headers.ts'
import { callFieldsOf } from '../../../engine/ports.ts'
import type { FindClientIp } from '../../../engine/routing/client-ip.ts'
import type { Slot } from '../../../engine/scope.ts'
import type { BackendRequest, Exchange } from '../../../engine/types.ts'
import { ALL, type Options } from './options.ts'

/** Of all fields of a client: what is about his connection, his body, or the answer of the endpoint. */
const OF_THE_REQUEST: ReadonlySet<string> = new Set([
  ...HOP_BY_HOP,
  'Host',
  'Content-Length',
  'Content-Encoding',
  'Content-Type',
  'Expect',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'If-Unmodified-Since',
  'Range',
])
/** The answer is looked at, and goes to clients: no more of it is kept. */
const MAX_ANSWER_BYTES = 1024 * 1024

/** The question about a request; rejects with a GatewayError for a body that is too large, or does not come in time. */
export type Question = (exchange: Exchange) => BackendRequest | Promise<BackendRequest>

export interface QuestionInit {
  /** `User-Agent` of questions that do not pass on the client's. */
  readonly userAgent: string
  /** Fields that every call has. */
  readonly callFields: ReadonlyMap<string, Slot<string>>
  /** The client's address, which the service may rely on. */
  readonly findClientIp: FindClientIp
  /** How long the body of a request may take. */
  readonly bodyTimeoutMs: number
}

export function compileQuestion({ url, request_headers: names, forward_body: maxBody }: Options, init: QuestionInit): Question {
  const { origin, pathname, search } = new URL(url)
  const fixed = { origin, path: pathname + search, wantsStream: false, maxBodyBytes: MAX_ANSWER_BYTES } as const
  const choose = compileChoice(names)
  const { userAgent, callFields, findClientIp, bodyTimeoutMs } = init
  function headersOf(exchange: Exchange): HeaderMap {
    const headers = choose(exchange.headers)
    headers.set('X-Forwarded-Method', exchange.method)
    headers.set('X-Forwarded-Proto', exchange.isSecure ? 'https' : 'http')
    headers.set('X-Forwarded-Host', exchange.host)
    headers.set('X-Forwarded-Uri', exchange.target)
    headers.set('X-Forwarded-For', findClientIp(exchange))
    if (!headers.has('User-Agent')) headers.set('User-Agent', userAgent)
    for (const [name, value] of callFieldsOf(callFields, exchange.scope)) headers.set(name, value)
    return headers
  }
  if (maxBody === 0) return (exchange) => ({ ...fixed, method: 'GET', headers: headersOf(exchange), body: NO_BODY })
  return async function askWithBody(exchange) {
    const bytes = await readBody(exchange, maxBody, bodyTimeoutMs)
    const headers = headersOf(exchange)
    for (const name of ['Content-Type', 'Content-Encoding']) {
      const value = exchange.headers.get(name)
      if (value !== undefined) headers.set(name, value)
    }
    return { ...fixed, method: 'POST', headers, body: sizedBodyOf(bytes) }
  }
}

/** The client's fields that the service gets. */
function compileChoice(names: readonly string[]): (headers: ReadonlyHeaders) => HeaderMap {
  if (names.includes(ALL))
    return function chooseAll(headers) {
      const all = headers.copy()
      // security: the service must believe the gateway alone about who the client is.
      all.deleteWhere((name) => OF_THE_REQUEST.has(name) || OF_PROXIES.test(name))
      return all
    }
  const wanted = new Set(names.map(canonicalName))
  return function chooseNamed(headers) {
    const { fields } = headers
    const chosen: string[] = []
    for (let i = 0; i < fields.length; i += 2)
      if (wanted.has(fields[i] as string)) chosen.push(fields[i] as string, fields[i + 1] as string)
    return new HeaderMap(chosen)
  }
}

/** security: nobody is known yet, so no more is read than the file allows, and nobody is waited for without end. */
async function readBody({ body, scope }: Exchange, maxBytes: number, timeoutMs: number): Promise<Buffer> {
  if ((body.length ?? 0) > maxBytes) throw BODY_TOO_LARGE
  const own = scope.child(timeoutMs)
  own.onEnd((reason) => body.abandon?.(reason))
  try {
    const bytes = await body.bytes(maxBytes)
    if (bytes.length > maxBytes) throw BODY_TOO_LARGE
    return bytes
  } finally {
    own.close()
  }
}
