// The end of the handler chain: runs an endpoint's pipe and writes what comes out, data or error.

import type { EndpointConfig } from '../../config/types.ts'
import { encodeText } from '../../go/text.ts'
import { sniffContentType } from '../../go/sniff.ts'
import type { Logger } from '../compile/site.ts'
import { asError, describeBug, GatewayError, MergeError } from '../errors.ts'
import { isEventStream } from '../headers.ts'
import { requestId } from '../ports.ts'
import type { Scope } from '../scope.ts'
import type { Exchange, Handler, Pipe, PipeResponse, Render } from '../types.ts'
import { answerReply, type ErrorAnswers, replyTo } from './error-answers.ts'
import { compileRequest } from './request.ts'
import { compileStream, type StreamInit } from './stream.ts'
import { renderedWriter, streamWriter, type WriteResponse } from './write-response.ts'

export interface EndpointInit {
  readonly endpoint: EndpointConfig
  readonly pipe: Pipe
  readonly render: Render
  readonly log: Logger
  /** Value of `X-Krakend`: `Version x`, or `Version undefined` when hidden. */
  readonly versionHeader: string
  /** What the gateway calls itself towards backends: `KrakenD Version x`. */
  readonly userAgent: string
  /** Whether the client reads error texts (`return_error_msg`). */
  readonly returnsErrorText: boolean
  /** Who words errors. */
  readonly answers: ErrorAnswers
  /** Takes secrets out of texts; null where there are none. */
  readonly mask: ((text: string) => string) | null
  /** Names of response headers that the pipe cannot set; null for none. */
  readonly dropsHeader: ((name: string) => boolean) | null
  /** The limits of its streams; null where the endpoint's timeout is the only one. */
  readonly stream: StreamInit | null
  /** Whether events (`text/event-stream`) go on beyond the endpoint's timeout. */
  readonly liftsEventStreams: boolean
}

export interface CompiledEndpoint {
  readonly handle: Handler
  /** The pipe alone, for components that answer themselves. */
  readonly run: (exchange: Exchange) => Promise<PipeResponse>
}

const NO_RESPONSE = new GatewayError('internal server error', { code: 'ERR_NO_RESPONSE' })

export function compileEndpoint(init: EndpointInit): CompiledEndpoint {
  const { endpoint, pipe, versionHeader } = init
  const { timeoutMs } = endpoint
  const buildRequest = compileRequest(endpoint, init.userAgent)
  const writeError = compileErrorWriter(init)
  const logError = compileErrorLog(init)
  const noteFailure = (exchange: Exchange, error: Error): void => {
    exchange.failure = error
    logError(error, exchange)
  }
  const write = compileWriter(init, noteFailure)
  const fail = (exchange: Exchange, thrown: unknown): void => {
    const error = asError(thrown)
    noteFailure(exchange, error)
    writeError(exchange, error)
  }
  /** What broke off before any of it had left (a cache takes it into memory first) is an error like others. */
  const failUnbegun = (exchange: Exchange, thrown: unknown): void => {
    if (exchange.statusCode !== 0) throw thrown
    exchange.responseHeaders.set('X-Krakend', versionHeader)
    fail(exchange, thrown)
  }
  const beginStream = init.stream === null ? null : compileStream(init.stream)
  const serveStream = (exchange: Exchange, begin: NonNullable<typeof beginStream>): Promise<void> => {
    exchange.responseHeaders.set('X-Krakend', versionHeader)
    const stream = begin(exchange)
    const { scope } = stream
    if (exchange.body.length !== 0) scope.onEnd((reason) => exchange.body.abandon?.(reason))
    return pipe(buildRequest(exchange), scope).then(
      (response) => stream.pass(response, write),
      (thrown: unknown) => {
        stream.close()
        fail(exchange, thrown)
      },
    )
  }
  const serve: Handler = function serveEndpoint(exchange) {
    const scope = scopeOf(exchange, timeoutMs)
    exchange.responseHeaders.set('X-Krakend', versionHeader)
    return pipe(buildRequest(exchange), scope).then(
      (response) => {
        if (response.error !== null) noteFailure(exchange, response.error)
        let writing: Promise<void> | void
        try {
          writing = write(exchange, response)
        } catch (thrown) {
          scope.close()
          throw thrown
        }
        // A stream is cut when the endpoint's time is over, but for events, which nobody wants cut.
        if (writing !== undefined) {
          if (init.liftsEventStreams && isEventStream(exchange.responseHeaders)) scope.lift(Infinity)
          return writing.then(
            () => scope.close(),
            (thrown: unknown) => {
              scope.close()
              failUnbegun(exchange, thrown)
            },
          )
        }
        scope.close()
        return undefined
      },
      (thrown: unknown) => {
        scope.close()
        fail(exchange, thrown)
      },
    )
  }
  return {
    run: function runPipe(exchange) {
      const scope = scopeOf(exchange, timeoutMs)
      return pipe(buildRequest(exchange), scope).finally(() => scope.close())
    },
    handle: beginStream === null ? serve : (exchange) => serveStream(exchange, beginStream),
  }
}

function compileWriter(init: EndpointInit, note: (exchange: Exchange, error: Error) => void): WriteResponse {
  const { endpoint, dropsHeader, stream } = init
  const cacheControl = endpoint.cacheTtlMs === 0 ? null : `public, max-age=${Math.trunc(endpoint.cacheTtlMs / 1000)}`
  const writer = { cacheControl, dropsHeader, isLive: stream !== null }
  return endpoint.isNoOp ? streamWriter(writer) : renderedWriter(init.render, writer, note)
}

/** security: whoever reads a body that the client does not send would wait beyond the endpoint's time, that is for ever. */
function scopeOf({ scope, body }: Exchange, timeoutMs: number): Scope {
  const own = scope.child(timeoutMs)
  if (body.length !== 0) own.onEnd((reason) => body.abandon?.(reason))
  return own
}

/** 500, or the error's own status; its text only where the file asks for it. */
function compileErrorWriter(init: EndpointInit): (exchange: Exchange, error: Error) => void {
  return function writeError(exchange, error) {
    const headers = exchange.responseHeaders
    headers.set('X-Krakend-Completed', 'false')
    const expected = error instanceof GatewayError ? error : null
    if (expected !== null) headers.replace(expected.headers)
    const reply = replyTo(init.answers, exchange, error)
    if (answerReply(exchange, reply)) return
    const status = reply?.status ?? expected?.statusCode ?? 500
    if (expected !== null && expected.body !== null) {
      answerOwnBody(exchange, expected)
      return
    }
    if (!init.returnsErrorText) {
      exchange.answer(status)
      return
    }
    // A text of a backend leaves in the bytes it came in.
    const text = expected === null ? NO_RESPONSE.message : error.message
    const body = encodeText(init.mask?.(text) ?? text)
    // compat: Go looks at no bytes that stay behind.
    const isSent = body.length > 0 && status !== 204
    const contentType = expected?.contentType || (isSent ? sniffContentType(body) : null)
    if (contentType !== null) headers.set('Content-Type', contentType)
    exchange.answer(status, body)
  }
}

/** The body that an error has for the client. */
export function answerOwnBody(exchange: Exchange, { statusCode, body, contentType }: GatewayError): void {
  if (contentType !== null) exchange.responseHeaders.set('Content-Type', contentType)
  exchange.answer(statusCode, body === null || body.length === 0 ? null : body)
}

/** KrakenD's lines: one for an error (that the client has left is one), numbered ones for a merge, with whose error each is behind its text. */
function compileErrorLog({ endpoint, log }: EndpointInit): (error: Error, exchange: Exchange) => void {
  const plain = `[ENDPOINT: ${endpoint.path}]`
  return function logError(error, { scope }) {
    const id = requestId.get(scope)
    const label = id === undefined ? plain : `${plain}[${id}]`
    if (error instanceof MergeError) {
      for (const [index, part] of error.errors.entries()) {
        const origin = error.origins[index]
        log.error(`${label} Error #${index}: ${part.message}${origin === undefined ? '' : ` (${origin})`}`)
      }
    } else if (error instanceof GatewayError) {
      if (!error.isTold) log.error(`${label} ${error.message}`)
    } else log.error(...describeBug(label, error))
  }
}
