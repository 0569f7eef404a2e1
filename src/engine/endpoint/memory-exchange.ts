// A client request without a socket, and its answer in memory: for whoever asks the gateway from within, and for tests.

import { Readable } from 'node:stream'
import { checkEscapes, unescapeText } from '../../go/url-escape.ts'
import { NO_BODY } from '../body.ts'
import { GatewayError } from '../errors.ts'
import { HeaderMap } from '../headers.ts'
import { Scope } from '../scope.ts'
import type { Answer, Body, Exchange } from '../types.ts'

export interface MemoryRequest {
  readonly method: string
  /** Path with query, encoded. */
  readonly target: string
  readonly headers?: HeaderMap
  /** That of the Host header by default. */
  readonly host?: string
  readonly body?: Body
  /** URL parameters by their internal names; the router may add some. */
  readonly params?: ReadonlyMap<string, string>
  readonly peerAddress?: string
  readonly isSecure?: boolean
  /** The request ends with it. */
  readonly scope?: Scope
  /** Bytes of a streamed answer that are kept at most: one that is longer fails. */
  readonly maxBytes?: number
}

/** An exchange that keeps its answer. */
export interface MemoryExchange extends Exchange {
  statusCode: number
  bytesOut: number
  /** Whether the answer was broken off. */
  isCut: boolean
  /** What was answered; null before, and for an answer without body. */
  readonly kept: { bytes: Buffer | null }
  /** Ends it, as a server does when the answer has left. */
  finish(): void
}

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

/** Throws a UrlError for a path with a broken escape. */
export function memoryExchange(request: MemoryRequest): MemoryExchange {
  const { method, target, headers = new HeaderMap(), body = NO_BODY, peerAddress = '127.0.0.1' } = request
  const mark = target.indexOf('?')
  const hooks: ((answer: Answer) => void)[] = []
  const listeners: (() => void)[] = []
  const sentPath = mark < 0 ? target : target.slice(0, mark)
  checkEscapes(sentPath)
  const path = unescapeText(sentPath)
  const rawQuery = mark < 0 ? '' : target.slice(mark + 1)
  const kept: MemoryExchange['kept'] = { bytes: null }
  const begin = (exchange: MemoryExchange, statusCode: number, given: Answer['body']): Answer['body'] => {
    if (exchange.statusCode !== 0) throw new Error('the exchange is answered already')
    const answer: Answer = { statusCode, headers: exchange.responseHeaders, body: given }
    for (const hook of hooks.toReversed()) hook(answer)
    exchange.statusCode = answer.statusCode
    return answer.body
  }
  const keep = (exchange: MemoryExchange, bytes: Buffer): void => {
    exchange.bytesOut = bytes.length
    kept.bytes = bytes
  }
  return {
    method,
    target,
    path,
    rawQuery,
    headers,
    sent: { method, target, path, rawQuery, headers: headers.copy() },
    host: request.host ?? headers.get('Host') ?? '',
    peerAddress,
    clientIp: peerAddress,
    isSecure: request.isSecure ?? false,
    tls: null,
    protocol: 'HTTP/1.1',
    startMs: performance.now(),
    route: null,
    params: new Map(request.params),
    body,
    scope: request.scope?.apart() ?? Scope.root(),
    responseHeaders: new HeaderMap(),
    statusCode: 0,
    bytesIn: body.inMemory?.length ?? 0,
    bytesOut: 0,
    failure: null,
    isCut: false,
    kept,
    answer(statusCode, given = null) {
      const out = begin(this, statusCode, given)
      if (out instanceof Readable)
        void readAll(out, request.maxBytes).then(
          (bytes) => keep(this, bytes),
          () => this.cut(),
        )
      else if (out !== null) keep(this, Buffer.from(out))
    },
    async answerStream(statusCode, given) {
      const out = begin(this, statusCode, given)
      if (out instanceof Readable) keep(this, await readAll(out, request.maxBytes))
      else if (out !== null) keep(this, Buffer.from(out))
    },
    upgrade: null,
    tunnel: () => Promise.reject(new Error('there is no connection to switch to another protocol')),
    cut() {
      this.isCut = true
      this.scope.end()
    },
    onAnswer: (hook) => void hooks.push(hook),
    onFinish: (listener) => void listeners.push(listener),
    finish() {
      for (const listener of listeners) listener()
    },
  }
}

async function readAll(stream: Readable, maxBytes = DEFAULT_MAX_BYTES): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array)
    length += bytes.length
    // Leaving the loop destroys the stream.
    if (length > maxBytes) throw new GatewayError(`the answer is longer than ${maxBytes} bytes`, { code: 'ERR_ANSWER_TOO_LONG' })
    chunks.push(bytes)
  }
  return Buffer.concat(chunks)
}
