// What a pipe answered becomes the client's answer: rendered by the output encoding, or passed on as it is (`no-op`).

import type { Readable } from 'node:stream'
import { sniffContentType } from '../../go/sniff.ts'
import { discardBody } from '../body.ts'
import { HOP_BY_HOP, isEventStream, type ReadonlyHeaders } from '../headers.ts'
import type { Exchange, PipeResponse, Render } from '../types.ts'

/** Writes what a pipe answered. */
export type WriteResponse = (exchange: Exchange, response: PipeResponse) => void | Promise<void>

export interface WriterInit {
  /** Value of Cache-Control for complete answers; null for none. */
  readonly cacheControl: string | null
  /** Names of response headers that are not copied; null for none. */
  readonly dropsHeader: ((name: string) => boolean) | null
  /** Whether the head of a stream leaves before there is a first byte. */
  readonly isLive: boolean
}

/** `note` hears of bodies that are not what they should be. */
export function renderedWriter(render: Render, init: WriterInit, note: (exchange: Exchange, error: Error) => void): WriteResponse {
  const writeWhole = streamWriter(init)
  return function writeRendered(exchange, response) {
    const { fixed } = response
    if (fixed === 'answer') return writeWhole(exchange, response)
    writeHead(exchange, response, init)
    // compat: KrakenD copies fields of the pipe only beside data. What a pipe says of the type stands above what most encodings say.
    const hasData = response.data !== null && !response.data.isEmpty
    if (response.headers !== null && (hasData || fixed === 'head')) {
      copyHeaders(exchange, response.headers, init)
      // compat: whether an answer is complete is the gateway's to say, whatever a script writes.
      writeCompleteness(exchange, response)
    }
    // A stream that is rendered: only its data counts, and a connection that nobody reads would stay for ever.
    discardBody(response.body)
    const { contentType, body, isFirm, error } = render(response, exchange)
    if (error !== undefined) note(exchange, error)
    if (response.headers === null || isFirm === true || !exchange.responseHeaders.has('Content-Type'))
      exchange.responseHeaders.set('Content-Type', contentType)
    exchange.answer(fixed === undefined || response.statusCode === 0 ? 200 : response.statusCode, body)
  }
}

export function streamWriter(init: WriterInit): WriteResponse {
  return function writeStream(exchange, response) {
    writeHead(exchange, response, init)
    if (response.headers !== null) copyHeaders(exchange, response.headers, init)
    const { body } = response
    const statusCode = response.statusCode === 0 ? 200 : response.statusCode
    if (body === null) return exchange.answer(statusCode)
    const isSettled = isTypeSettled(exchange)
    if (Buffer.isBuffer(body)) {
      if (!isSettled && body.length > 0) exchange.responseHeaders.set('Content-Type', sniffContentType(body))
      // What HEAD has nothing of is not empty.
      return exchange.answer(statusCode, body.length === 0 && exchange.method === 'HEAD' ? null : body)
    }
    // No event is held back, and neither is the head before them.
    if (isSettled) return exchange.answerStream(statusCode, body, init.isLive || isEventStream(exchange.responseHeaders))
    if (init.isLive) return answerLive(exchange, statusCode, body)
    return sniffStream(body).then((contentType) => {
      if (contentType === null && body.readableEnded) return exchange.answer(statusCode)
      if (contentType !== null) exchange.responseHeaders.set('Content-Type', contentType)
      return exchange.answerStream(statusCode, body)
    })
  }
}

/** compat: Go looks at no bytes that are encoded; theirs is not the type of what they encode. */
function isTypeSettled({ responseHeaders }: Exchange): boolean {
  return responseHeaders.has('Content-Type') || (responseHeaders.get('Content-Encoding') ?? '') !== ''
}

/** Whose type is not known is looked at if there is something to look at, and nobody waits for it. */
function answerLive(exchange: Exchange, statusCode: number, body: Readable): Promise<void> {
  const chunk = body.read() as Buffer | null
  if (chunk !== null) {
    exchange.responseHeaders.set('Content-Type', sniffContentType(chunk))
    body.unshift(chunk)
  }
  return exchange.answerStream(statusCode, body, true)
}

/** Completeness and caching. */
function writeHead(exchange: Exchange, response: PipeResponse, { cacheControl }: WriterInit): void {
  const { responseHeaders } = exchange
  const isCompleted = writeCompleteness(exchange, response)
  // What is no success is not for caches.
  const isSuccess = response.fixed === undefined || response.statusCode < 300
  if (isCompleted && isSuccess && cacheControl !== null) responseHeaders.set('Cache-Control', cacheControl)
}

function writeCompleteness({ responseHeaders }: Exchange, { isComplete, data }: PipeResponse): boolean {
  const isCompleted = isComplete && data !== null && !data.isEmpty
  responseHeaders.set('X-Krakend-Completed', isCompleted ? 'true' : 'false')
  return isCompleted
}

/** The header fields that the pipe has for the client. */
function copyHeaders({ responseHeaders }: Exchange, { fields }: ReadonlyHeaders, { dropsHeader }: WriterInit): void {
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
