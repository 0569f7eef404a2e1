// Undoes the gzip that the gateway itself asked backends for. Knows no sockets.

import { pipeline, type Readable } from 'node:stream'
import { createGunzip, gunzip, gunzipSync } from 'node:zlib'
import { GatewayError } from '../engine/errors.ts'
import type { BackendResponse } from '../engine/types.ts'

/** perf: below this size a thread costs more than the inflating. */
const MAX_SYNC_BYTES = 16 * 1024

/** The response inflated, without the header fields that were about the compressed bytes. */
export function inflateResponse(response: BackendResponse): BackendResponse | Promise<BackendResponse> {
  const headers = response.headers.copy()
  headers.delete('Content-Encoding')
  headers.delete('Content-Length')
  if (response.stream !== null) return { ...response, headers, stream: inflateStream(response.stream) }
  const packed = response.bytes as Buffer
  if (packed.length === 0) return { ...response, headers }
  if (packed.length <= MAX_SYNC_BYTES) {
    try {
      return { ...response, headers, bytes: gunzipSync(packed) }
    } catch (error) {
      throw invalidGzip(error)
    }
  }
  return new Promise((resolve, reject) => {
    gunzip(packed, (error, bytes) => (error === null ? resolve({ ...response, headers, bytes }) : reject(invalidGzip(error))))
  })
}

function inflateStream(stream: Readable): Readable {
  const inflated = createGunzip()
  // Errors reach whoever reads the result.
  pipeline(stream, inflated, ignore)
  return inflated
}

function invalidGzip(cause: unknown): GatewayError {
  return new GatewayError('gzip: invalid header', { code: 'ERR_DECODE', source: 'backend', cause })
}

function ignore(): void {}
