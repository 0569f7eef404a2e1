// Plugins around the router: the client's whole request, and the finished answer before it leaves.

import { Readable } from 'node:stream'
import { describeBug, GatewayError } from '../engine/errors.ts'
import type { Logger } from '../engine/compile/component.ts'
import { HOP_BY_HOP } from '../engine/headers.ts'
import type { Exchange } from '../engine/types.ts'
import { sniffContentType } from '../go/sniff.ts'
import type { RawBody } from './body.ts'
import type { HeldAnswer } from './held-exchange.ts'
import { rawAnswerOf } from './raw-answer.ts'
import type { RequestContext } from './request.ts'
import { RawResponse } from './response.ts'
import type { Seat } from './seat.ts'
import { type ServerInput, ServerRequest } from './server-request.ts'

const SWITCHED = 101

export function serverSeat(context: RequestContext, ownTimeMs: number): Seat<ServerInput, HeldAnswer> {
  const { maxBody } = context
  return {
    request: (input, scope) => new ServerRequest(input, scope, context),
    response(output) {
      const { statusCode: status, headers } = output
      const complete = headers.get('X-Krakend-Completed') === 'true'
      return new RawResponse(output, bodyOf(output), { status, headers, complete, error: null, maxBody, backend: null })
    },
    output(answer) {
      const source = answer instanceof RawResponse && isHeld(answer.source) ? answer.source : null
      if (source !== null && answer instanceof RawResponse && !answer.isWritten) {
        answer.takeBody()
        return source
      }
      const { status: statusCode, headers, body } = rawAnswerOf(answer)
      return { statusCode, headers, body, settle: source?.settle ?? ignore }
    },
    isWhole: () => true,
    discard,
    maxCalls: 1,
    ownTimeMs,
  }
}

function isHeld(source: unknown): source is HeldAnswer {
  return typeof source === 'object' && source !== null && 'settle' in source
}

function bodyOf({ body }: HeldAnswer): RawBody {
  return body instanceof Uint8Array ? Buffer.from(body.buffer, body.byteOffset, body.byteLength) : body
}

function discard({ body, settle }: HeldAnswer): void {
  if (body instanceof Readable) body.on('error', ignore).destroy()
  settle(null)
}

/** Lets an answer go. Resolves when it has left. */
export function release(exchange: Exchange, answer: HeldAnswer): void | Promise<void> {
  // The connection has spoken another protocol: what is said now reaches nobody.
  if (exchange.statusCode === SWITCHED) return discard(answer)
  const { statusCode, headers, body, settle } = answer
  const { fields } = headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (!HOP_BY_HOP.has(name)) exchange.responseHeaders.add(name, fields[i + 1] as string)
  }
  if (!(body instanceof Readable)) {
    settle(null)
    return exchange.answer(statusCode, body)
  }
  const written = exchange.answerStream(statusCode, body)
  settle(written)
  return written
}

/** An error of a plugin around the router: written as it is, without any header of the gateway. */
export function releaseError(exchange: Exchange, error: Error, log: Logger, tellsText: boolean): void {
  exchange.failure ??= error
  const isExpected = error instanceof GatewayError
  if (!isExpected) log.error(...describeBug('[SERVICE: Gin]', error))
  else if (!error.isTold && error.source !== 'client') log.error(`[SERVICE: Gin] ${error.message}`)
  if (exchange.statusCode !== 0) return exchange.cut()
  if (!isExpected) return exchange.answer(500)
  const text = error.body ?? (tellsText ? error.message : '')
  exchange.responseHeaders.replace(error.headers)
  const type = error.contentType ?? (error.body === null && text.length > 0 ? sniffContentType(Buffer.from(text as string)) : null)
  if (type !== null && text.length > 0) exchange.responseHeaders.set('Content-Type', type)
  exchange.answer(error.statusCode, text.length === 0 ? null : text)
}

function ignore(): void {}
