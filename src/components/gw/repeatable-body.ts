// A request body that can be sent again: a small one is kept, a large one only as long as nobody has begun to read it.

import { Readable } from 'node:stream'
import { readAs, StreamedBody } from '../../engine/body.ts'
import { CANCELED, GatewayError } from '../../engine/errors.ts'
import type { Body } from '../../engine/types.ts'

const MAX_KEPT_BYTES = 64 * 1024

export interface RepeatableBody {
  readonly body: Body
  /** Whether it can be sent once more now. */
  mayRepeat(): boolean
}

/** A body that nobody wants to send again. */
export function sentOnce(body: Body): RepeatableBody {
  return { body, mayRepeat: () => false }
}

/** Resolves at once for no body, one in memory and one that is known to be large; else when it is whole, or turns out to be large. */
export function keepBody(body: Body): RepeatableBody | Promise<RepeatableBody> {
  if (body.length === 0 || body.inMemory !== null) return { body, mayRepeat: () => true }
  if (body.length !== null && body.length > MAX_KEPT_BYTES) return watchReading(body)
  if (body.length !== null) return body.bytes().then((bytes) => kept(body, bytes))
  return readFirst(body.stream()).then(
    ({ chunks, rest }) => (rest === null ? kept(body, Buffer.concat(chunks)) : sentOnce(resumed(body, chunks, rest))),
    (error: unknown) => {
      throw brokenBody(error)
    },
  )
}

/** The same body with its bytes in memory: its length goes out, or does not, as it would have. */
function kept(body: Body, bytes: Buffer): RepeatableBody {
  const own: Body = {
    length: body.length,
    ...(body.announcesLength === undefined ? null : { announcesLength: body.announcesLength }),
    inMemory: bytes,
    clientMs: body.clientMs,
    stream: () => Readable.from(bytes.length === 0 ? [] : [bytes]),
    bytes: () => Promise.resolve(bytes),
  }
  return { body: own, mayRepeat: () => true }
}

function watchReading(body: Body): RepeatableBody {
  let isRead = false
  const own = readAs(body, {
    stream() {
      isRead = true
      return body.stream()
    },
    bytes(maxBytes) {
      isRead = true
      return body.bytes(maxBytes)
    },
  })
  return { body: own, mayRepeat: () => !isRead }
}

interface First {
  readonly chunks: readonly Buffer[]
  /** What follows; null when nothing does. */
  readonly rest: Readable | null
}

/** Reads to the end, or until there is more than may be kept. */
async function readFirst(source: Readable): Promise<First> {
  const chunks: Buffer[] = []
  let length = 0
  const iterator = source.iterator({ destroyOnReturn: false })
  for await (const chunk of iterator) {
    chunks.push(chunk as Buffer)
    length += (chunk as Buffer).length
    if (length > MAX_KEPT_BYTES) return { chunks, rest: source }
  }
  return { chunks, rest: null }
}

function resumed(body: Body, chunks: readonly Buffer[], rest: Readable): Body {
  const all = async function* (): AsyncGenerator<Buffer> {
    yield* chunks
    try {
      // Whoever gives up reading does not break off the connection of the client.
      for await (const chunk of rest.iterator({ destroyOnReturn: false })) yield chunk as Buffer
    } catch (error) {
      throw brokenBody(error)
    }
  }
  const streamed = new StreamedBody(Readable.from(all()))
  return readAs(body, { stream: () => streamed.stream(), bytes: (maxBytes) => streamed.bytes(maxBytes) })
}

/** A client that breaks its body off has left: that is no failure of the backend, and none of the gateway. */
function brokenBody(error: unknown): GatewayError {
  return error instanceof GatewayError ? error : CANCELED
}
