// Bodies that were asked for in gzip, unpacked. Knows nothing of who asked.

import { pipeline, type Readable } from 'node:stream'
import zlib from 'node:zlib'

/** perf: up to this size a body is unpacked at once; a thread costs more. */
const SYNC_LIMIT_BYTES = 16 * 1024
/** security: unless it unpacks to much more: then a thread does it. */
const SYNC_OUTPUT_LIMIT_BYTES = 256 * 1024

/** Whether a response is packed, by its canonical fields. */
export function isGzip(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === 'Content-Encoding') return (fields[i + 1] as string).toLowerCase() === 'gzip'
  return false
}

/** Calls back with the bytes, or with Go's words for what is wrong. */
export function gunzipBytes(bytes: Buffer, done: (error: string | null, plain: Buffer) => void): void {
  if (bytes.length === 0) {
    done(null, bytes)
    return
  }
  if (bytes.length <= SYNC_LIMIT_BYTES) {
    try {
      const plain = zlib.gunzipSync(bytes, { maxOutputLength: SYNC_OUTPUT_LIMIT_BYTES })
      done(null, plain)
      return
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
        done(words(error), bytes)
        return
      }
    }
  }
  zlib.gunzip(bytes, (error, plain) => {
    if (error === null) done(null, plain)
    else done(words(error), bytes)
  })
}

/** A stream of the unpacked bytes; destroying it destroys the source. */
export function gunzipStream(source: Readable): Readable {
  return pipeline(source, zlib.createGunzip(), ignore)
}

function words(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'unexpected EOF' : 'gzip: invalid header'
}

function ignore(): void {}
