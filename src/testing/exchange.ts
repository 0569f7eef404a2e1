// Requests and answers without sockets, as a server, a merge or a backend would make them.

import { bodyOf, NO_BODY } from '../engine/body.ts'
import { Data } from '../engine/data.ts'
import { memoryExchange, type MemoryExchange } from '../engine/endpoint/memory-exchange.ts'
import { GatewayError } from '../engine/errors.ts'
import { HeaderMap } from '../engine/headers.ts'
import type { BackendRequest, BackendResponse, Handler, PipeRequest, PipeResponse } from '../engine/types.ts'

export interface ExchangeInit {
  readonly method?: string
  /** Path with query, encoded. */
  readonly target?: string
  /** Names in any case. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>
  readonly body?: string
  readonly peerAddress?: string
  readonly params?: Readonly<Record<string, string>>
  readonly isSecure?: boolean
}

/** An exchange that records its answer. */
export interface RecordedExchange extends MemoryExchange {
  /** What was answered, as text; null before, and for an answer without body. */
  readonly answered: { readonly body: string | null }
}

/** `GET /` of 127.0.0.1 to gateway.test unless `init` says else. */
export function makeExchange(init: ExchangeInit = {}): RecordedExchange {
  const { method = 'GET', target = '/', headers = {}, params = {}, peerAddress = '127.0.0.1', isSecure = false } = init
  const raw = Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((value) => [name, value]))
  const map = HeaderMap.fromClient(raw)
  const exchange = memoryExchange({
    method,
    target,
    headers: map,
    host: map.get('Host') ?? 'gateway.test',
    params: new Map(Object.entries(params)),
    body: init.body === undefined ? NO_BODY : bodyOf(Buffer.from(init.body)),
    peerAddress,
    isSecure,
  })
  const answered = {
    get body() {
      return exchange.kept.bytes?.toString('utf8') ?? null
    },
  }
  return Object.assign(exchange, { answered })
}

/** Sends the exchange through a handler; a refusal is answered with its status, as the rescue step would. */
export async function answerOf(handle: Handler, exchange: RecordedExchange): Promise<RecordedExchange> {
  try {
    await handle(exchange)
  } catch (error) {
    if (!(error instanceof GatewayError)) throw error
    exchange.answer(error.statusCode)
  }
  return exchange
}

/** What enters a pipe: a GET without parameters, fields and body unless `overrides` says else. */
export function makeRequest(overrides: Partial<PipeRequest> = {}): PipeRequest {
  return {
    method: 'GET',
    origin: '',
    path: '/',
    params: new Map(),
    query: new Map(),
    headers: new HeaderMap(),
    body: NO_BODY,
    ...overrides,
  }
}

/** What a pipe answers: complete and without data unless `overrides` says else. */
export function makeResponse(overrides: Partial<PipeResponse> = {}): PipeResponse {
  return { data: Data.EMPTY, isComplete: true, error: null, statusCode: 0, headers: null, body: null, ...overrides }
}

/** What a sender is asked: a GET of `origin` and `path` without fields and body unless `overrides` says else. */
export function makeBackendRequest(origin: string, path: string, overrides: Partial<BackendRequest> = {}): BackendRequest {
  return { method: 'GET', origin, path, headers: new HeaderMap(), body: NO_BODY, wantsStream: false, ...overrides }
}

/** What a sender answers: `200` with JSON unless `overrides` says else. */
export function makeBackendResponse(body: string, overrides: Partial<BackendResponse> = {}): BackendResponse {
  const headers = new HeaderMap(['Content-Type', 'application/json'])
  return { statusCode: 200, headers, body: Buffer.from(body), url: 'http://b/b', ...overrides }
}
