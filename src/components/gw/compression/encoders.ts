// The encodings: bytes at once, or a stream that holds nothing back. Knows no answer.

import { pipeline, type Readable, Transform } from 'node:stream'
import zlib, { constants } from 'node:zlib'

export const ENCODINGS = ['br', 'gzip', 'zstd'] as const
export type Encoding = (typeof ENCODINGS)[number]

/** perf: beyond these a little smaller costs much more. */
const GZIP_LEVEL = 3
const BROTLI_QUALITY = 3
const ZSTD_LEVEL = 3
/** security: what one stream may hold of a client that takes its answer slowly: 128 KiB of text behind it. */
const STREAM_WINDOW_BITS = 17
const MIN_GZIP_BITS = 9
const MAX_GZIP_BITS = 15

/** Logarithm of the smallest window that holds so many bytes. */
function bitsFor(bytes: number): number {
  return 32 - Math.clz32(Math.max(bytes - 1, 1))
}

/** All bytes at once. Blocks the thread: for bodies that are not large. */
export function compressBytes(bytes: Uint8Array, encoding: Encoding): Buffer {
  // What comes out is smaller; one piece of that size is enough for most.
  const chunkSize = Math.max(1024, bytes.length >> 1)
  if (encoding === 'gzip') {
    const windowBits = Math.min(MAX_GZIP_BITS, Math.max(MIN_GZIP_BITS, bitsFor(bytes.length)))
    return zlib.gzipSync(bytes, { level: GZIP_LEVEL, windowBits, memLevel: Math.max(1, windowBits - 7), chunkSize })
  }
  if (encoding === 'br') {
    const params = {
      [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
      [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      [constants.BROTLI_PARAM_LGWIN]: Math.max(constants.BROTLI_MIN_WINDOW_BITS, bitsFor(bytes.length) + 1),
    }
    return zlib.brotliCompressSync(bytes, { params, chunkSize })
  }
  return zlib.zstdCompressSync(bytes, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL }, chunkSize })
}

/** Whatever has come in is out at once; back-pressure and breaks go through. */
export function compressStream(source: Readable, encoding: Encoding): Transform {
  return connect(source, streamCompressor(encoding))
}

/** perf: all at once when all is there, for a tenth of what a stream's compressor costs. For bodies that are not large. */
export function compressWhole(source: Readable, encoding: Encoding): Transform {
  const chunks: Buffer[] = []
  return connect(
    source,
    new Transform({
      transform(chunk: Buffer, _encoding, done) {
        chunks.push(chunk)
        done()
      },
      flush(done) {
        done(null, compressBytes(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks), encoding))
      },
    }),
  )
}

function connect(source: Readable, compressor: Transform): Transform {
  // A break of the source is one of what comes out, and whoever reads that hears of it.
  pipeline(source, compressor, () => {})
  return compressor
}

function streamCompressor(encoding: Encoding): Transform {
  if (encoding === 'gzip') return zlib.createGzip({ level: GZIP_LEVEL, flush: constants.Z_SYNC_FLUSH })
  if (encoding === 'br') {
    const params = { [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY, [constants.BROTLI_PARAM_LGWIN]: STREAM_WINDOW_BITS }
    return zlib.createBrotliCompress({ params, flush: constants.BROTLI_OPERATION_FLUSH })
  }
  const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL, [constants.ZSTD_c_windowLog]: STREAM_WINDOW_BITS }
  return zlib.createZstdCompress({ params, flush: constants.ZSTD_e_flush })
}
