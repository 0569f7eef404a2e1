// Bodies: those that the engine makes itself (none at all, bytes that were read before), copies, reading all of one, and the end of one. Knows nothing of sockets.

import { Readable } from 'node:stream'
import type { Body, PipeRequest } from './types.ts'

const NO_BYTES = Buffer.alloc(0)

/** The body of a request without one. */
export const NO_BODY: Body = {
  length: 0,
  inMemory: NO_BYTES,
  clientMs: 0,
  stream: () => Readable.from([]),
  bytes: () => Promise.resolve(NO_BYTES),
}

/**
 * A body in memory that any number of backends may read.
 * compat: its length counts as unknown: as in KrakenD a copied body goes out chunked, with POST, PUT and PATCH even an empty one.
 */
export function bodyOf(bytes: Buffer): Body {
  return {
    length: null,
    inMemory: bytes,
    clientMs: 0,
    stream: () => Readable.from(bytes.length === 0 ? [] : [bytes]),
    bytes: () => Promise.resolve(bytes),
  }
}

/** A request whose body may be read again and again: it is in memory. */
export async function copyRequest(request: PipeRequest): Promise<PipeRequest> {
  const bytes = await request.body.bytes()
  return { ...request, body: madeFrom(request.body, bodyOf(bytes)) }
}

/** A body that was made when the client's had been read: it took the client as long. */
export function madeFrom({ clientMs }: Body, body: Body): Body {
  return clientMs === 0 ? body : { ...body, clientMs }
}

/** The body of an answer to a request without `wantsStream`: it is there already. */
export function wholeBody(body: Readable | Buffer): Buffer {
  if (Buffer.isBuffer(body)) return body
  throw new TypeError('an answer that was to be read to its end first came as a stream')
}

/** Lets go of a response body that nobody wants. */
export function discardBody(body: Readable | Buffer | null): void {
  if (body !== null && !Buffer.isBuffer(body)) body.destroy()
}

/** A body in memory that goes out with its length, an empty one as none. */
export function sizedBodyOf(bytes: Buffer): Body {
  return { ...bodyOf(bytes), length: bytes.length, announcesLength: true }
}

/** All bytes of a stream; null for one with more than that many, of which the rest is the caller's to read or to destroy. */
export async function readUpTo(stream: Readable, maxBytes: number): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : (chunk as Buffer)
    length += bytes.length
    if (length > maxBytes) return null
    chunks.push(bytes)
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, length)
}
