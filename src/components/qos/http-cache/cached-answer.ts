// An answer as the cache keeps it, and what a request must look like to get it. Knows no store and no sender.

import { readLifetime, type Lifetime } from './freshness.ts'
import type { BackendResponse } from '../../../engine/types.ts'

export interface CachedAnswer {
  readonly statusCode: number
  /** name, value, name, value … */
  readonly fields: readonly string[]
  readonly bytes: Buffer
  readonly url: string
  readonly lifetime: Lifetime
  /** Request headers that the answer depends on, with the values they had; '' is absent. */
  readonly varied: readonly (readonly [name: string, value: string])[]
  readonly etag: string
  readonly lastModified: string
}

const STATUS_LINE_BYTES = 20

/** Takes the answer over; `fields` must not change any more. */
export function makeCachedAnswer(
  { statusCode, url }: Pick<BackendResponse, 'statusCode' | 'url'>,
  fields: readonly string[],
  bytes: Buffer,
  varied: CachedAnswer['varied'],
): CachedAnswer {
  const find = (name: string): string | undefined => {
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1]
    return undefined
  }
  return {
    statusCode,
    fields,
    bytes: detach(bytes),
    url: detachText(url),
    lifetime: readLifetime(find),
    varied,
    etag: find('Etag') ?? '',
    lastModified: find('Last-Modified') ?? '',
  }
}

/**
 * Bytes that an answer takes of `max_size`: its length on the wire, and what clients choose: the key it is found by, the URL, the values it
 * depends on. All of these texts hold one byte per character.
 */
export function sizeOf(key: string, { bytes, fields, url, varied }: CachedAnswer): number {
  let size = STATUS_LINE_BYTES + bytes.length + key.length + url.length
  for (const text of fields) size += text.length + 2
  for (const [name, value] of varied) size += name.length + value.length
  return size
}

/** A small view would keep the whole buffer it was cut from. */
function detach(bytes: Buffer): Buffer {
  if (bytes.buffer.byteLength === bytes.length) return bytes
  const own = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(own)
  return own
}

/** security: a text that was cut from another keeps all of it, for instance the whole target that a client sent. */
function detachText(text: string): string {
  return Buffer.from(text).toString()
}
