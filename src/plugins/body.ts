// Bodies that plugins read, replace and stream: in memory up to a bound, everything else as it comes.

import { Readable } from 'node:stream'
import { collect, NO_BODY, sizedBodyOf, StreamedBody } from '../engine/body.ts'
import { BODY_TOO_LARGE, GatewayError } from '../engine/errors.ts'
import type { Body } from '../engine/types.ts'
import { HttpError } from './http-error.ts'
import type { BodySource } from './types.ts'

/** A body whose stream somebody has read cannot be sent. */
export const BODY_TAKEN = new GatewayError('the body was read as a stream and cannot go on: give it anew, or read it with bytes()', {
  code: 'ERR_BODY_TAKEN',
})
const TOO_LARGE = new GatewayError('the body of an answer is larger than max_body of _gw/plugins', { code: 'ERR_PLUGIN_BODY' })

/** A body of an answer: bytes, a text that is sent as UTF-8, or what comes bit by bit. */
export type RawBody = Readable | Buffer | string | null

/** What a plugin gives for a body. Throws a TypeError for what is none. */
export function rawBodyOf(source: unknown): RawBody {
  if (source === null || typeof source === 'string') return source
  if (source instanceof Uint8Array) return Buffer.from(source.buffer, source.byteOffset, source.byteLength)
  if (source instanceof Readable && !source.readableObjectMode) return source
  if (typeof source === 'object' && (Symbol.asyncIterator in source || source instanceof ReadableStream))
    return Readable.from(bytesFrom(source as AsyncIterable<string | Uint8Array>), { objectMode: false })
  throw new TypeError(`a body is a text, bytes, a stream or null, not ${typeof source}`)
}

async function* bytesFrom(source: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

/** The same as the body of a request. */
export function requestBodyOf(source: BodySource | null): Body {
  const raw = rawBodyOf(source)
  if (raw === null) return NO_BODY
  if (raw instanceof Readable) return new StreamedBody(raw)
  const bytes = typeof raw === 'string' ? Buffer.from(raw) : raw
  return bytes.length === 0 ? NO_BODY : sizedBodyOf(bytes)
}

/** A request's body in memory. Rejects with an HttpError 413 above the bound. */
export async function readRequestBody(body: Body, maxBytes: number): Promise<Buffer> {
  if (body.length !== null && body.length > maxBytes) throw tooLargeForPlugins(maxBytes)
  const bytes = await body.bytes(maxBytes).catch((error: unknown) => {
    throw error === BODY_TOO_LARGE ? tooLargeForPlugins(maxBytes) : error
  })
  if (bytes.length > maxBytes) throw tooLargeForPlugins(maxBytes)
  return bytes
}

function tooLargeForPlugins(maxBytes: number): HttpError {
  return new HttpError(413, undefined, { message: `the body of the request is larger than ${maxBytes} bytes` })
}

/** An answer's body in memory. Rejects with ERR_PLUGIN_BODY above the bound. */
export async function readRawBody(body: RawBody, maxBytes: number): Promise<Buffer> {
  const bytes =
    body instanceof Readable
      ? await collect(body, maxBytes, TOO_LARGE)
      : typeof body === 'string'
        ? Buffer.from(body)
        : (body ?? Buffer.alloc(0))
  if (bytes.length > maxBytes) throw TOO_LARGE
  return bytes
}

/** A web stream of a body that is opened by the first read, not before; `onTake` is called then. */
export function webStreamOf(open: () => Readable, onTake: () => void): ReadableStream<Uint8Array> {
  let reader: AsyncIterator<unknown> | null = null
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (reader === null) {
          onTake()
          reader = open()[Symbol.asyncIterator]()
        }
        const { done, value } = await reader.next()
        if (done === true) controller.close()
        else controller.enqueue(typeof value === 'string' ? Buffer.from(value) : (value as Uint8Array))
      },
      async cancel() {
        onTake()
        await reader?.return?.()
      },
    },
    { highWaterMark: 0 },
  )
}
