// Who words the answers to errors, endpoint by endpoint: where nobody does, KrakenD's answers are given. Knows no wording.

import type { EndpointConfig } from '../../config/types.ts'
import type { Site } from '../compile/site.ts'
import { GatewayError } from '../errors.ts'
import type { Exchange } from '../types.ts'

/** The answer to an error. */
export interface ErrorReply {
  readonly status: number
  /** Undefined: KrakenD's, with this status. */
  readonly body: string | Uint8Array | undefined
  /** Stand on the answer, whatever its body is, in place of those of the same names. */
  readonly headers: readonly (readonly [string, string])[]
  /** Whether the body is only what errors have that nobody wrote one for. */
  readonly isGeneral: boolean
}

export type WordError = (exchange: Exchange, error: Error) => ErrorReply

export interface ErrorAnswers {
  readonly byEndpoint: Map<EndpointConfig, WordError>
  /** For what belongs to no endpoint, and for endpoints that have nobody of their own. */
  otherwise: WordError | null
}

/** Those of a gateway: components add to them while they are built. */
export function errorAnswersOf({ once }: Pick<Site, 'once'>): ErrorAnswers {
  return once('error answers', () => ({ byEndpoint: new Map(), otherwise: null }))
}

/** The reply to an error; null where nobody words errors. */
export function replyTo({ byEndpoint, otherwise }: ErrorAnswers, exchange: Exchange, error: Error): ErrorReply | null {
  const endpoint = exchange.route?.endpoint ?? null
  const word = (endpoint === null ? null : byEndpoint.get(endpoint)) ?? otherwise
  return word === null ? null : word(exchange, error)
}

/** Answers with a reply that has a body; false where KrakenD's is to be given. */
export function answerReply(exchange: Exchange, reply: ErrorReply | null): boolean {
  if (reply === null) return false
  exchange.responseHeaders.replace(reply.headers)
  if (reply.body === undefined) return false
  exchange.answer(reply.status, reply.body)
  return true
}

/** What the router answers itself. */
export const ROUTER_ERRORS = {
  404: new GatewayError('no endpoint has this path', { code: 'ERR_NOT_FOUND', statusCode: 404, source: 'client' }),
  405: new GatewayError('the path does not have this method', { code: 'ERR_METHOD_NOT_ALLOWED', statusCode: 405, source: 'client' }),
} as const
