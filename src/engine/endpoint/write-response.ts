// What a pipe answered becomes the client's answer: rendered by the output encoding, or passed on as it is (`no-op`).

import type { Readable } from 'node:stream'
import { sniffContentType } from '../../go/sniff.ts'
import { discardBody } from '../body.ts'
import { HOP_BY_HOP } from '../headers.ts'
import type { Exchange, PipeResponse, Render } from '../types.ts'

/** Writes what a pipe answered. */
export type WriteResponse = (exchange: Exchange, response: PipeResponse) => void | Promise<void>

export interface WriterInit {
  /** Value of Cache-Control for complete answers; null for none. */
  readonly cacheControl: string | null
  /** Names of response headers that are not copied; null for none. */
  readonly dropsHeader: ((name: string) => boolean) | null
}

export function renderedWriter(render: Render, init: WriterInit): WriteResponse {
  return function writeRendered(exchange, response) {
    writeHead(exchange, response, init)
    // A stream that is rendered: only its data counts, and a connection that nobody reads would stay for ever.
    discardBody(response.body)
    const { contentType, body } = render(response, exchange)
    exchange.responseHeaders.set('Content-Type', contentType)
    exchange.answer(200, body)
  }
}

export function streamWriter(init: WriterInit): WriteResponse {
  return function writeStream(exchange, response) {
    writeHead(exchange, response, init)
    const { body, statusCode } = response
    if (body === null) return exchange.answer(statusCode === 0 ? 200 : statusCode)
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
}

/** Completeness, caching, and the header fields that the pipe has for the client. */
function writeHead({ responseHeaders }: Exchange, response: PipeResponse, { cacheControl, dropsHeader }: WriterInit): void {
  const isCompleted = response.isComplete && response.data !== null && !response.data.isEmpty
  responseHeaders.set('X-Krakend-Completed', isCompleted ? 'true' : 'false')
  if (isCompleted && cacheControl !== null) responseHeaders.set('Cache-Control', cacheControl)
  if (response.headers === null) return
  const { fields } = response.headers
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string
    if (HOP_BY_HOP.has(name) || dropsHeader?.(name) === true) continue
    responseHeaders.add(name, fields[i + 1] as string)
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
