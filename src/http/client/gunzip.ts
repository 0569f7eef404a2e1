// Bodies that were asked for in gzip, unpacked. Knows nothing of who asked.

import { pipeline, type Readable } from 'node:stream'
import zlib from 'node:zlib'
import type { Scope } from '../../engine/scope.ts'
import { plainError } from './backend-errors.ts'

/** perf: up to this size a body is unpacked at once; a thread costs more. */
const SYNC_LIMIT_BYTES = 16 * 1024
/** security: unless it unpacks to much more: then a thread does it. */
const SYNC_OUTPUT_LIMIT_BYTES = 256 * 1024

/** Whether a response is packed, by its canonical fields. */
export function isGzip(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) if (fields[i] === 'Content-Encoding') return (fields[i + 1] as string).toLowerCase() === 'gzip'
  return false
}

/** Calls back with the bytes, with Go's words for what is wrong, or with why the scope ended before that. */
export function gunzipBytes(bytes: Buffer, scope: Scope, done: (error: Error | null, plain: Buffer) => void): void {
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
        done(plainError(words(error)), bytes)
        return
      }
    }
  }
  unpack(bytes, scope, done)
}

/** security: a few kilobytes can unpack to any size, so the scope's end stops it. */
function unpack(bytes: Buffer, scope: Scope, done: (error: Error | null, plain: Buffer) => void): void {
  const gunzip = zlib.createGunzip()
  const chunks: Buffer[] = []
  gunzip.on('data', (chunk: Buffer) => chunks.push(chunk))
  gunzip.on('end', () => {
    unlisten()
    done(null, Buffer.concat(chunks))
  })
  gunzip.on('error', (error) => {
    unlisten()
    done(error === scope.reason ? error : plainError(words(error)), bytes)
  })
  const unlisten = scope.onEnd((reason) => gunzip.destroy(reason))
  gunzip.end(bytes)
}

/** A stream of the unpacked bytes; destroying it destroys the source. */
export function gunzipStream(source: Readable): Readable {
  return pipeline(source, zlib.createGunzip(), ignore)
}

function words(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'unexpected EOF' : 'gzip: invalid header'
}

function ignore(): void {}
