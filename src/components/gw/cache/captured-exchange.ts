// An exchange whose answer is kept instead of sent, as far as it is small enough; it ends with its own scope, not with its client's.

import { Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { asError, GatewayError } from '../../../engine/errors.ts'
import { HeaderMap } from '../../../engine/headers.ts'
import type { Scope } from '../../../engine/scope.ts'
import type { Answer, Exchange } from '../../../engine/types.ts'

export interface CapturedAnswer {
  readonly statusCode: number
  readonly headers: HeaderMap
  readonly body: string | Uint8Array | null
  /** The whole body as a stream, where it is too large to be kept or never ends; null otherwise. */
  readonly stream: Readable | null
  readonly failure: Error | null
}

const CUT = brokenOff(new Error('the answer broke off'))

/** Gives the exchange to answer, and what becomes of the answer. */
export function captureExchange(client: Exchange, scope: Scope, maxBytes: number): { exchange: Exchange; answer: Promise<CapturedAnswer> } {
  const { promise, resolve, reject } = Promise.withResolvers<CapturedAnswer>()
  promise.catch(ignore)
  const hooks: ((answer: Answer) => void)[] = []
  const listeners: (() => void)[] = []
  const settle = (
    exchange: { statusCode: number; failure: Error | null; responseHeaders: HeaderMap },
    body: CapturedAnswer['body'],
    stream: Readable | null,
  ): void => {
    resolve({ statusCode: exchange.statusCode, headers: exchange.responseHeaders, body, stream, failure: exchange.failure })
    for (const listener of listeners) listener()
  }
  const { method, target, path, rawQuery, headers, host, peerAddress, clientIp, isSecure, protocol, startMs, route, params, body } = client
  const exchange = {
    method,
    target,
    path,
    rawQuery,
    headers,
    host,
    peerAddress,
    clientIp,
    isSecure,
    protocol,
    startMs,
    route,
    params,
    body,
    get sent() {
      return client.sent
    },
    get tls() {
      return client.tls
    },
    scope,
    responseHeaders: new HeaderMap(),
    statusCode: 0,
    bytesIn: 0,
    bytesOut: 0,
    failure: null as Error | null,
    upgrade: null,
    answer(statusCode: number, given: string | Uint8Array | null = null): void {
      const answer = askHooks(hooks, { statusCode, headers: exchange.responseHeaders, body: given })
      exchange.statusCode = answer.statusCode
      if (answer.body instanceof Readable) settle(exchange, null, answer.body)
      else settle(exchange, answer.body, null)
    },
    async answerStream(statusCode: number, given: Readable, isLive = false): Promise<void> {
      const answer = askHooks(hooks, { statusCode, headers: exchange.responseHeaders, body: given })
      exchange.statusCode = answer.statusCode
      if (!(answer.body instanceof Readable)) return settle(exchange, answer.body, null)
      try {
        await pass(exchange, answer.body, isLive ? 0 : maxBytes, settle)
      } catch (thrown) {
        // Nothing has left: an error may be answered instead.
        exchange.statusCode = 0
        exchange.responseHeaders.deleteWhere(() => true)
        throw brokenOff(asError(thrown))
      }
    },
    tunnel: () => Promise.reject(CUT),
    cut: () => reject(CUT),
    onAnswer: (hook: (answer: Answer) => void) => void hooks.push(hook),
    onFinish: (listener: () => void) => void listeners.push(listener),
  }
  return { exchange, answer: promise }
}

/** What a socket says of itself is the backend's breaking off. */
function brokenOff(error: Error): GatewayError {
  return error instanceof GatewayError ? error : new GatewayError(error.message, { code: 'ERR_BACKEND_BODY', source: 'backend' })
}

function askHooks(hooks: readonly ((answer: Answer) => void)[], answer: Answer): Answer {
  for (const hook of hooks.toReversed()) hook(answer)
  return answer
}

/** Keeps a stream, or lets it through when there is more of it than may be kept; ends with the stream. */
async function pass<E>(
  exchange: E,
  source: Readable,
  maxBytes: number,
  settle: (exchange: E, body: Buffer | null, stream: Readable | null) => void,
): Promise<void> {
  const chunks: Buffer[] = []
  let length = 0
  if (maxBytes > 0)
    for await (const chunk of source.iterator({ destroyOnReturn: false })) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > maxBytes) break
    }
  if (maxBytes > 0 && length <= maxBytes) {
    settle(exchange, Buffer.concat(chunks), null)
    return
  }
  const whole = Readable.from(join(chunks, source), { objectMode: false })
  settle(exchange, null, whole)
  await finished(source).catch(ignore)
}

async function* join(chunks: readonly Buffer[], rest: Readable): AsyncGenerator<Buffer> {
  yield* chunks
  for await (const chunk of rest) yield chunk as Buffer
}

function ignore(): void {}
