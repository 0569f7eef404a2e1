// Bodies: those that the engine makes itself (none at all, bytes that were read before, a stream), copies, reading all of one, and the end of one.
// Knows nothing of sockets.

import { Readable } from 'node:stream'
import { BODY_TOO_LARGE } from './errors.ts'
import type { Scope } from './scope.ts'
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

/** The same body, which is read in another way. */
export function readAs(body: Body, reading: Pick<Body, 'stream' | 'bytes'>): Body {
  return {
    ...reading,
    // No spread: what is known of it changes while it is read.
    get length() {
      return body.length
    },
    get inMemory() {
      return body.inMemory
    },
    get clientMs() {
      return body.clientMs
    },
    ...(body.announcesLength === undefined ? null : { announcesLength: body.announcesLength }),
    abandon: (reason) => body.abandon?.(reason),
  }
}

/** A body of which nobody knows the length, to be read once unless it is read into memory. */
export class StreamedBody implements Body {
  readonly length = null
  inMemory: Buffer | null = null
  readonly clientMs = 0
  readonly #source: Readable
  #bytes: Promise<Buffer> | null = null

  constructor(source: Readable) {
    this.#source = source
  }

  stream(): Readable {
    return this.inMemory === null ? this.#source : Readable.from([this.inMemory])
  }

  bytes(maxBytes = Infinity): Promise<Buffer> {
    this.#bytes ??= collect(this.#source, maxBytes, BODY_TOO_LARGE).then((bytes) => (this.inMemory = bytes))
    return this.#bytes
  }
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

/** The same; a longer one is destroyed and rejects. */
export async function collect(source: Readable, maxBytes: number, tooLarge: Error): Promise<Buffer> {
  const bytes = await readUpTo(source, maxBytes)
  if (bytes !== null) return bytes
  source.destroy()
  throw tooLarge
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

/** An answer has come in time: its body, if it is a stream, may take longer, and still ends with the scopes around this one. */
export function keepForBody(scope: Scope, body: Readable | Buffer | null): void {
  if (body === null || Buffer.isBuffer(body)) scope.close()
  else scope.lift(Infinity)
}

/** A body in memory that goes out with its length, an empty one as none. */
export function sizedBodyOf(bytes: Buffer): Body {
  return { ...bodyOf(bytes), length: bytes.length, announcesLength: true }
}
