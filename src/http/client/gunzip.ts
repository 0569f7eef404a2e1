// Bodies that were asked for in gzip, unpacked. Knows nothing of who asked.

import { pipeline, type Readable, type Transform } from 'node:stream'
import zlib from 'node:zlib'
import { asError, SendError } from '../../engine/errors.ts'
import type { Scope } from '../../engine/scope.ts'
import { tooLarge } from './backend-errors.ts'
import { deflatedPart, END_BYTES, isMember } from './gzip-member.ts'

/** perf: up to this size a body is unpacked at once; a thread costs more. */
const SYNC_LIMIT_BYTES = 16 * 1024
/** security: unless it unpacks to much more: then a thread does it. */
const SYNC_OUTPUT_LIMIT_BYTES = 256 * 1024

export interface GunzipOptions {
  /** Its end stops the work: a few kilobytes can unpack to any size. */
  readonly scope: Scope
  /** Unpacked bytes that may be kept. */
  readonly maxBytes: number
}

/**
 * What could be unpacked, and why that is not all: in Go's words, or with why the scope ended. `isWhole`: nothing is missing, and what stands
 * behind it is no gzip.
 */
export type OnPlain = (plain: Buffer, failure: Error | null, isWhole: boolean) => void

/** Whether a response is packed, by its canonical fields. compat: in what the client itself asked for, `GZIP` is another encoding. */
export function isGzip(fields: readonly string[], isAskedForHere: boolean): boolean {
  for (let i = 0; i < fields.length; i += 2) {
    if (fields[i] !== 'Content-Encoding') continue
    const encoding = fields[i + 1] as string
    return (isAskedForHere ? encoding.toLowerCase() : encoding) === 'gzip'
  }
  return false
}

export function gunzipBytes(bytes: Buffer, options: GunzipOptions, done: OnPlain): void {
  if (bytes.length === 0) {
    done(bytes, null, true)
    return
  }
  if (bytes.length <= SYNC_LIMIT_BYTES) {
    let plain: Buffer
    try {
      plain = zlib.gunzipSync(bytes, { maxOutputLength: Math.min(SYNC_OUTPUT_LIMIT_BYTES, options.maxBytes + 1) })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') unpack(zlib.createGunzip(), bytes, options, done)
      else salvage(bytes, options, wordsOf(error), done)
      return
    }
    if (plain.length > options.maxBytes) done(plain.subarray(0, options.maxBytes), tooLarge(options.maxBytes), false)
    else done(plain, null, true)
    return
  }
  unpack(zlib.createGunzip(), bytes, options, (plain, failure) => {
    if (failure === null || failure instanceof SendError || failure === options.scope.reason) done(plain, failure, failure === null)
    else salvage(bytes, options, wordsOf(failure), done)
  })
}

/** Node gives nothing of a member that something is wrong with or behind; Go gives what it has read until then. */
function salvage(bytes: Buffer, options: GunzipOptions, words: string, done: OnPlain): void {
  const failure = new SendError(words, { phase: 'body' })
  const deflated = deflatedPart(bytes)
  if (deflated === null) {
    done(bytes.subarray(0, 0), failure, false)
    return
  }
  // Whatever stands behind the end of the compressed data is left alone.
  const inflate = zlib.createInflateRaw({ finishFlush: zlib.constants.Z_SYNC_FLUSH })
  unpack(inflate, deflated, options, (plain, other) => {
    const isOwn = other instanceof SendError || (other !== null && other === options.scope.reason)
    done(plain, isOwn ? other : failure, other === null && isFollowedBySurplus(deflated.subarray(inflate.bytesWritten), plain))
  })
}

/** Whether a member's end (RFC 1952, 2.3.1) says of its data that it is whole, and no other member stands behind it. */
function isFollowedBySurplus(rest: Buffer, plain: Buffer): boolean {
  if (rest.length <= END_BYTES || isMember(rest.subarray(END_BYTES))) return false
  return rest.readUInt32LE(0) === zlib.crc32(plain) && rest.readUInt32LE(4) === plain.length % 2 ** 32
}

/** In a thread, as far as the scope and the limit let it. */
function unpack(unpacker: Transform, bytes: Buffer, { scope, maxBytes }: GunzipOptions, done: OnPlain): void {
  const chunks: Buffer[] = []
  let size = 0
  let isDone = false
  const finish = (failure: Error | null): void => {
    if (isDone) return
    isDone = true
    unlisten()
    done(Buffer.concat(chunks), failure, failure === null)
  }
  const unlisten = scope.onEnd((reason) => unpacker.destroy(reason))
  unpacker.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > maxBytes) unpacker.destroy(tooLarge(maxBytes))
    else chunks.push(chunk)
  })
  unpacker.on('end', () => finish(null))
  unpacker.on('error', (error) => finish(asError(error)))
  unpacker.end(bytes)
}

/** A stream of the unpacked bytes; destroying it destroys the source. */
export function gunzipStream(source: Readable): Readable {
  return pipeline(source, zlib.createGunzip(), ignore)
}

function wordsOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR' ? 'unexpected EOF' : 'gzip: invalid header'
}

function ignore(): void {}
