// The end of the handler chain: runs an endpoint's pipe and writes what comes out, data or error. Knows nothing of backends.

import type { Readable } from 'node:stream'
import type { EndpointConfig } from '../../config/types.ts'
import type { Logger } from '../compile/component.ts'
import { discardBody } from '../body.ts'
import { asError, CANCELED, GatewayError, MergeError } from '../errors.ts'
import { HOP_BY_HOP } from '../headers.ts'
import { compileRequest } from './request.ts'
import { sniffContentType } from '../../go/sniff.ts'
import type { Exchange, Handler, Pipe, PipeResponse, Render } from '../types.ts'

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
  /** Names of backend headers that are not copied with no-op; null for all. */
  readonly dropsBackendHeader: ((name: string) => boolean) | null
}

export interface CompiledEndpoint {
  readonly handle: Handler
  /** The pipe alone, for components that answer themselves. */
  readonly run: (exchange: Exchange) => Promise<PipeResponse>
}

const NO_RESPONSE = new GatewayError('internal server error', { code: 'ERR_NO_RESPONSE' })

export function compileEndpoint(init: EndpointInit): CompiledEndpoint {
  const { endpoint, pipe, render, versionHeader } = init
  const buildRequest = compileRequest(endpoint, init.userAgent)
  const { timeoutMs } = endpoint
  const cacheControl = endpoint.cacheTtlMs === 0 ? null : `public, max-age=${Math.trunc(endpoint.cacheTtlMs / 1000)}`
  const writeError = compileErrorWriter(init)
  const writeHead = (exchange: Exchange, response: PipeResponse): void => {
    const isCompleted = response.isComplete && response.data !== null && !response.data.isEmpty
    exchange.responseHeaders.set('X-Krakend-Completed', isCompleted ? 'true' : 'false')
    if (isCompleted && cacheControl !== null) exchange.responseHeaders.set('Cache-Control', cacheControl)
  }

  function writeRendered(exchange: Exchange, response: PipeResponse): void {
    writeHead(exchange, response)
    // A stream that is rendered: only its data counts, and a connection that nobody reads would stay for ever.
    discardBody(response.body)
    const { contentType, body } = render(response, exchange)
    exchange.responseHeaders.set('Content-Type', contentType)
    exchange.answer(200, body)
  }

  function writeStream(exchange: Exchange, response: PipeResponse): void | Promise<void> {
    writeHead(exchange, response)
    copyHeaders(exchange, response, init.dropsBackendHeader)
    const { body, statusCode } = response
    if (body === null) return exchange.answer(statusCode === 0 ? 500 : statusCode)
    const hasType = exchange.responseHeaders.has('Content-Type')
    if (Buffer.isBuffer(body)) {
      if (!hasType && body.length > 0) exchange.responseHeaders.set('Content-Type', sniffContentType(body))
      return exchange.answer(statusCode, body)
    }
    if (hasType) return exchange.answerStream(statusCode, body)
    return sniffStream(body).then((contentType) => {
      if (contentType === null && body.readableEnded) return exchange.answer(statusCode)
      if (contentType !== null) exchange.responseHeaders.set('Content-Type', contentType)
      return exchange.answerStream(statusCode, body)
    })
  }

  const write: (exchange: Exchange, response: PipeResponse) => void | Promise<void> =
    endpoint.outputEncoding === 'no-op' ? writeStream : writeRendered
  const logError = compileErrorLog(init)
  return {
    run: function runPipe(exchange) {
      const scope = exchange.scope.child(timeoutMs)
      return pipe(buildRequest(exchange), scope).finally(() => scope.close())
    },
    handle: function serveEndpoint(exchange) {
      const scope = exchange.scope.child(timeoutMs)
      exchange.responseHeaders.set('X-Krakend', versionHeader)
      return pipe(buildRequest(exchange), scope).then(
        (response) => {
          if (response.error !== null) logError(response.error)
          const writing = write(exchange, response)
          // A stream is cut when the endpoint's time is over.
          if (writing !== undefined) return writing.finally(() => scope.close())
          scope.close()
          return undefined
        },
        (thrown: unknown) => {
          scope.close()
          const error = asError(thrown)
          logError(error)
          writeError(exchange, error)
        },
      )
    },
  }
}

/** The type of what comes first, null when nothing comes. Takes nothing out of the stream. */
async function sniffStream(body: Readable): Promise<string | null> {
  for (;;) {
    const chunk = body.read() as Buffer | null
    if (chunk !== null) {
      body.unshift(chunk)
      return sniffContentType(chunk)
    }
    if (body.readableEnded || body.destroyed) return null
    await new Promise<void>((resolve) => {
      const done = (): void => {
        body.off('readable', done).off('end', done).off('close', done).off('error', done)
        resolve()
      }
      body.on('readable', done).on('end', done).on('close', done).on('error', done)
    })
  }
}

/** 500, or the error's own status; its text only where the file asks for it. */
function compileErrorWriter(init: EndpointInit): (exchange: Exchange, error: Error) => void {
  return function writeError(exchange, error) {
    const headers = exchange.responseHeaders
    headers.set('X-Krakend-Completed', 'false')
    const expected = error instanceof GatewayError ? error : null
    for (const [name, value] of expected?.headers ?? []) headers.set(name, value)
    const status = expected?.statusCode ?? 500
    if (!init.returnsErrorText) {
      exchange.answer(status)
      return
    }
    const text = expected === null ? NO_RESPONSE.message : error.message
    const contentType = expected?.contentType || (text === '' ? null : sniffContentType(text))
    if (contentType !== null) headers.set('Content-Type', contentType)
    exchange.answer(status, text)
  }
}

/** KrakenD's lines: one for an error, numbered ones for a merge. A client that left is no error. */
function compileErrorLog({ endpoint, log }: EndpointInit): (error: Error) => void {
  const label = `[ENDPOINT: ${endpoint.path}]`
  return function logError(error) {
    if (error === CANCELED) return
    if (error instanceof MergeError) {
      for (const [index, part] of error.errors.entries()) log.error(`${label} Error #${index}: ${part.message}`)
    } else log.error(`${label} ${error instanceof GatewayError ? error.message : (error.stack ?? error.message)}`)
  }
}

function copyHeaders(exchange: Exchange, response: PipeResponse, drops: ((name: string) => boolean) | null): void {
  if (response.headers === null) return
  const { fields } = response.headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (HOP_BY_HOP.has(name) || drops?.(name) === true) continue
    exchange.responseHeaders.add(name, fields[i + 1] as string)
  }
}
